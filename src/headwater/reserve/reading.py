"""Reading: the imprints of a shard's documents, whatever its format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headwater.record import Skip
from headwater.reserve import imprint, quick
from headwater.reserve.imprint import Imprint
from headwater.reserve.quick import Draft, Hashes
from headwater.sources import SOURCES, warc
from headwater.sources.frame import sole_frame
from headwater.sources.shard import Limits, Shard

_ABREAST, _ABREAST_BYTES = 64, 4 * 2**20


def read(shard: Shard, limits: Limits, *, lanes: bool = False) -> Iterator[Imprint | Skip]:
    """Read the documents that start in a shard, of any kind of source.

    Args:
        shard: What to read.
        limits: Bounds on one record.
        lanes: Whether to hash sixteen payloads at a time, which takes a second to start.

    Yields:
        Imprints, and skips for everything else, in the order of the source.
    """
    if shard.kind == "warc":
        wide = (
            limits.max_payload_bytes >= quick.MAX_BYTES and limits.max_header_bytes >= quick.MAX_HEADER_BYTES
        )
        if wide and lanes:
            yield from _abreast(warc.scan(shard, limits, imprint.of_frame, quick=quick.draft_of), limits)
        else:
            yield from warc.scan(shard, limits, imprint.of_frame, quick=quick.imprint_of if wide else None)
    else:
        for item in SOURCES[shard.kind].read(shard, limits):
            yield item if isinstance(item, Skip) else imprint.of_row(item)


def _abreast(items: Iterator[Draft | Imprint | Skip], limits: Limits) -> Iterator[Imprint | Skip]:
    """Take the digests of drafts, some dozens together, and pass on what has its own."""
    held: list[Draft | Imprint | Skip] = []
    n_bytes = 0
    for item in items:
        held.append(item)
        n_bytes += len(item.payload) if not isinstance(item, Skip) else 0
        if len(held) >= _ABREAST or n_bytes >= _ABREAST_BYTES:
            yield from _finished(held, limits)
            held, n_bytes = [], 0
    yield from _finished(held, limits)


def _finished(held: Sequence[Draft | Imprint | Skip], limits: Limits) -> Iterator[Imprint | Skip]:
    from headwater.log.lanes import SHA256, digests
    from headwater.reserve.sha1 import SHA1

    hashes = Hashes(lambda some: digests(some, SHA256, SHA1), lambda some: digests(some, SHA256))
    done = iter(quick.finished([one for one in held if isinstance(one, Draft)], hashes))
    for item in held:
        if isinstance(item, Draft):
            yield next(done) or _long_way(item, limits)
        else:
            yield item


def _long_way(draft: Draft, limits: Limits) -> Imprint | Skip:
    frame = sole_frame(draft.data, limits)
    assert frame is not None, "a draft is of one record"
    return imprint.of_frame(frame, draft.place, limits)
