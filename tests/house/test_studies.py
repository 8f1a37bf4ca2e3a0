"""Studies are typed as strictly as the rest; their files share one name, so each is copied under its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.house.tree import ROOT


def test_every_study_passes_the_type_checker(tmp_path: Path) -> None:
    found = sorted((ROOT / "studies").glob("*/study.py"))
    for path in found:
        shutil.copy(path, tmp_path / f"{path.parent.name.replace('-', '_')}.py")
    shutil.copy(ROOT / "studies" / "plays.py", tmp_path)

    said = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert found
    assert said.returncode == 0, said.stdout
