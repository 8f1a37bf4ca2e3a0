"""Where a worker is: a few bytes that outlive it, so that a record that kills a worker can be told."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ID_CHARS = 32


class Crumb:
    """Note the record at hand, and bound the CPU time it may take.

    The bound is enforced by the kernel's profiling timer, which counts CPU time, so that a loaded
    machine gives the same result; a record that exceeds it ends the process, as a crash does.

    Args:
        fd: File descriptor to write to.
        cpu_limit_s: CPU seconds a record may take; 0 for no bound.
    """

    def __init__(self, fd: int, *, cpu_limit_s: float) -> None:
        """Hold the file."""
        self._fd = fd
        self._cpu_limit_s = cpu_limit_s

    def at(self, record_id: str, offset: int) -> None:
        """Say which record is opened and labelled next."""
        os.pwrite(self._fd, f"{record_id:<{_ID_CHARS}}{offset:020d}".encode(), 0)
        if self._cpu_limit_s:
            signal.setitimer(signal.ITIMER_PROF, self._cpu_limit_s)

    def done(self) -> None:
        """Say that the record is done, so that what comes next is not laid at its door."""
        if self._cpu_limit_s:
            signal.setitimer(signal.ITIMER_PROF, 0)
        os.pwrite(self._fd, b" " * _ID_CHARS, 0)


@contextmanager
def dropping(path: Path, *, cpu_limit_s: float) -> Iterator[Crumb]:
    """Keep a crumb at a path; it stays behind only if the process dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        yield Crumb(fd, cpu_limit_s=cpu_limit_s)
    finally:
        if cpu_limit_s:
            signal.setitimer(signal.ITIMER_PROF, 0)
        os.close(fd)
        path.unlink(missing_ok=True)


def read(path: Path) -> tuple[str, int] | None:
    """Read the record id, empty between records, and the offset left behind."""
    try:
        text = path.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return None
    if len(text) < _ID_CHARS + 20:
        return None
    return text[:_ID_CHARS].strip(), int(text[_ID_CHARS:])
