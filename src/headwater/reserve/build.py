"""Building, the second pass of a seal: rows of a stretch of the log, in order, as objects of a reserve."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

import numpy as np

from headwater.log import bulk, segment
from headwater.log.storage import Below, Storage
from headwater.reserve import index, leaf, records
from headwater.reserve.gather import DROPPED, N_RANGES, Line, Run, ranges_of
from headwater.reserve.records import Row
from headwater.reserve.reserve import CONTENT_ROWS, Pack


@dataclass(frozen=True, slots=True)
class Batch:
    """All rows of a seal.

    Attributes:
        runs: Where they lie, each row marked.
        start: Index of the first document.
        counts: Rows that are not dropped, in each range of keys.
        n_hashed: Entries that a process hashes about, which decides how.
    """

    runs: Sequence[Run]
    start: int
    counts: Sequence[int]
    n_hashed: int = 0

    @property
    def n(self) -> int:
        """Give the number of documents."""
        return sum(self.counts)


def kept(runs: Sequence[Run]) -> list[int]:
    """Count the rows in each range of keys that are not dropped."""
    found = np.zeros(N_RANGES, np.int64)
    for run in runs:
        is_kept = np.fromfile(run.marks, np.uint8) != DROPPED
        found += np.bincount(ranges_of(run.columns())[is_kept], minlength=N_RANGES)
    return [int(n) for n in found]


def build(storage: Storage, batch: Batch, pack: Pack, tail: bytes = b"") -> tuple[bytes, int]:
    """Build records, index, content and segment of one run of the log.

    Args:
        storage: Of the reserve.
        batch: All rows.
        pack: Which of them.
        tail: Name of the segment that this one begins with; empty for none.

    Returns:
        Name and number of entries of the segment.
    """
    picked = _lines(batch, pack)
    rows = _with_content(storage, pack, picked)
    _put(storage, pack.records, records.encode(rows))
    digests = (line.payload for line in picked)
    _put(storage, pack.index, index.encode(zip(digests, range(len(rows)), strict=True)))
    log = Below(storage, "log")
    entries = segment.verify(log, tail) if tail else []
    entries += [leaf.commit(row.record, row.salt) for row in rows]
    made = segment.build(entries, hasher=bulk.hasher(batch.n_hashed))
    segment.store(log, made)
    return made.root, made.n_entries


def _put(storage: Storage, path: str, data: bytes) -> None:
    """Write an object in place of what a seal that was given up has left there."""
    storage.swap(path, data, expected=storage.read(path))


def _lines(batch: Batch, pack: Pack) -> list[Line]:
    """Read the rows of a run of the log in order."""
    ends = list(accumulate(batch.counts))
    first, stop = pack.first - batch.start, pack.first - batch.start + pack.n
    low, high = bisect_right(ends, first), bisect_left(ends, stop) + 1
    before = ends[low - 1] if low else 0
    found = sorted(line for run in batch.runs for line in run.lines(low, high))
    return found[first - before : stop - before]


def _with_content(storage: Storage, pack: Pack, picked: Sequence[Line]) -> list[Row]:
    """Give the rows as the reserve holds them, and write their content where it is not a copy."""
    rows: list[Row] = []
    with ExitStack() as stack:
        files: dict[str, BinaryIO] = {}
        for at in range(0, len(picked), CONTENT_ROWS):
            frames: list[bytes] = []
            size = 0
            for line in picked[at : at + CONTENT_ROWS]:
                name = line.frames
                if not name or line.is_copy:
                    rows.append(Row(line.record, line.salt, line.head))
                    continue
                if name not in files:
                    files[name] = stack.enter_context(Path(name).open("rb"))
                files[name].seek(line.start)
                frames.append(files[name].read(line.length))
                rows.append(Row(line.record, line.salt, line.head, size, line.length))
                size += line.length
            if pack.mode == "ingest":
                _put(storage, pack.content(pack.first + at), b"".join(frames))
    return rows
