"""A disk that loses what was not yet durable, and kills whoever writes to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from headwater.log.storage import Memory, Stat

PHASES = ("before", "visible", "after")


class Killed(BaseException):
    """The process ends here, as far as it can tell."""


@dataclass
class Disk:
    """What a process sees, and what a power cut leaves."""

    visible: dict[str, bytes] = field(default_factory=dict)
    durable: dict[str, bytes] = field(default_factory=dict)

    def power_cut(self) -> None:
        self.visible = dict(self.durable)


class Faulty:
    """A storage on a disk, killed at one of its writes.

    Args:
        disk: Shared by the processes that follow each other.
        at: Which write, from 0; None for never.
        phase: Nothing written; written and seen but not durable; or durable, and not told.
    """

    def __init__(self, disk: Disk, at: int | None = None, phase: str = "after") -> None:
        self.disk, self.left, self.phase = disk, at, phase
        self.n_writes = 0

    def read(self, path: str, *, start: int = 0, stop: int | None = None) -> bytes | None:
        return self._memory().read(path, start=start, stop=stop)

    def stat(self, path: str) -> Stat | None:
        return self._memory().stat(path)

    def create(self, path: str, data: bytes) -> None:
        self._write(path, data, lambda memory: memory.create(path, data))

    def swap(self, path: str, data: bytes, *, expected: bytes | None) -> None:
        self._write(path, data, lambda memory: memory.swap(path, data, expected=expected))

    def _memory(self) -> Memory:
        memory = Memory()
        memory._objects = self.disk.visible
        return memory

    def _write(self, path: str, data: bytes, write: object) -> None:
        dies = self.left == self.n_writes
        self.n_writes += 1
        if dies and self.phase == "before":
            raise Killed
        assert callable(write)
        write(self._memory())
        if dies and self.phase == "visible":
            raise Killed
        self.disk.durable[path] = data
        if dies:
            raise Killed
