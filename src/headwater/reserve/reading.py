"""Reading: the imprints of a shard's documents, whatever its format."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.record import Skip
from headwater.reserve import imprint, quick
from headwater.reserve.imprint import Imprint
from headwater.sources import SOURCES, warc
from headwater.sources.shard import Limits, Shard


def read(shard: Shard, limits: Limits) -> Iterator[Imprint | Skip]:
    """Read the documents that start in a shard, of any kind of source.

    Args:
        shard: What to read.
        limits: Bounds on one record.

    Yields:
        Imprints, and skips for everything else.
    """
    if shard.kind == "warc":
        wide = (
            limits.max_payload_bytes >= quick.MAX_BYTES and limits.max_header_bytes >= quick.MAX_HEADER_BYTES
        )
        yield from warc.scan(shard, limits, imprint.of_frame, quick=quick.imprint_of if wide else None)
    else:
        for item in SOURCES[shard.kind].read(shard, limits):
            yield item if isinstance(item, Skip) else imprint.of_row(item)
