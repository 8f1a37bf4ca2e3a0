"""A study run from its own file: the same command, with JSON where it checks."""

from __future__ import annotations

import sys
from pathlib import Path


def main(study: str) -> None:
    """Run one study from its own file, `python studies/NAME/study.py`.

    Args:
        study: Path of the file.
    """
    from headwater.cli.main import run

    folder = Path(study).resolve().parent
    arguments = sys.argv[1:]
    as_json = ["--json"] * ("--check" in arguments and "--json" not in arguments)
    run(["lab", "run", folder.name, "--studies", str(folder.parent), *arguments, *as_json])
