"""JSON lines, plain, gzip or zstd: one object a line, a bad line costs itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial
from typing import final

from headwater.record import Record, Skip
from headwater.sources.lines import BOM, FOREVER, Line, blank_run, lines
from headwater.sources.member import Codec, Gzip
from headwater.sources.opening import Hash, digest_and_size, open_input
from headwater.sources.row import RowPlace, text_fields, to_item
from headwater.sources.shard import Limits, Shard, cut_bytes
from headwater.sources.stretch import Piece, read_members
from headwater.sources.window import Window
from headwater.sources.zstd import Zstd

_HEAD_BYTES = 1 << 10


@final
class Jsonl:
    """Read JSON lines: plain files in ranges, compressed ones in one shard."""

    def shards(
        self,
        path: str,
        source: str,
        *,
        shard_bytes: int,
        text_field: str = "",
        hashed: Hash = digest_and_size,
    ) -> list[Shard]:
        """Split plain files by bytes, others not at all; see `Source.shards`."""
        digest, size = hashed(path)
        whole = Shard(path, source, "jsonl", digest, size, 0, size, text_field=text_field)
        with open_input(path) as file:
            compressed = _codec(Window(file), path) is not None
        return [whole] if compressed else cut_bytes(whole, shard_bytes)

    def read(self, shard: Shard, limits: Limits) -> Iterator[Record | Skip]:
        """Read the lines that start in the shard.

        Of a compressed file, every item stands at offset 0 and takes no length, and the last one takes
        the whole file: nothing can be found in it without decoding what comes before. Its records are
        named by line number, `0:17`. After damage, both count from the member where reading goes on.

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
            codec = _codec(window, shard.path)
            if codec is None:
                yield from _plain(window, shard, limits)
            else:
                pieces = partial(_pieces, limits=limits)
                yield from read_members(window, codec, shard, limits, pieces=pieces)


def _codec(window: Window, path: str) -> Codec | None:
    """Choose by the first bytes; by the name when damage makes them unreadable."""
    head = window.peek(0, window.have(0, _HEAD_BYTES))
    if head.startswith(Gzip.magic):
        return Gzip()
    if head[:4] == Zstd.magic or head[1:4] == b"\x2a\x4d\x18":
        return Zstd()
    if _is_text(head):
        return None
    name = path.lower()
    return Gzip() if name.endswith(".gz") else Zstd() if name.endswith((".zst", ".zstd")) else None


def _is_text(head: bytes) -> bool:
    if head.removeprefix(BOM).lstrip().startswith(b"{"):
        return True
    return "\ufffd" not in head.decode("utf-8", "replace")[:-1]  # The last character may be cut off.


def _plain(window: Window, shard: Shard, limits: Limits) -> Iterator[Record | Skip]:
    bound, names = _bound(limits), text_fields(shard)
    start = 0
    if shard.start:
        start = window.scan(b"\n", shard.start - 1, shard.stop) + 1
        if start == 0:
            return
        # Blank lines belong to the line before them, and that one to the shard before.
        if head := blank_run(window, start, shard.stop, bound):
            start += head.length
    for line in lines(window, start, shard.stop, bound):
        place = RowPlace(shard.source, shard.digest, line.offset, line.length, str(line.offset))
        yield _item(line, place, limits, names)


def _pieces(window: Window, shard: Shard, limits: Limits) -> Iterator[Piece]:
    names, number = text_fields(shard), 0
    for line in lines(window, 0, FOREVER, _bound(limits)):
        place = RowPlace(shard.source, shard.digest, shard.start, 0, f"{shard.start}:{number}")
        item = _item(line, place, limits, names)
        cut = isinstance(item, Skip) and not line.blank and not line.data.endswith(b"\n")
        yield Piece(item, line.n_lines, cut, line.blank)
        number += line.n_lines


def _bound(limits: Limits) -> int:
    # Escapes may double an ordinary text; other fields come on top.
    return 2 * limits.max_payload_bytes + limits.max_header_bytes


def _item(line: Line, place: RowPlace, limits: Limits, names: Sequence[str]) -> Record | Skip:
    def skip(reason: str, detail: str = "") -> Skip:
        return Skip(place.source, place.offset, place.length, reason, detail)

    if line.blank:
        return Skip(place.source, place.offset, place.length, "padding", n_records=0, lost=False)
    if not line.data:
        return skip("line-too-long", f"{line.length} bytes")
    data = line.data.removeprefix(BOM) if line.offset == 0 else line.data
    try:
        row = json.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        return skip("utf8-invalid", f"byte {error.start} of the line")
    except (ValueError, RecursionError) as error:
        return skip("json-invalid", str(error).partition("\n")[0][:160])
    if not isinstance(row, dict):
        return skip("json-not-object", type(row).__name__)
    return to_item(row, place, limits, names)
