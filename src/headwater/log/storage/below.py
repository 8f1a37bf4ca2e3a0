"""A part of a storage as a storage of its own: two logs, and what lies beside them, in one place."""

from __future__ import annotations

from headwater.log.storage.storage import Stat, Storage


class Below:
    """The objects of a storage whose paths begin with a prefix, without it.

    Args:
        storage: Where they lie.
        prefix: Such as `registry`.
    """

    def __init__(self, storage: Storage, prefix: str) -> None:
        """Touch nothing yet."""
        self._storage, self._prefix = storage, prefix

    def read(self, path: str, *, start: int = 0, stop: int | None = None) -> bytes | None:
        """Read an object or a range of it; see `Storage.read`."""
        return self._storage.read(f"{self._prefix}/{path}", start=start, stop=stop)

    def stat(self, path: str) -> Stat | None:
        """Describe an object; see `Storage.stat`."""
        return self._storage.stat(f"{self._prefix}/{path}")

    def create(self, path: str, data: bytes) -> None:
        """Write an object that never changes; see `Storage.create`."""
        self._storage.create(f"{self._prefix}/{path}", data)

    def swap(self, path: str, data: bytes, *, expected: bytes | None) -> None:
        """Replace an object if nobody else has; see `Storage.swap`."""
        self._storage.swap(f"{self._prefix}/{path}", data, expected=expected)
