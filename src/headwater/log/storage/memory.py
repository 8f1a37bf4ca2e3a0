"""A log in memory, for tests and for what need not last."""

from __future__ import annotations

from threading import Lock

from headwater.log.storage.storage import Stat, check_expected, check_path, check_same, stat_of


class Memory:
    """Objects in a dictionary; safe for threads."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._objects: dict[str, bytes] = {}
        self._lock = Lock()

    def read(self, path: str, *, start: int = 0, stop: int | None = None) -> bytes | None:
        """Read an object or a range of it; see `Storage.read`."""
        held = self._objects.get(check_path(path))
        return None if held is None else held[start:stop]

    def stat(self, path: str) -> Stat | None:
        """Describe an object; see `Storage.stat`."""
        held = self.read(path)
        return None if held is None else stat_of(held)

    def create(self, path: str, data: bytes) -> None:
        """Write an object that never changes; see `Storage.create`."""
        with self._lock:
            check_same(path, self._objects.setdefault(check_path(path), data), data)

    def swap(self, path: str, data: bytes, *, expected: bytes | None) -> None:
        """Replace an object if nobody else has; see `Storage.swap`."""
        with self._lock:
            check_expected(path, self._objects.get(check_path(path)), expected)
            self._objects[path] = data
