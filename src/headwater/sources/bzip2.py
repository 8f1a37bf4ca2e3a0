"""Bzip2 streams: the members of a `.bz2` file, one or, in a multistream dump, very many."""

from __future__ import annotations

import bz2
from typing import final

from headwater.sources.member import Decoder, Member, StreamedMember
from headwater.sources.window import Window

_MAGIC = b"BZh"
_BLOCK, _END = bytes.fromhex("314159265359"), bytes.fromhex("177245385090")
_READ_BYTES = 1 << 16


@final
class _Bzip2Decoder:
    __slots__ = ("_at", "_fault", "_file", "_state")

    def __init__(self, file: Window, start: int) -> None:
        self._file = file
        self._at = start  # The file position after what the decompressor was given.
        self._fault = ""
        self._state = bz2.BZ2Decompressor()

    def read(self, size: int, /) -> bytes:
        while not self._state.eof and not self._fault:
            fresh = b""
            if self._state.needs_input:
                held = self._file.have(self._at, _READ_BYTES)
                fresh = self._file.peek(self._at, self._at + held)
                self._at += held
                if not held:
                    self._fault = "bzip2-truncated"
                    break
            try:
                if data := self._state.decompress(fresh, size):
                    return data
            except (OSError, ValueError):
                self._fault = "bzip2-corrupt"
        return b""

    def position(self) -> int:
        return self._at - len(self._state.unused_data)

    def finish(self) -> tuple[int, str]:
        return self.position(), self._fault


@final
class Bzip2:
    """Streams of a bzip2 file, each with its own checksum.

    Source:
        The bzip2 file format: `BZh`, the block size, then the 48-bit marks of a block or of the end.
    """

    magic = _MAGIC

    def open(self, file: Window, start: int, limit_bytes: int) -> Member | None:
        """Open the stream at `start`; None when no stream can start there."""
        return StreamedMember(lambda: _Bzip2Decoder(file, start)) if _begins_stream(file, start) else None

    def decoder(self, file: Window, start: int) -> Decoder | None:
        """Decode the stream at `start` step by step; None when no stream can start there."""
        return _Bzip2Decoder(file, start) if _begins_stream(file, start) else None

    def begins(self, file: Window, start: int, prefix: bytes) -> bool:
        """Tell whether the stream at `start` decodes to bytes that begin with `prefix`."""
        decoder = self.decoder(file, start)
        return decoder is not None and decoder.read(len(prefix)) == prefix


def _begins_stream(file: Window, start: int) -> bool:
    head = file.peek(start, start + 10) if file.have(start, 10) == 10 else b""
    return head.startswith(_MAGIC) and head[3:4] in b"123456789" and head[4:] in {_BLOCK, _END}
