"""Zstandard members: one frame a record, and the dictionary that `.warc.zst` files open with."""

from __future__ import annotations

from typing import BinaryIO, cast, final

import zstandard

from headwater.sources.member import Decoder, Member, StreamedMember, WholeMember
from headwater.sources.window import Window

_MAGIC = b"\x28\xb5\x2f\xfd"
_DICTIONARY_MAGIC = 0x184D2A5D
_SLICE_BYTES = 4 << 20
_MAX_DICTIONARY_BYTES = 16 << 20
_MAX_BLOCK_BYTES = 128 << 10
_MAX_WINDOW_BYTES = 1 << 27


@final
class Zstd:
    """Frames of a zstd file; block headers tell where each ends, undecoded.

    Source:
        RFC 8878, section 3.1; IIPC WARC specifications, "Zstandard compression of WARC files".
    """

    magic = _MAGIC

    def __init__(self, dictionary: bytes = b"") -> None:
        self._dictionary = zstandard.ZstdCompressionDict(dictionary) if dictionary else None

    def open(self, file: Window, start: int, limit_bytes: int) -> Member | None:
        """Open the frame at `start`.

        Args:
            file: The compressed file.
            start: Byte offset.
            limit_bytes: Decode at most this much in one go.

        Returns:
            The member, empty for a skippable frame; None when there is no zstd magic at `start`.
        """
        extent = _extent(file, start)
        if extent is None:
            return None
        end, fault = extent
        if not fault and end - start <= _SLICE_BYTES:
            file.have(start, end - start)
            data = self._decode_whole(file.peek(start, end), limit_bytes)
            if data is not None:
                return WholeMember(data, end)
        return StreamedMember(lambda: _ZstdDecoder(self._context(), file, start, (end, fault)))

    def decoder(self, file: Window, start: int) -> Decoder | None:
        """Decode the frame at `start` step by step; a skippable one is empty."""
        extent = _extent(file, start)
        return None if extent is None else _ZstdDecoder(self._context(), file, start, extent)

    def begins(self, file: Window, start: int, prefix: bytes) -> bool:
        """Tell whether the frame at `start` decodes to bytes that begin with `prefix`."""
        held = file.have(start, 1 << 18)  # One block is 128 KiB at most.
        try:
            return self._context().stream_reader(file.peek(start, start + held)).read(len(prefix)) == prefix
        except (zstandard.ZstdError, MemoryError):
            return False

    def _context(self) -> zstandard.ZstdDecompressor:
        return zstandard.ZstdDecompressor(dict_data=self._dictionary, max_window_size=_MAX_WINDOW_BYTES)

    def _decode_whole(self, piece: bytes, limit_bytes: int) -> bytes | None:
        if not piece.startswith(_MAGIC):
            return b""  # A skippable frame.
        try:
            size = zstandard.frame_content_size(piece)
            if size > limit_bytes:
                return None
            if size >= 0:
                return bytes(self._context().decompress(piece, max_output_size=size))
            data = bytes(self._context().stream_reader(piece).read(limit_bytes + 1))
        except (zstandard.ZstdError, MemoryError):
            return None
        return data if len(data) <= limit_bytes else None


@final
class _ZstdDecoder:
    __slots__ = ("_end", "_fault", "_reader", "_section", "_skippable", "_start")

    def __init__(
        self, context: zstandard.ZstdDecompressor, file: Window, start: int, extent: tuple[int, str]
    ) -> None:
        self._start = start
        self._end, self._fault = extent
        self._skippable = file.peek(start, start + 4) != _MAGIC if file.have(start, 4) else True
        self._section = _Section(file, start, self._end)
        self._reader = context.stream_reader(cast("BinaryIO", self._section), read_across_frames=False)

    def read(self, size: int, /) -> bytes:
        if self._skippable:
            return b""
        try:
            return bytes(self._reader.read(size))
        except (zstandard.ZstdError, MemoryError):
            self._end, self._fault = self._start, self._fault or "zstd-corrupt"
            return b""

    def position(self) -> int:
        return self._section.at

    def finish(self) -> tuple[int, str]:
        return self._end, self._fault


@final
class _Section:
    """The bytes of one frame, as the file object that `stream_reader` wants."""

    __slots__ = ("_end", "_file", "at")

    def __init__(self, file: Window, start: int, end: int) -> None:
        self._file = file
        self.at = start
        self._end = end

    def read(self, size: int = -1) -> bytes:
        left = self._end - self.at
        held = self._file.have(self.at, min(left, size) if size >= 0 else left)
        data = self._file.peek(self.at, self.at + held)
        self.at += held
        return data


def read_dictionary(file: Window) -> bytes:
    """Read the dictionary a `.warc.zst` file may open with.

    Args:
        file: The compressed file.

    Returns:
        The dictionary, itself decompressed when it was compressed; empty when there is none.
    """
    if file.have(0, 8) < 8 or int.from_bytes(file.peek(0, 4), "little") != _DICTIONARY_MAGIC:
        return b""
    size = int.from_bytes(file.peek(4, 8), "little")
    if size > _MAX_DICTIONARY_BYTES or file.have(8, size) < size:
        return b""
    data = file.peek(8, 8 + size)
    if not data.startswith(_MAGIC):
        return data
    try:
        return bytes(zstandard.ZstdDecompressor().stream_reader(data).read(_MAX_DICTIONARY_BYTES))
    except (zstandard.ZstdError, MemoryError):
        return b""


def _is_skippable(magic: bytes) -> bool:
    return magic[1:] == b"\x2a\x4d\x18" and magic[0] & 0xF0 == 0x50


def _extent(file: Window, start: int) -> tuple[int, str] | None:
    """Give where the frame at `start` ends and what is wrong with it; None when there is no frame."""
    held = file.have(start, 1 << 16)
    magic = file.peek(start, start + 4)
    if magic == _MAGIC:
        return _frame_end(file, start)
    if held < 8 or not _is_skippable(magic):
        return None
    end = start + 8 + int.from_bytes(file.peek(start + 4, start + 8), "little")
    return (end, "") if file.have(end - 1, 1) else None


def _frame_end(file: Window, start: int) -> tuple[int, str]:
    """Walk the block headers of the frame at `start`: where it ends, or where and why the walk stopped."""
    if file.have(start, 5) < 5:
        return start + 4, "zstd-truncated"
    flags = file.peek(start + 4, start + 5)[0]
    single = flags >> 5 & 1
    content_size_bytes = (single, 2, 4, 8)[flags >> 6]
    at = start + 5 + (1 - single) + (0, 1, 2, 4)[flags & 3] + content_size_bytes
    last = 0
    while not last:
        anchor = start if at + 3 - start <= _SLICE_BYTES else at
        if file.have(anchor, at + 3 - anchor) < at + 3 - anchor:
            return at, "zstd-truncated"
        header = int.from_bytes(file.peek(at, at + 3), "little")
        last, kind, size = header & 1, header >> 1 & 3, header >> 3
        if kind == 3 or size > _MAX_BLOCK_BYTES:
            return at, "zstd-corrupt"
        at += 3 + (1 if kind == 1 else size)
    at += 4 if flags >> 2 & 1 else 0
    return (at, "") if file.have(at - 1, 1) else (at, "zstd-truncated")
