"""The texts of a shard, for whoever needs no more of a record than that."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from headwater.record import Record, Skip
from headwater.sources import SOURCES
from headwater.sources.shard import Limits, Shard

TextOf = Callable[[Record], str | None]
Lose = Callable[[Record | Skip], None]
_LIMITS = Limits()


def texts(shard: Shard, text_of: TextOf, *, lose: Lose) -> Iterator[str]:
    """Read the texts of a shard.

    Args:
        shard: What to read.
        text_of: The text of a record; None where it has none that can be read.
        lose: Told of every record without a text, and of what a document may have been lost with.

    Yields:
        Texts, in the order of the records.
    """
    for found in SOURCES[shard.kind].read(shard, _LIMITS):
        text = text_of(found) if isinstance(found, Record) else None
        if text is not None:
            yield text
        elif isinstance(found, Record) or found.lost:
            lose(found)
