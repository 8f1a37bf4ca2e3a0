"""A log in a folder: staged, fsynced, renamed, its folder fsynced, all under one lock.

On Linux an error of fsync is reported once and the data may be gone, so that a second fsync succeeds
for nothing. The first error is therefore final: the object refuses to write from then on.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISREG

from headwater.errors import UnavailableError
from headwater.log.storage.storage import Stat, check_expected, check_path, check_same

_LOCK = ".lock"
_STAGED = ".staged"


class Directory:
    """Objects in files below a folder; safe for processes on one machine.

    Args:
        root: The folder; made at the first write, in a folder that exists.
    """

    def __init__(self, root: Path) -> None:
        """Touch nothing yet."""
        self._root = root
        self._failed = ""

    def read(self, path: str, *, start: int = 0, stop: int | None = None) -> bytes | None:
        """Read an object or a range of it; see `Storage.read`.

        Raises:
            UnavailableError: If it cannot be read.
        """
        try:
            with (self._root / check_path(path)).open("rb") as file:
                file.seek(start)
                return file.read(-1 if stop is None else max(stop - start, 0))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UnavailableError(f"cannot read {path}: {error.strerror}") from error

    def stat(self, path: str) -> Stat | None:
        """Describe an object; see `Storage.stat`.

        Raises:
            UnavailableError: If it cannot be reached.
        """
        try:
            told = (self._root / check_path(path)).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise UnavailableError(f"cannot read {path}: {error.strerror}") from error
        if not S_ISREG(told.st_mode):
            return None
        return Stat(told.st_size, f"{told.st_mtime_ns:x}-{told.st_size:x}-{told.st_ino:x}")

    def create(self, path: str, data: bytes) -> None:
        """Write an object that never changes; see `Storage.create`."""
        with self._writing(check_path(path)):
            held = self.read(path)
            if held is not None:
                check_same(path, held, data)
            # One that is there may come from a writer that died before its folder was durable.
            self._put(path, data)

    def swap(self, path: str, data: bytes, *, expected: bytes | None) -> None:
        """Replace an object if nobody else has; see `Storage.swap`."""
        with self._writing(check_path(path)):
            check_expected(path, self.read(path), expected)
            self._put(path, data)

    @contextmanager
    def _writing(self, path: str) -> Iterator[None]:
        """Hold the folder's lock, and let no write follow one that failed.

        Raises:
            UnavailableError: If a write fails, or one has failed before.
        """
        if self._failed:
            raise UnavailableError(
                f"nothing is written to {self._root} after a failure: {self._failed}",
                hint="find out what is wrong with the disk, then start again",
            )
        try:
            self._root.mkdir(exist_ok=True)
            with (self._root / _LOCK).open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            self._failed = f"{path}: {error.strerror or error}"
            hint = "free some space" if error.errno in {errno.ENOSPC, errno.EDQUOT} else "check the disk"
            raise UnavailableError(
                f"cannot write {self._failed}", hint=f"{hint}; what the log had before is still valid"
            ) from error

    def _put(self, path: str, data: bytes) -> None:
        final, staged = self._root / path, self._root / _STAGED
        folders = [self._root.parent, self._root]
        for part in Path(path).parent.parts:
            folders.append(folders[-1] / part)
            with suppress(FileExistsError):
                folders[-1].mkdir()
        # Opened before anything is written, so that no error of a write is lost between two openings.
        opened = [os.open(folder, os.O_RDONLY | os.O_DIRECTORY) for folder in reversed(folders)]
        try:
            file = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
            try:
                _write(file, data)
                os.fsync(file)
            finally:
                os.close(file)
            staged.replace(final)
            # A folder that was there may have been made by a writer that died: all are synced, each time.
            for folder in opened:
                os.fsync(folder)
        finally:
            for folder in opened:
                os.close(folder)


def _write(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]
