"""Repeats: rows of a seal that name a record, or hold a payload, that another row has too; in bounded memory.

Rows are compared by digests, one slice of the digests at a time. Of rows that are alike the one with the
lowest key comes first in the log, and is the one that counts. What is found is a mark on the row, in a file
beside its run: however many repeats there are, memory holds one slice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from headwater.log.storage import Storage
from headwater.reserve import index
from headwater.reserve.gather import COPY, DROPPED, KEPT, Run
from headwater.reserve.reserve import Pack

_SLICE_ROWS = 1_000_000
_BYTE_VALUES = 256
_PAIR = np.dtype([("digest", "V32"), ("key", "V16"), ("run", "<u4"), ("row", "<u4")])
Pairs = npt.NDArray[np.void]
Flags = npt.NDArray[np.bool_]


def mark(runs: Sequence[Run]) -> None:
    """Mark the rows that name the record of an earlier one; all others are kept.

    Args:
        runs: Of all sources.
    """
    for run in runs:
        np.full(run.n, KEPT, np.uint8).tofile(run.marks)
    for low, high in _slices(runs):
        pairs, later = _sorted(_pairs(runs, low, high, by="named"))
        _write(runs, pairs[later], DROPPED)


def mark_copies(runs: Sequence[Run], storage: Storage, before: Iterable[Pack]) -> None:
    """Mark the rows whose payload another one holds: content is stored once.

    Args:
        runs: Of all sources, those rows marked that are left out.
        storage: Of the reserve.
        before: Runs of earlier seals whose content is in the reserve.
    """
    packs = [pack for pack in before if pack.mode == "ingest"]
    for low, high in _slices(runs):
        pairs, later = _sorted(_pairs(runs, low, high, by="payload"))
        for pack in packs:
            later |= _held(pairs, index.read(storage, pack))
        _write(runs, pairs[later], COPY)


def count(runs: Iterable[Run], what: int) -> int:
    """Count the rows with a mark."""
    return sum(int((np.fromfile(run.marks, np.uint8) == what).sum()) for run in runs)


def record(runs: Iterable[Run], what: int) -> bytes | None:
    """Read the record of a row with a mark; None if there is none.

    Args:
        runs: Of all sources.
        what: The mark.
    """
    for run in runs:
        found = np.flatnonzero(np.fromfile(run.marks, np.uint8) == what)
        if len(found):
            columns = run.columns()
            ends = np.cumsum(columns["n_head"].astype(np.int64) + columns["n_record"])
            n = int(columns["n_record"][found[0]])
            with Path(run.path).open("rb") as file:
                file.seek(columns.nbytes + int(ends[found[0]]) - n)
                return file.read(n)
    return None


def _slices(runs: Sequence[Run]) -> Iterator[tuple[int, int]]:
    """Cut the first bytes of digests into slices of which one fits in memory."""
    n_slices = min(_BYTE_VALUES, 1 + sum(run.n for run in runs) // _SLICE_ROWS)
    bounds = [_BYTE_VALUES * at // n_slices for at in range(n_slices + 1)]
    return pairwise(bounds)


def _pairs(runs: Sequence[Run], low: int, high: int, *, by: str) -> Pairs:
    """Read digest, key and place of the rows whose digest is in a slice, those without left out."""
    found = []
    for number, run in enumerate(runs):
        columns = run.columns()
        digests = columns[by].copy().view(np.uint8).reshape(len(columns), -1)
        wanted = (low <= digests[:, 0]) & (digests[:, 0] < high) & digests.any(axis=1)
        places = np.flatnonzero(wanted & (np.fromfile(run.marks, np.uint8) != DROPPED))
        pairs = np.zeros(len(places), _PAIR)
        pairs.view(np.uint8).reshape(-1, _PAIR.itemsize)[:, : digests.shape[1]] = digests[places]
        pairs["key"], pairs["run"], pairs["row"] = columns["key"][places], number, places
        found.append(pairs)
    return np.concatenate(found)


def _sorted(pairs: Pairs) -> tuple[Pairs, Flags]:
    """Sort by digest and key; tell which rows are alike with the one before."""
    words = pairs.view(">u8").reshape(-1, _PAIR.itemsize // 8)[:, :6]
    order = np.lexsort(words.T[::-1])
    words = words[order, :4]
    later = np.zeros(len(pairs), np.bool_)
    later[1:] = (words[1:] == words[:-1]).all(axis=1)
    return pairs[order], later


def _held(pairs: Pairs, data: bytes) -> Flags:
    """Tell which rows have a digest that an index holds."""
    mine = pairs["digest"].copy().view(np.uint64).reshape(-1, 4)
    rows = np.frombuffer(data, np.uint8, offset=12).reshape(-1, 36)[:, :8]
    found = np.isin(mine[:, 0], np.ascontiguousarray(rows).view(np.uint64).ravel())
    for at in np.flatnonzero(found):
        found[at] = next(index.find(data, pairs["digest"][at].tobytes()), None) is not None
    return found


def _write(runs: Sequence[Run], pairs: Pairs, what: int) -> None:
    for number in np.unique(pairs["run"]).tolist():
        marks = np.fromfile(runs[number].marks, np.uint8)
        marks[pairs["row"][pairs["run"] == number]] = what
        marks.tofile(runs[number].marks)
