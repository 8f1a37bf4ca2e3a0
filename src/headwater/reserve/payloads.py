"""Payloads of many documents, each checked against what was sealed, a file of the source read once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from headwater.errors import FormatError, SealError, UnavailableError
from headwater.log.tile import WIDTH
from headwater.reserve import content
from headwater.reserve.content import Extent
from headwater.reserve.leaf import Leaf
from headwater.reserve.records import Row
from headwater.reserve.reserve import Pack, Reserve
from headwater.reserve.sample import open_bundle
from headwater.sources import warc
from headwater.sources.shard import Limits


@dataclass(frozen=True, slots=True)
class Payload:
    """A payload that was read, or why it was not.

    Attributes:
        index: Of the document.
        leaf: What is sealed of it.
        data: The payload's bytes; empty with a fault.
        fault: What is wrong with it, in one line; empty where nothing is.
        where: Its bytes; None where nobody knows.
    """

    index: int
    leaf: Leaf
    data: bytes
    fault: str = ""
    where: Extent | None = None


def walk(reserve: Reserve, *, limits: Limits | None = None) -> Iterator[Payload]:
    """Read every document of a reserve that is not redacted.

    Args:
        reserve: The reserve.
        limits: Bounds on one record.

    Yields:
        Payloads, 256 documents in memory at a time; of what lies in place, the records of 65,536.
        The order is that of the log, or of the files where documents lie in place.

    Raises:
        SealError: If a record or a payload is not what was sealed.
        FormatError: If the reserve is damaged.
    """
    for pack in reserve.packs:
        n = pack.n if pack.mode == "in-place" else WIDTH
        for first in range(pack.first, pack.first + pack.n, n):
            some = _opened(reserve, first, min(first + n, pack.first + pack.n))
            for one in read(reserve, pack, some, limits=limits or Limits()):
                if one.fault:
                    raise SealError(f"document {one.index}: {one.fault}")
                yield one


def read(
    reserve: Reserve, pack: Pack, some: Sequence[tuple[int, Row, Leaf]], *, limits: Limits
) -> Iterator[Payload]:
    """Read payloads of one run of documents.

    Args:
        reserve: The reserve.
        pack: The run.
        some: Documents of it, none redacted: index, row, and leaf as it was verified.
        limits: Bounds on one record.

    Yields:
        Each of them, in the order of the files where they lie in place.
    """
    if pack.mode == "ingest":
        yield from _ingested(reserve, pack, some)
        return
    ordered = sorted(some, key=lambda one: (one[2].place.file_sha256, one[2].place.offset))
    for file_sha256, group in groupby(ordered, key=lambda one: one[2].place.file_sha256):
        yield from _in_place(reserve, file_sha256, list(group), limits)


def _opened(reserve: Reserve, start: int, stop: int) -> list[tuple[int, Row, Leaf]]:
    at = reserve.checkpoint
    bundles = range(start // WIDTH, -(-stop // WIDTH)) if at else range(0)
    opened = (one for number in bundles if at for one in open_bundle(reserve, number, at))
    return [(one.index, one.row, one.leaf) for one in opened if one.leaf and start <= one.index < stop]


def _ingested(reserve: Reserve, pack: Pack, some: Sequence[tuple[int, Row, Leaf]]) -> Iterator[Payload]:
    decoder = None
    for index, row, leaf in some:
        where: Extent | None = None
        try:
            where = content.extent(reserve, index, row, leaf)
            decoder = decoder or content.decompressor(content.read_dictionary(reserve.storage, pack))
            data = reserve.storage.read(where.file, start=where.start, stop=where.stop)
            yield Payload(index, leaf, content.check_payload(leaf, data, where, decoder), where=where)
        except (SealError, FormatError, UnavailableError) as error:
            yield Payload(index, leaf, b"", str(error), where)


def _in_place(
    reserve: Reserve, file_sha256: str, group: Sequence[tuple[int, Row, Leaf]], limits: Limits
) -> Iterator[Payload]:
    done, file = 0, group[0][2].place.file
    try:
        file = content.located(reserve.storage, file_sha256)
        frames = warc.frames_at(file, [leaf.place.offset for _, _, leaf in group], limits)
        for (index, _, leaf), frame in zip(group, frames, strict=True):
            where = _extent(file, leaf)
            done += 1
            try:
                found = Payload(index, leaf, content.check_frame(leaf, frame, where, limits), where=where)
            except SealError as error:
                found = Payload(index, leaf, b"", str(error), where)
            yield found
    except (SealError, FormatError, UnavailableError) as error:
        for index, _, leaf in group[done:]:
            yield Payload(index, leaf, b"", str(error), _extent(file, leaf))


def _extent(file: str, leaf: Leaf) -> Extent:
    return Extent(file, leaf.place.offset, leaf.place.offset + leaf.place.length)
