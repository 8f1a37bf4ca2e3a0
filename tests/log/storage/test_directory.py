"""A folder on a disk that fails: errors are final, and nothing half-written is ever in place."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from headwater.errors import UnavailableError
from headwater.log.storage import Directory


def test_an_error_of_fsync_is_final(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = Directory(tmp_path / "log")
    storage.create("before", b"1")

    def fail(file: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(UnavailableError, match="Input/output error") as caught:
            storage.create("during", b"2")
    assert isinstance(caught.value.__cause__, OSError)
    with pytest.raises(UnavailableError, match="after a failure"):
        storage.create("after", b"3")
    with pytest.raises(UnavailableError, match="after a failure"):
        storage.swap("head", b"3", expected=None)
    assert storage.read("before") == b"1"
    assert storage.read("after") is None
    Directory(tmp_path / "log").create("after", b"3")


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Directory(tmp_path / "log").swap("head", b"old", expected=None)
    real = os.write

    def fill(file: int, data: Any) -> int:
        if len(data) <= 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(file, data[: len(data) // 2])

    monkeypatch.setattr(os, "write", fill)
    with pytest.raises(UnavailableError, match="No space left") as caught:
        Directory(tmp_path / "log").swap("head", b"new and longer", expected=b"old")
    assert "space" in caught.value.hint
    assert Directory(tmp_path / "log").read("head") == b"old"


def test_a_write_in_pieces_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[:3]))
    Directory(tmp_path / "log").create("a", b"0123456789")

    assert Directory(tmp_path / "log").read("a") == b"0123456789"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only_is_an_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(UnavailableError):
            Directory(tmp_path / "log").create("a", b"")
    finally:
        tmp_path.chmod(0o700)


def test_where_a_folder_should_be_and_a_file_is_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"")
    storage = Directory(tmp_path / "log")
    with pytest.raises(UnavailableError):
        storage.create("a", b"")
    with pytest.raises(UnavailableError):
        storage.read("a")
    with pytest.raises(UnavailableError):
        Directory(tmp_path / "nowhere" / "log").create("a", b"")


def test_everything_on_the_way_is_synced_before_a_call_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    real = os.fsync

    def note(file: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{file}").readlink()))
        real(file)

    monkeypatch.setattr(os, "fsync", note)
    storage = Directory(tmp_path / "log")
    storage.create("a/b", b"1")
    folders = [str(tmp_path / "log" / "a"), str(tmp_path / "log"), str(tmp_path)]

    assert synced == [str(tmp_path / "log" / ".staged"), *folders]
    synced.clear()
    storage.create("a/b", b"1")  # It may be there, and not yet durable.
    assert synced[1:] == folders


def test_processes_that_count_together_lose_no_step(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from headwater.errors import UnavailableError
from headwater.log.storage import Directory
storage, done = Directory(Path(sys.argv[1])), 0
while done < 25:
    held = storage.read("count")
    try:
        storage.swap("count", str(int(held or b"0") + 1).encode(), expected=held)
    except UnavailableError:
        continue
    done += 1
"""
    command = [sys.executable, "-c", code, str(tmp_path / "log")]
    jobs = [subprocess.Popen(command) for _ in range(3)]

    assert [job.wait() for job in jobs] == [0, 0, 0]
    assert Directory(tmp_path / "log").read("count") == b"75"
