"""The interface of storage: read, create once, and compare-and-swap."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import NoReturn, Protocol

from headwater.errors import ConsistencyError, InputError, UnavailableError

_PATH = re.compile(r"[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Stat:
    """Describe an object.

    Attributes:
        size_bytes: Its size.
        tag: Changes whenever its bytes do; printable, without quotes.
    """

    size_bytes: int
    tag: str


class Storage(Protocol):
    """Objects by path. What a call has written is durable when it returns."""

    def read(self, path: str, *, start: int = 0, stop: int | None = None) -> bytes | None:
        """Read an object, or a range of it.

        Args:
            path: Lower-case parts with slashes between.
            start: First byte.
            stop: First byte not to read; None for the end. Bytes behind the end are not there.

        Returns:
            The bytes, or None if there is no such object.

        Raises:
            UnavailableError: If it cannot be read.
        """
        ...

    def stat(self, path: str) -> Stat | None:
        """Describe an object without reading it, where the store can.

        Args:
            path: As in `read`.

        Returns:
            Its description, or None if there is no such object.

        Raises:
            UnavailableError: If it cannot be reached.
        """
        ...

    def create(self, path: str, data: bytes) -> None:
        """Write an object that never changes.

        Args:
            path: Where.
            data: Its bytes.

        Raises:
            ConsistencyError: If there is another one of this path; the same one is made durable again.
            UnavailableError: If it cannot be written.
        """
        ...

    def swap(self, path: str, data: bytes, *, expected: bytes | None) -> None:
        """Replace an object if nobody else has.

        Args:
            path: Where.
            data: Its new bytes; may be the old ones, to make them durable.
            expected: Its bytes as last read; None if there was none.

        Raises:
            UnavailableError: If it has changed since, or cannot be written.
        """
        ...


def check_path(path: str) -> str:
    """Give a path back if it is one, so that no path leads out of a folder.

    Raises:
        InputError: If it is not.
    """
    if not _PATH.fullmatch(path):
        raise InputError(f"no path of an object in a log: {path!a}")
    return path


def check_same(path: str, held: bytes, data: bytes) -> None:
    """Check that an object which is there is the one that was to be created.

    Raises:
        ConsistencyError: If it is not.
    """
    if held != data:
        raise ConsistencyError(
            f"{path} is there with other content",
            hint="two writers were at work on one log, or it was restored from a backup; verify it",
        )


def check_expected(path: str, held: bytes | None, expected: bytes | None) -> None:
    """Check that an object is as it was last read.

    Raises:
        UnavailableError: If it is not.
    """
    if held != expected:
        overtaken(path)


def overtaken(path: str) -> NoReturn:
    """Give up on a write because another writer was first.

    Raises:
        UnavailableError: Always.
    """
    raise UnavailableError(
        f"another writer has changed {path}",
        hint="run it again; it goes on from what the other one wrote",
    )


def stat_of(data: bytes) -> Stat:
    """Describe an object by its bytes."""
    return Stat(len(data), hashlib.sha256(data).hexdigest()[:32])
