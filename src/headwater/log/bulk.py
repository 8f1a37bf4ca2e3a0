"""Bulk hashing: which hasher is worth its start for so many entries."""

from __future__ import annotations

from headwater.log.tree import PLAIN, Hasher

_LANES_FROM = 200_000  # Below this many entries, starting the fast hasher takes longer than it saves.


def hasher(n_entries: int) -> Hasher:
    """Give what hashes a number of entries soonest.

    Args:
        n_entries: How many will be hashed in this process.
    """
    if n_entries < _LANES_FROM:
        return PLAIN
    from headwater.log.lanes import LANES

    return LANES
