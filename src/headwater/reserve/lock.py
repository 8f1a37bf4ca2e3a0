"""The lock of a reserve: one writer at a time, on one machine."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headwater.errors import UnavailableError


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder while a block writes.

    Args:
        folder: Where what is not yet sealed is staged; made if it is not there.

    Yields:
        Nothing.

    Raises:
        UnavailableError: If another writer holds it, or it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise UnavailableError(
                    "another writer is at work on this reserve", hint="wait until it has ended"
                ) from error
            yield
    except OSError as error:
        what = f"{error.filename or folder}: {error.strerror}"
        raise UnavailableError(f"cannot write {what}", hint="what the reserve had before is valid") from error
