"""The same plan on a real Ray cluster on this machine: the same bytes, and a worker's death is survived."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from headwater.curate.engine.native import NativeEngine
from tests.curate.crawls import crawl, run, tree
from tests.curate.test_deaths import IMPATIENT, hostile_crawl

ROOT = Path(__file__).parents[2]
_ON_RAY = """
import sys
from pathlib import Path
from headwater.curate.engine.ray import RayEngine
from tests.curate.crawls import run
run(Path(sys.argv[1]), Path(sys.argv[2]), engine=RayEngine(workers=2))
"""
_HOSTILE = """
import sys
from pathlib import Path
from headwater.curate.engine.ray import RayEngine
from tests.curate.crawls import run
from tests.curate.test_deaths import IMPATIENT
run(Path(sys.argv[1]), Path(sys.argv[2]), engine=RayEngine(workers=2), config=IMPATIENT)
"""


@pytest.mark.slow
def test_a_ray_cluster_gives_the_bytes_of_this_process(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="the ray extra is not installed")
    source = crawl(tmp_path / "in")
    run(source, tmp_path / "inline")

    command = [sys.executable, "-c", _ON_RAY, str(source), str(tmp_path / "ray")]
    job = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=300)
    assert job.returncode == 0, job.stderr[-2000:]
    assert tree(tmp_path / "ray") == tree(tmp_path / "inline")


@pytest.mark.slow
def test_the_command_line_on_ray_gives_the_ledger_of_the_native_engine(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="the ray extra is not installed")
    source = crawl(tmp_path / "in")
    for engine in ("native", "ray"):
        command = [sys.executable, "-m", "headwater", "curate", str(source), "--out", str(tmp_path / engine)]
        job = subprocess.run(
            [*command, "--engine", engine, "--workers", "2"],
            cwd=ROOT,
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert job.returncode == 0, job.stderr[-2000:]
    assert tree(tmp_path / "ray") == tree(tmp_path / "native")


@pytest.mark.slow
def test_records_that_kill_their_workers_on_ray_are_skipped_as_on_the_native_engine(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="the ray extra is not installed")
    source = hostile_crawl(tmp_path / "in", n_files=2, n_slow=2)
    summary = run(source, tmp_path / "native", engine=NativeEngine(workers=2), config=IMPATIENT)
    assert [(skip.reason, skip.n_records) for skip in summary.skips] == [("worker-died", 4)]

    command = [sys.executable, "-c", _HOSTILE, str(source), str(tmp_path / "ray")]
    job = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=300)
    assert job.returncode == 0, job.stderr[-2000:]
    assert tree(tmp_path / "ray") == tree(tmp_path / "native")
