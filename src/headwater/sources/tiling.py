"""Tiling: whether what was read of one input covers it, each position once.

This is the checker of the accounting law (`docs/spec/accounting.md`, rules 3 to 5 and 8), for tests
and for anyone who verifies a reader. It wants every item; a run settles its seams by
`headwater.curate.seam`, from each shard's first and last position alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from headwater.record import Skip


class Span(Protocol):
    """Anything that takes a stretch of an input: a record, a skip, a row of a ledger."""

    @property
    def offset(self) -> int:
        """Give where it starts."""
        ...

    @property
    def length(self) -> int:
        """Give how much it takes; 0 inside a member that a later item accounts for."""
        ...


@dataclass(frozen=True, slots=True)
class Tiling:
    """How the items of one input fit together.

    Attributes:
        gaps: Skips, reason `gap`, for what no item covers; with them the lengths add up to the size.
        overlaps: Indices of items that start inside an earlier one. They are not to be counted, and a
            record among them is not one: it stands inside another record, as a nested archive does.
    """

    gaps: tuple[Skip, ...]
    overlaps: tuple[int, ...]


def tile(items: Iterable[Span], *, source: str, size: int) -> Tiling:
    """Say where the items of one input leave gaps in it, or overlap.

    A shard reads without knowing what the one before it read, so it may take bytes inside a record of
    the one before for a record, and bytes that both hold to be the other's are in neither. The
    rule for both: the earlier item wins, and what is left over is a gap.

    Args:
        items: Records and skips of every shard of the input, shards in order, items as read.
        source: The input's name, for the gaps.
        size: Size of the input, in the unit of the offsets.

    Returns:
        Gaps and overlaps; both empty when a single shard was read.
    """
    gaps = []
    overlaps = []
    covered = 0
    for index, item in enumerate(items):
        if item.offset < covered:
            overlaps.append(index)
            continue
        if item.offset > covered:
            gaps.append(_gap(source, covered, item.offset))
        covered = item.offset + item.length
    if covered < size:
        gaps.append(_gap(source, covered, size))
    return Tiling(tuple(gaps), tuple(overlaps))


def _gap(source: str, start: int, stop: int) -> Skip:
    return Skip(source, start, stop - start, "gap", n_records=0)
