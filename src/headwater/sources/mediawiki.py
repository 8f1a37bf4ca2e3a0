"""MediaWiki XML dumps, plain, bzip2, gzip or zstd: one record a revision, damage stepped over by the page.

Text in a dump is escaped, so that `<page>` and `<revision>` stand in its bytes where an element begins and
nowhere else: the file is cut there before any XML is parsed, and each piece is parsed on its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple, final

from headwater.record import Record, Skip
from headwater.sources.bzip2 import Bzip2
from headwater.sources.member import Codec, Gzip
from headwater.sources.opening import Hash, digest_and_size, open_input
from headwater.sources.revision import Site, parse_site, to_item
from headwater.sources.row import RowPlace
from headwater.sources.shard import Limits, Shard, cut_bytes
from headwater.sources.stream import Stream
from headwater.sources.stretch import Piece, read_members
from headwater.sources.window import Window
from headwater.sources.zstd import Zstd

MARK = b"<mediawiki"
_PAGE, _REVISION, _END = b"<page>", b"<revision>", b"</revision>"
_WIDEST = max(map(len, (_PAGE, _REVISION, _END)))
_DUMP_END = re.compile(rb"</mediawiki>\s*\Z")
_STEP_BYTES = 1 << 16
_FOREVER = 1 << 62


@final
class MediaWiki:
    """Read XML dumps of wikis: plain files in ranges, compressed ones in one shard."""

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
        whole = Shard(path, source, "mediawiki", digest, size, 0, size)
        with open_input(path) as file:
            compressed = codec(Window(file)) is not None
        return [whole] if compressed else cut_bytes(whole, shard_bytes)

    def read(self, shard: Shard, limits: Limits) -> Iterator[Record | Skip]:
        """Read the pages that start in the shard, with all their revisions.

        Of a compressed file, every item stands at offset 0 and takes no length, and the last one takes
        the whole file, as of compressed JSON lines.

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
            packed = codec(window)
            site = _site(window, packed, limits)
            if packed is not None:
                pieces = partial(_members, limits=limits, site=site)
                yield from read_members(window, packed, shard, limits, pieces=pieces)
            else:
                yield from _plain(window, shard, limits, site)


def codec(window: Window) -> Codec | None:
    """Choose by the first bytes; None for a plain file."""
    head = window.peek(0, window.have(0, 4))
    if head.startswith(Gzip.magic):
        return Gzip()
    if head == Zstd.magic:
        return Zstd()
    return Bzip2() if head.startswith(Bzip2.magic) else None


def _site(window: Window, packed: Codec | None, limits: Limits) -> Site:
    """Read what the head of the dump says of the wiki, wherever the shard lies."""
    stream = Stream(window, packed, 0, max_expansion=limits.max_expansion) if packed else None
    head = Window(stream) if stream else window
    return parse_site(head.peek(0, head.have(0, limits.max_header_bytes)).partition(_PAGE)[0])


class _Cut(NamedTuple):
    """A piece of a dump, from one mark to the next.

    Attributes:
        offset: Where it starts in the decoded bytes.
        length: How much of them it takes.
        data: Its bytes; none when it is longer than the bound.
        follows: The mark behind it; empty at the end of the dump.
        lead: Of a later revision of a page, what stands in the page before its first one.
    """

    offset: int
    length: int
    data: bytes
    follows: bytes
    lead: bytes = b""


def _plain(window: Window, shard: Shard, limits: Limits, site: Site) -> Iterator[Record | Skip]:
    at = 0
    if shard.start:
        at = window.scan(_PAGE, shard.start, shard.stop)
        if at < 0:
            return
    for cut in _cuts(window, at, shard.stop, _bound(limits)):
        place = RowPlace(shard.source, shard.digest, cut.offset, cut.length, str(cut.offset))
        for piece in _items(cut, place, limits, site):
            yield piece.item


def _members(window: Window, shard: Shard, *, limits: Limits, site: Site) -> Iterator[Piece]:
    number = 0
    for cut in _cuts(window, 0, _FOREVER, _bound(limits)):
        place = RowPlace(shard.source, shard.digest, shard.start, 0, f"{shard.start}:{number}")
        yield from _items(cut, place, limits, site)
        number += cut.data.startswith((_PAGE, _REVISION))


