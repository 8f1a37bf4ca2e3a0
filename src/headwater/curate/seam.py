"""Where the shards of one input meet: what two neighbours both read, or neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise

from headwater.record import Skip
from headwater.sources.shard import Shard

Ends = Mapping[str, tuple[int, int]]


def gaps(shards: Sequence[Shard], ends: Ends) -> list[Skip]:
    """Find what no shard read.

    Args:
        shards: In order.
        ends: Shard name -> start of its first item and end of its last; (-1, 0) for a shard in which
            none starts.

    Returns:
        Each gap as a skip.
    """
    holes = (
        (left.source, ends[left.name][1], ends[right.name][0]) for left, right in _neighbours(shards, ends)
    )
    return [Skip(source, at, stop - at, "gap", n_records=0) for source, at, stop in holes if at < stop]


def floors(shards: Sequence[Shard], ends: Ends) -> dict[str, int]:
    """Find shards that took the inside of their neighbour's last record for records.

    It takes an archive stored without compression inside a record to do that.

    Args:
        shards: In order.
        ends: As for `gaps`.

    Returns:
        Shard name -> where its first record can start at the earliest.
    """
    return {
        right.name: ends[left.name][1]
        for left, right in _neighbours(shards, ends)
        if ends[left.name][1] > ends[right.name][0]
    }


def _neighbours(shards: Sequence[Shard], ends: Ends) -> list[tuple[Shard, Shard]]:
    pairs: list[tuple[Shard, Shard]] = []
    for _, group in groupby(shards, key=lambda shard: shard.digest):
        pairs += pairwise([shard for shard in group if ends[shard.name][0] >= 0])
    return pairs
