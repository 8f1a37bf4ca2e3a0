"""Members: the separately compressed pieces of a `.gz` or `.zst` file, each decoded on its own."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from typing import Protocol, final

import deflate

from headwater.sources.window import Window

_MAGIC = b"\x1f\x8b\x08"
_NEXT = re.compile(re.escape(_MAGIC))  # An expression finds it faster than `bytes.find` does.
_SHORTEST = 18  # A gzip member is at least a 10-byte header and an 8-byte trailer (RFC 1952, section 2.3).
_READ_BYTES = 1 << 16
_SLICE_BYTES = 4 << 20


class Decoder(Protocol):
    """Bounded decoding of one member, from its first byte."""

    def read(self, size: int, /) -> bytes:
        """Give up to `size` decoded bytes; none at the end or at damage."""
        ...

    def position(self) -> int:
        """Give up to where the file has been decoded."""
        ...

    def finish(self) -> tuple[int, str]:
        """Give the end of the member and the reason of damage; if damaged, the end of what came before."""
        ...


class Member(Protocol):
    """One piece of a compressed file, open for reading its decoded bytes."""

    @property
    def window(self) -> Window:
        """Give the decoded bytes."""
        ...

    def finish(self) -> tuple[int, str]:
        """Read to the end of the member.

        Returns:
            Where it ends in the file, and why it cannot be trusted: empty when it was whole and its
            checksum right. Of a damaged member, a position up to which it was sound.
        """
        ...


class Codec(Protocol):
    """A compressed container whose members can be found without reading those before."""

    magic: bytes

    def open(self, file: Window, start: int, limit_bytes: int) -> Member | None:
        """Open the member at `start`; None when no member can start there."""
        ...

    def decoder(self, file: Window, start: int) -> Decoder | None:
        """Decode the member at `start` step by step; None when no member can start there."""
        ...

    def begins(self, file: Window, start: int, prefix: bytes) -> bool:
        """Tell whether the member at `start` decodes to bytes that begin with `prefix`."""
        ...


@final
class WholeMember:
    """A member that was decoded in one go and is known to be good."""

    __slots__ = ("data", "end")

    def __init__(self, data: bytes, end: int) -> None:
        self.data = data
        self.end = end

    @property
    def window(self) -> Window:
        """Give the decoded bytes."""
        return Window(None, data=self.data)

    def finish(self) -> tuple[int, str]:
        """Give the end; there is nothing left to doubt."""
        return self.end, ""


@final
class StreamedMember:
    """A member too large, or too doubtful, to decode in one go."""

    __slots__ = ("_decoder", "_fresh", "_position", "window")

    def __init__(self, fresh: Callable[[], Decoder]) -> None:
        self._fresh = fresh
        self._decoder = fresh()
        self._position = 0
        self.window = Window(self)

    def read(self, size: int, /) -> bytes:
        """Decode up to `size` more bytes."""
        data = self._decoder.read(size)
        self._position += len(data)
        return data

    def seek(self, position: int, /) -> None:
        """Decode as far as `position`, from the start of the member if it lies behind."""
        if position < self._position:
            self._decoder = self._fresh()
            self._position = 0
        while self._position < position and self.read(min(position - self._position, 1 << 20)):
            pass

    def finish(self) -> tuple[int, str]:
        """Decode to the end and say whether it was a good one."""
        while self.read(1 << 20):
            pass
        return self._decoder.finish()


@final
class _GzipDecoder:
    __slots__ = ("_at", "_fault", "_file", "_pending", "_state")

    def __init__(self, file: Window, start: int) -> None:
        self._file = file
        self._at = start  # The file position after `_pending`.
        self._pending = b""
        self._fault = ""
        self._state = zlib.decompressobj(wbits=31)

    def read(self, size: int, /) -> bytes:
        while not self._state.eof and not self._fault:
            if not self._pending and not self._take():
                break
            try:
                data = self._state.decompress(self._pending, size)
            except zlib.error:
                self._fault = "gzip-corrupt"
                break
            self._pending = self._state.unused_data if self._state.eof else self._state.unconsumed_tail
            if data:
                return data
        return b""

    def position(self) -> int:
        return self._at - len(self._pending)

    def finish(self) -> tuple[int, str]:
        return self.position(), self._fault

    def _take(self) -> bool:
        held = self._file.have(self._at, _READ_BYTES)
        self._pending = self._file.peek(self._at, self._at + held)
        self._at += held
        if not held:
            self._fault = "gzip-truncated"
        return held > 0


@final
class Gzip:
    """Members of a gzip file.

    A member is first taken to end where the next `1f 8b 08` stands and is decoded in one go by libdeflate,
    which is nearly three times as fast as the standard library; its trailer then proves that it did end
    there. Whenever that fails, whatever the cause, the standard library decodes it step by step and says
    exactly where it ends.

    Source:
        RFC 1952, section 2.3.
    """

    magic = _MAGIC

    def open(self, file: Window, start: int, limit_bytes: int) -> Member | None:
        """Open the member at `start`.

        Args:
            file: The compressed file.
            start: Byte offset.
            limit_bytes: Decode at most this much in one go.

        Returns:
            The member; None when there is no gzip magic at `start`.
        """
        if not _begins_member(file, start):
            return None
        end = _next_magic(file, start)
        if end > 0:
            data = _decode_whole(file.peek(start, end), limit_bytes)
            if data is not None:
                return WholeMember(data, end)
        return StreamedMember(lambda: _GzipDecoder(file, start))

    def decoder(self, file: Window, start: int) -> Decoder | None:
        """Decode the member at `start` step by step; None when there is no gzip magic."""
        return _GzipDecoder(file, start) if _begins_member(file, start) else None

    def begins(self, file: Window, start: int, prefix: bytes) -> bool:
        """Tell whether the member at `start` decodes to bytes that begin with `prefix`."""
        held = file.have(start, 1 << 17)  # An extra field alone may take 64 KiB.
        try:
            state = zlib.decompressobj(wbits=31)
            return state.decompress(file.peek(start, start + held), len(prefix)) == prefix
        except zlib.error:
            return False


def _begins_member(file: Window, start: int) -> bool:
    return file.have(start, _SHORTEST) >= len(_MAGIC) and file.peek(start, start + 3) == _MAGIC


def _next_magic(file: Window, start: int) -> int:
    """Find where the member at `start` seems to end; -1 when that is too far ahead to tell."""
    wanted = 1 << 16
    searched = start + _SHORTEST
    while wanted <= _SLICE_BYTES:
        held = file.have(start, wanted)
        found = file.search(_NEXT, searched, start + held)
        if found >= 0:
            return found
        if held < wanted:
            return start + held
        searched = start + held - len(_MAGIC) + 1
        wanted *= 2
    return -1


def _decode_whole(piece: bytes, limit_bytes: int) -> bytes | None:
    """Decode bytes that should be exactly one member; None unless they certainly are."""
    size = int.from_bytes(piece[-4:], "little")
    if len(piece) < _SHORTEST or not 0 < size <= limit_bytes:
        return None
    try:
        data = bytes(deflate.gzip_decompress(piece, size))
    except deflate.DeflateError:
        return None
    # The member ends behind its checksum and length, which are right. Where these eight bytes end the piece
    # and stand nowhere before, the member ends there too.
    trailer = deflate.crc32(data).to_bytes(4, "little") + piece[-4:]
    is_all = len(data) == size and piece.find(trailer, _SHORTEST - 8) == len(piece) - 8
    return data if is_all else None
