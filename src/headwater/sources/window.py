"""A window: forward reading of a byte stream by absolute position, with a buffer that stays small."""

from __future__ import annotations

import re
from typing import Protocol, final

from headwater.errors import UnavailableError

_CHUNK_BYTES = 1 << 20


class Tap(Protocol):
    """What a window reads from: a file, or the decoded side of one compressed member."""

    def read(self, size: int, /) -> bytes:
        """Give up to `size` bytes; none only at the end."""
        ...

    def seek(self, position: int, /) -> object:
        """Go to an absolute position."""
        ...


@final
class Window:
    """Look at a stream by absolute position, and forget what lies behind.

    Attributes:
        base: Absolute position of the first byte in `data`.
        data: What is in memory.
    """

    __slots__ = ("_chunk", "_end", "_tap", "base", "data")

    def __init__(self, tap: Tap | None, *, data: bytes = b"", chunk_bytes: int = _CHUNK_BYTES) -> None:
        self._tap = tap
        self._chunk = chunk_bytes
        self._end = 1 << 63
        self.base = 0
        self.data = data

    def have(self, position: int, n_bytes: int) -> int:
        """Bring bytes into memory and forget everything before `position`.

        Args:
            position: Absolute position of the first byte wanted.
            n_bytes: How many are wanted.

        Returns:
            How many of them there are; fewer than wanted only at the end of the stream.

        Raises:
            UnavailableError: If the device fails.
        """
        here = position - self.base
        if here < 0 or len(self.data) - here < n_bytes:
            self._fill(position, n_bytes)
            here = position - self.base
        return max(0, min(n_bytes, len(self.data) - here))

    def peek(self, start: int, stop: int) -> bytes:
        """Copy bytes that an earlier `have` brought in."""
        return self.data[start - self.base : stop - self.base]

    def find(self, pattern: bytes, start: int, stop: int) -> int:
        """Find a pattern among the bytes in memory.

        Args:
            pattern: What to look for.
            start: Absolute position to start at.
            stop: Absolute position the whole pattern must end at or before.

        Returns:
            Absolute position of the first occurrence, -1 when there is none.
        """
        at = self.data.find(pattern, max(0, start - self.base), max(0, stop - self.base))
        return at if at < 0 else at + self.base

    def search(self, pattern: re.Pattern[bytes], start: int, stop: int) -> int:
        """Find an expression among the bytes in memory; as `find` otherwise.

        Args:
            pattern: What to look for.
            start: Absolute position to start at.
            stop: Absolute position the whole of it must end at or before.

        Returns:
            Absolute position of the first occurrence, -1 when there is none.
        """
        found = pattern.search(self.data, max(0, start - self.base), max(0, stop - self.base))
        return found.start() + self.base if found else -1

    def scan(self, pattern: bytes, start: int, stop: int) -> int:
        """Find a pattern anywhere ahead, reading on and forgetting what was passed.

        Args:
            pattern: What to look for.
            start: Absolute position to start at.
            stop: Absolute position the occurrence must start before.

        Returns:
            Absolute position of the first occurrence, -1 when there is none.

        Raises:
            UnavailableError: If the device fails.
        """
        width = len(pattern)
        while start < stop and self.have(start, width) == width:
            end = self.base + len(self.data)
            found = self.find(pattern, start, min(end, stop + width - 1))
            if found >= 0:
                return found
            start = end - width + 1
        return -1

    def _fill(self, position: int, n_bytes: int) -> None:
        here = position - self.base
        inside = 0 <= here <= len(self.data)
        if self._tap is None or position + n_bytes > self._end <= max(position, self.base + len(self.data)):
            return
        try:
            if inside:
                self.data = self.data[here:]
            else:
                self._tap.seek(position)
                self.data = b""
            self.base = position
            pieces = [self.data]
            held = len(self.data)
            while held < n_bytes:
                piece = self._tap.read(max(self._chunk, n_bytes - held))
                if not piece:
                    self._end = position + held
                    break
                pieces.append(piece)
                held += len(piece)
        except OSError as error:
            raise UnavailableError(f"cannot read on at byte {position}: {error}") from error
        if len(pieces) > 1:
            self.data = b"".join(pieces)
