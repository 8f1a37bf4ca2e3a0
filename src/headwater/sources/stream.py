"""A stream: the members of a compressed file as one, up to damage, and where to go on behind it."""

from __future__ import annotations

from io import UnsupportedOperation
from typing import final

from headwater.sources.member import Codec, Decoder
from headwater.sources.window import Window

_FREE_BYTES = 64 << 20  # Below this size no ratio is too large.
_PROBE_BYTES = 1 << 12
_OVERRUN_BYTES = 1 << 18  # Damage is noticed a few decoding steps behind it at most.
_FOREVER = 1 << 62


@final
class Stream:
    """Decoded bytes of members that touch, up to damage or the end.

    Args:
        file: The compressed file.
        codec: How its members are compressed.
        start: Where the first member begins.
        max_expansion: Largest ratio of decoded to compressed bytes in a stretch of more than 64 MiB
            that gives no record.
    """

    __slots__ = ("_at", "_codec", "_decoded", "_decoder", "_fault", "_file", "_mark", "_max_expansion")

    def __init__(self, file: Window, codec: Codec, start: int, *, max_expansion: int) -> None:
        self._file = file
        self._codec = codec
        self._at = start  # Where the member being read begins.
        self._max_expansion = max_expansion
        self._decoder: Decoder | None = None
        self._decoded = 0  # Since the last record.
        self._mark = start  # Where the last record was seen.
        self._fault = ""

    def read(self, size: int, /) -> bytes:
        """Decode up to `size` bytes; none at the end or at damage."""
        while not self._fault:
            if self._decoder is None:
                self._decoder = self._open()
            if self._decoder is None:
                break
            if data := self._decoder.read(size):
                self._decoded += len(data)
                if not self._is_too_large():
                    return data
                self._at, self._fault = self._decoder.position(), "expansion-too-large"
                break
            end, self._fault = self._decoder.finish()
            if not self._fault:
                self._at, self._decoder = end, None
        return b""

    def seek(self, position: int, /) -> None:
        """Refuse: a stream is read once.

        Raises:
            UnsupportedOperation: Always.
        """
        raise UnsupportedOperation(f"seek to {position} in a compressed file")

    def saw_record(self) -> None:
        """Take note that what was decoded gave a record, so that it is no bomb."""
        self._decoded = 0
        self._mark = self._at if self._decoder is None else self._decoder.position()

    def finish(self) -> tuple[int, int, str]:
        """Say how the stream ended.

        Returns:
            Up to where the file was sound, where the next member that decodes begins (-1 when there is
            none), and the reason of damage; the reason is empty when the file ended well.
        """
        if self._fault in {"", "end"}:
            return self._at, -1, ""
        if self._fault == "expansion-too-large":
            return self._at, -1, self._fault
        sound = self._at if self._decoder is None else self._decoder.finish()[0]
        after = self._next_member(max(self._at + 1, sound - _OVERRUN_BYTES))
        return (sound if after < 0 else min(sound, after)), after, self._fault

    def _is_too_large(self) -> bool:
        if self._decoded <= _FREE_BYTES or self._decoder is None:
            return False
        return self._decoded > self._max_expansion * (self._decoder.position() - self._mark)

    def _open(self) -> Decoder | None:
        """Open the next member, NULs before it aside."""
        decoder = self._codec.decoder(self._file, self._at)
        if decoder is not None:
            return decoder
        at = self._at
        while held := self._file.have(at, 1 << 16):
            n_junk = len(self._file.peek(at, at + held).lstrip(b"\0"))
            at += held - n_junk
            if n_junk:
                decoder = self._codec.decoder(self._file, at)
                if decoder is None:
                    self._fault = "bytes-unrecognised"
                else:
                    self._at = at
                return decoder
        self._fault = "end"
        return None

    def _next_member(self, start: int) -> int:
        while (start := self._file.scan(self._codec.magic, start, _FOREVER)) >= 0:
            decoder = self._codec.decoder(self._file, start)
            if decoder is not None and (decoder.read(_PROBE_BYTES) or not decoder.finish()[1]):
                return start
            start += 1
        return -1
