"""Repeats: rows of a seal that name a record, or hold a payload, that another row has too; in bounded memory.

Rows are compared by digests, one slice of the digests at a time. Of rows that are alike the one with the
lowest key comes first in the log, and is the one that counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from headwater.log.storage import Storage
from headwater.reserve import index
from headwater.reserve.gather import NO_ID, ROW, Run, split
from headwater.reserve.reserve import Pack

_SLICE_ROWS = 1_000_000
Keys = frozenset[bytes]
_PAIR = np.dtype([("digest", "V32"), ("key", "V16")])


def repeated_ids(runs: Sequence[Run]) -> Keys:
    """Find rows that name the same record as an earlier one.

    Args:
        runs: Of all sources.

    Returns:
        The keys of those to leave out.
    """
    found: set[bytes] = set()
    for group in _groups(runs, by_id=True):
        found.update(group[1:])
    return frozenset(found)


def copies(runs: Sequence[Run], dropped: Keys, storage: Storage, before: Iterable[Pack]) -> Keys:
    """Find rows whose payload another one holds, so that its content is stored once.

    Args:
        runs: Of all sources.
        dropped: Keys of rows that are left out.
        storage: Of the reserve.
        before: Runs of earlier seals whose content is in the reserve.

    Returns:
        Their keys.
    """
    held = [index.read(storage, pack) for pack in before if pack.mode == "ingest"]
    found: set[bytes] = set()
    for digest, keys in _groups_with_digests(runs, held):
        rest = [key for key in keys if key not in dropped]
        is_held = any(next(index.find(data, digest), None) is not None for data in held)
        found.update(rest if is_held else rest[1:])
    return frozenset(found)


def _groups(runs: Sequence[Run], *, by_id: bool) -> Iterator[list[bytes]]:
    for low, high in _slices(runs):
        pairs = np.concatenate([_pairs(run, low, high, by_id=by_id) for run in runs])
        yield from (keys for _, keys in _alike(pairs))


def _groups_with_digests(runs: Sequence[Run], held: Sequence[bytes]) -> Iterator[tuple[bytes, list[bytes]]]:
    """Yield payload digests of more than one row, or of one that an earlier seal may hold."""
    for low, high in _slices(runs):
        pairs = np.concatenate([_pairs(run, low, high, by_id=False) for run in runs])
        yield from _alike(pairs)
        if held:
            yield from ((row["digest"].tobytes(), [row["key"].tobytes()]) for row in _known(pairs, held))


def _known(pairs: npt.NDArray[np.void], held: Sequence[bytes]) -> npt.NDArray[np.void]:
    """Give the rows whose digest begins like one that is held."""
    rows = [np.frombuffer(data, np.uint8, offset=12).reshape(-1, 36)[:, :8] for data in held]
    firsts = np.concatenate([np.ascontiguousarray(one).view(np.uint64).ravel() for one in rows])
    mine = np.ascontiguousarray(pairs.view(np.uint8).reshape(-1, 48)[:, :8]).view(np.uint64).ravel()
    return pairs[np.isin(mine, firsts)]


def _slices(runs: Sequence[Run]) -> Iterator[tuple[int, int]]:
    """Cut the first bytes of digests into slices of which one fits in memory."""
    n_slices = min(256, 1 + sum(int(run.counts.sum()) for run in runs) // _SLICE_ROWS)
    bounds = [256 * at // n_slices for at in range(n_slices + 1)]
    return pairwise(bounds)


def _pairs(run: Run, low: int, high: int, *, by_id: bool) -> npt.NDArray[np.void]:
    """Read digest and key of the rows of a run whose digest is in a slice."""
    found = []
    for row in split(Path(run.path).read_bytes()):
        key, _, payload, named, *_ = ROW.unpack_from(row)
        digest = named + bytes(16) if by_id else payload
        if low <= digest[0] < high and not (by_id and named == NO_ID):
            found.append(digest + key)
    return np.frombuffer(b"".join(found), dtype=_PAIR)


def _alike(pairs: npt.NDArray[np.void]) -> Iterator[tuple[bytes, list[bytes]]]:
    """Yield digests of more than one row with the keys of these, ascending."""
    words = pairs.view(">u8").reshape(-1, 6)
    order = np.lexsort(words.T[::-1])
    words = words[order]
    same = (words[1:, :4] == words[:-1, :4]).all(axis=1)
    at = 0
    places = np.flatnonzero(same)
    while at < len(places):
        first = stop = int(places[at])
        while at < len(places) and places[at] == stop:
            stop, at = stop + 1, at + 1
        group = pairs[order[first : stop + 1]]
        yield group[0]["digest"].tobytes(), [row["key"].tobytes() for row in group]