def _bound(limits: Limits) -> int:
    # Escapes may double an ordinary text; the title, the comment and their like come on top.
    return 2 * limits.max_payload_bytes + limits.max_header_bytes


def _items(cut: _Cut, place: RowPlace, limits: Limits, site: Site) -> Iterator[Piece]:
    """Make of a piece its item, behind the notice that the dump ends too early where it does."""
    data = cut.data if cut.follows else _DUMP_END.sub(b"", cut.data)
    ended = bool(cut.follows) or len(data) < len(cut.data)
    if not data.startswith((_PAGE, _REVISION)):
        # The head of the dump is no unit; what stands behind damage is.
        yield Piece(_between(cut, place), n_units=int(place.position != "0:0"), cut=not ended)
        return
    whole = cut.lead + data + (b"</page>" if cut.follows == _REVISION else b"")
    item = to_item(whole, place, limits, site)
    if isinstance(item, Skip) and item.reason == "xml-invalid" and not ended:
        item = replace(item, reason="record-truncated", detail="the dump ends inside a page")
    elif not ended:
        why = ("record-truncated", "no end of the dump: pages may be missing")
        yield Piece(Skip(place.source, place.offset, 0, *why, n_records=0), n_units=0, cut=True)
    yield Piece(item, cut=isinstance(item, Skip) and not ended)


def _between(cut: _Cut, place: RowPlace) -> Skip:
    """Say what stands before the first page, or that a piece is too long."""
    if not cut.data:
        return Skip(place.source, place.offset, place.length, "payload-too-large", f"{cut.length} bytes")
    if not cut.data.strip(b"\r\n\t \0"):
        return Skip(place.source, place.offset, place.length, "padding", n_records=0, lost=False)
    if MARK in cut.data:
        return Skip(place.source, place.offset, place.length, "dump-header", n_records=0, lost=False)
    return Skip(place.source, place.offset, place.length, "bytes-unrecognised", n_records=0)


def _cuts(window: Window, start: int, stop: int, bound: int) -> Iterator[_Cut]:
    """Cut a dump at its marks; no page is begun at or after `stop`, but one that was begun is finished."""
    lead = b""
    while window.have(start, 1):
        begun = _lead(window, start, bound)
        cut = _cut(window, start, bound)
        yield cut if begun else cut._replace(lead=lead)
        lead = begun or lead
        start += cut.length
        if not cut.follows or (cut.follows == _PAGE and start >= stop):
            return


def _lead(window: Window, start: int, bound: int) -> bytes:
    """Give what stands in a page before its first revision; none where no page begins."""
    held = window.have(start, min(_STEP_BYTES, bound))
    if window.peek(start, start + len(_PAGE)) != _PAGE:
        return b""
    end = window.find(_REVISION, start, start + held)
    return window.peek(start, end) if end >= 0 else _PAGE


def _cut(window: Window, start: int, bound: int) -> _Cut:
    wanted = min(_STEP_BYTES, bound)
    while True:
        held = window.have(start, wanted)
        end, mark = _mark(window, start, start + held)
        if mark or held < wanted:
            end = end if mark else start + held
            return _Cut(start, end - start, window.peek(start, end), mark)
        if wanted == bound:
            end, mark = _mark_beyond(window, start + bound - _WIDEST)
            return _Cut(start, end - start, b"", mark)
        wanted = min(4 * wanted, bound)


def _mark(window: Window, start: int, stop: int) -> tuple[int, bytes]:
    """Find the first mark behind the one at `start`: a page, or another revision."""
    page = window.find(_PAGE, start + 1, stop)
    limit = page if page >= 0 else stop
    closed = window.find(_END, start, limit)
    revision = window.find(_REVISION, closed, limit) if closed >= 0 else -1
    return (revision, _REVISION) if revision >= 0 else (page, _PAGE if page >= 0 else b"")


def _mark_beyond(window: Window, at: int) -> tuple[int, bytes]:
    """Find the next mark without holding what lies before it; the end of the bytes when there is none."""
    while held := window.have(at, 1 << 20):
        found = [(window.find(mark, at, at + held), mark) for mark in (_PAGE, _REVISION)]
        if there := [one for one in found if one[0] >= 0]:
            return min(there)
        if held < 1 << 20:
            return at + held, b""
        at += held - _WIDEST
    return at, b""
