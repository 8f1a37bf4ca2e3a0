"""A run that is interrupted, terminated or out of disk: one line, an exit code, and it resumes."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.curate.crawls import crawl, tree

pytestmark = pytest.mark.slow


def command(source: Path, out: Path) -> list[str]:
    """Give the command of a run."""
    options = ["--out", str(out), "--workers", "2", "--shard-bytes", "65536"]
    return [sys.executable, "-m", "headwater", "curate", str(source), *options]


def finish(source: Path, out: Path) -> None:
    """Run to the end."""
    done = subprocess.run(command(source, out), check=False, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")


def began(out: Path) -> bool:
    """Tell whether a first shard is read."""
    return any((out / ".work" / "commits" / "evidence").glob("*-*.json"))


@pytest.mark.parametrize(
    ("number", "to", "word", "code"),
    [
        (signal.SIGINT, os.killpg, "interrupted", 130),  # Ctrl-C reaches workers too.
        (signal.SIGTERM, os.kill, "terminated", 143),
    ],
    ids=["Ctrl-C", "SIGTERM"],
)
def test_a_run_that_is_told_to_end_says_so_in_one_line_and_resumes(
    tmp_path: Path, number: int, to: Callable[[int, int], None], word: str, code: int
) -> None:
    source = crawl(tmp_path / "in", n_files=6, n_pages=150)
    job = subprocess.Popen(
        command(source, tmp_path / "out"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not began(tmp_path / "out") and job.poll() is None:
        time.sleep(0.01)
    to(job.pid, number)
    said, told = job.communicate(timeout=60)

    assert (job.returncode, said) == (code, "")
    assert (
        told == f"headwater: {word}\nhint: run the same command again; curate, lab run and loop run resume\n"
    )
    assert not (tmp_path / "out" / "ledger.parquet").exists()
    finish(source, tmp_path / "out")
    finish(source, tmp_path / "whole")
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a folder on a disk of less than a megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("needs the right to mount a tmpfs")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_told_in_one_line_and_the_run_resumes_when_there_is_space(
    tmp_path: Path, small_disk: Path
) -> None:
    source, out = crawl(tmp_path / "in", n_files=2, n_pages=200), small_disk / "out"
    done = subprocess.run(command(source, out), check=False, capture_output=True, text=True, timeout=300)

    lines = done.stderr.splitlines()
    assert (done.returncode, done.stdout, len(lines)) == (3, "", 2), done.stderr
    assert lines[0].startswith("headwater: no space left while writing ")
    assert lines[1] == "hint: free some space and run the same command again: it resumes"
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    finish(source, out)
    finish(source, tmp_path / "whole")
    assert tree(out) == tree(tmp_path / "whole")


def test_a_limit_on_file_size_is_told_in_one_line(tmp_path: Path) -> None:
    def limit(*_: Any) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))

    source = crawl(tmp_path / "in", n_files=1, n_pages=200)
    done = subprocess.run(
        command(source, tmp_path / "out"),
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        preexec_fn=limit,
    )

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("headwater: cannot write ")
    assert done.stderr.endswith("hint: raise the limit on file size\n")
    assert len(done.stderr.splitlines()) == 2
