"""JSON lines, plain, gzip or zstd: one object a line, a bad line costs itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import UnsupportedOperation
from typing import NamedTuple, final

from headwater.record import Record, Skip
from headwater.sources.member import Codec, Decoder, Gzip
from headwater.sources.opening import digest_and_size, open_input
from headwater.sources.row import RowPlace, to_item
from headwater.sources.shard import Limits, Shard, cut_bytes
from headwater.sources.window import Window
from headwater.sources.zstd import Zstd

_FOREVER = 1 << 62
_BOM = b"\xef\xbb\xbf"


@final
class Jsonl:
    """Read JSON lines: plain files in ranges, compressed ones in one shard."""

    def shards(self, path: str, source: str, *, shard_bytes: int) -> list[Shard]:
        """Split a plain file by byte ranges; a line belongs to the range it starts in.

        Args:
            path: Local path or fsspec URL.
            source: The input's name as shown to people.
            shard_bytes: Width of a range.

        Returns:
            Shards that cover the input.

        Raises:
            UnavailableError: If it cannot be read.
        """
        digest, size = digest_and_size(path)
        whole = Shard(path, source, "jsonl", digest, size, 0, size)
        with open_input(path) as file:
            compressed = _codec(Window(file)) is not None
        return [whole] if compressed else cut_bytes(whole, shard_bytes)

    def read(self, shard: Shard, limits: Limits) -> Iterator[Record | Skip]:
        """Read the lines that start in the shard.

        Of a compressed file, every item stands at offset 0 and takes no length, and the last one takes
        the whole file: nothing can be found in it without decoding what comes before. Its records are
        named by line number, `0:17`.

        Args:
            shard: What to read.
            limits: Bounds on one record.

        Yields:
            Records and skips in source order; see `Source.read`.

        Raises:
            UnavailableError: If the input cannot be opened or the device fails.
        """
        with open_input(shard.path) as file:
            window = Window(file)
            codec = _codec(window)
            if codec is None:
                yield from _plain(window, shard, limits)
            else:
                yield from _compressed(_Decoded(window, codec), shard, limits)


class _Line(NamedTuple):
    """A line, line end included; no bytes when it is longer than the bound."""

    offset: int
    length: int
    data: bytes


def _codec(window: Window) -> Codec | None:
    window.have(0, 4)
    head = window.peek(0, 4)
    if head.startswith(Gzip.magic):
        return Gzip()
    return Zstd() if head == Zstd.magic or head[1:] == b"\x2a\x4d\x18" else None


def _plain(window: Window, shard: Shard, limits: Limits) -> Iterator[Record | Skip]:
    start = 0
    if shard.start:
        start = window.scan(b"\n", shard.start - 1, shard.stop) + 1
        if start == 0:
            return
    for line in _lines(window, start, shard.stop, _bound(limits)):
        place = RowPlace(shard.source, shard.digest, line.offset, line.length, str(line.offset))
        yield _item(line, place, limits)


def _compressed(decoded: _Decoded, shard: Shard, limits: Limits) -> Iterator[Record | Skip]:
    held: list[_Line] = []
    number = 0
    for line in _lines(Window(decoded), 0, _FOREVER, _bound(limits)):
        held.append(line)
        if len(held) > 2:
            yield _item(held.pop(0), _numbered(shard, 0, number), limits)
            number += 1
    sound, fault = decoded.finish()
    if fault and held and not held[-1].data.endswith(b"\n"):
        held.pop()  # The damage cut it off.
    sound = min(sound, shard.size - 1) if fault else shard.size
    for line in held:
        length = sound if line is held[-1] else 0
        yield _item(line, _numbered(shard, length, number), limits)
        number += 1
    start = sound if held else 0
    if fault:
        yield Skip(shard.source, start, shard.size - start, fault, f"after {number} lines")
    elif not held:
        yield Skip(shard.source, 0, shard.size, "empty-member", n_records=0, lost=False)


def _numbered(shard: Shard, length: int, number: int) -> RowPlace:
    return RowPlace(shard.source, shard.digest, 0, length, f"0:{number}")


def _bound(limits: Limits) -> int:
    # Escapes may double an ordinary text; other fields come on top.
    return 2 * limits.max_payload_bytes + limits.max_header_bytes


def _lines(window: Window, start: int, stop: int, bound: int) -> Iterator[_Line]:
    while start < stop and window.have(start, 1):
        end = _line_end(window, start, bound)
        if end < 0:
            found = window.scan(b"\n", start + bound, _FOREVER)
            end = found + 1 if found >= 0 else _stream_end(window, start + bound)
            yield _Line(start, end - start, b"")
        else:
            yield _Line(start, end - start, window.peek(start, end))
        start = end


def _line_end(window: Window, start: int, bound: int) -> int:
    wanted = min(1 << 16, bound)
    searched = start
    while True:
        held = window.have(start, wanted)
        found = window.find(b"\n", searched, start + held)
        if found >= 0:
            return found + 1
        if held < wanted:
            return start + held
        if wanted == bound:
            return -1
        searched = start + held
        wanted = min(2 * wanted, bound)


def _stream_end(window: Window, start: int) -> int:
    while held := window.have(start, 1 << 16):
        start += held
    return start


def _item(line: _Line, place: RowPlace, limits: Limits) -> Record | Skip:
    def skip(reason: str, detail: str = "") -> Skip:
        return Skip(place.source, place.offset, place.length, reason, detail)

    if not line.data:
        return skip("line-too-long", f"{line.length} bytes")
    data = line.data.removeprefix(_BOM) if line.offset == 0 else line.data
    if not data.strip(b"\r\n\t \0"):
        return Skip(place.source, place.offset, place.length, "padding", n_records=0, lost=False)
    try:
        row = json.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        return skip("utf8-invalid", f"byte {error.start} of the line")
    except (ValueError, RecursionError) as error:
        return skip("json-invalid", str(error).partition("\n")[0][:160])
    if not isinstance(row, dict):
        return skip("json-not-object", type(row).__name__)
    return to_item(row, place, limits)


@final
class _Decoded:
    """All members of a compressed file as one stream."""

    __slots__ = ("_at", "_codec", "_decoder", "_fault", "_file")

    def __init__(self, file: Window, codec: Codec) -> None:
        self._file = file
        self._codec = codec
        self._at = 0
        self._decoder: Decoder | None = None
        self._fault = ""

    def read(self, size: int, /) -> bytes:
        while not self._fault:
            if self._decoder is None:
                self._decoder = self._codec.decoder(self._file, self._at)
            if self._decoder is None:
                self._fault = self._rest()
                break
            if data := self._decoder.read(size):
                return data
            self._at, self._fault = self._decoder.finish()
            self._decoder = None
        return b""

    def seek(self, position: int, /) -> None:
        raise UnsupportedOperation(f"seek to {position} in a compressed file")

    def finish(self) -> tuple[int, str]:
        return self._at, "" if self._fault == "end" else self._fault

    def _rest(self) -> str:
        at = self._at
        while held := self._file.have(at, 1 << 16):
            if self._file.peek(at, at + held).strip(b"\0"):
                return "bytes-unrecognised"
            at += held
        return "end"
