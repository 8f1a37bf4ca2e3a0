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
from headwater.reserve.gather import N_RANGES, ROW, Run, range_of, split
from headwater.reserve.records import Row
from headwater.reserve.repeats import Keys
from headwater.reserve.reserve import CONTENT_ROWS, Pack


@dataclass(frozen=True, slots=True)
class Batch:
    """All rows of a seal.

    Attributes:
        runs: Where they lie.
        start: Index of the first document.
        dropped: Keys of rows that are left out.
        copies: Keys of rows whose content another one holds.
        n_hashed: Entries that a process hashes about, which decides how.
    """

    runs: Sequence[Run]
    start: int
    dropped: Keys
    copies: Keys
    n_hashed: int = 0

    def counts(self) -> list[int]:
        """Count the rows in each range of keys."""
        found = [int(n) for n in sum((run.counts for run in self.runs), np.zeros(N_RANGES, np.int64))]
        for key in self.dropped:
            found[range_of(key)] -= 1
        return found

    @property
    def n(self) -> int:
        """Give the number of documents."""
        return sum(self.counts())


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
    picked = _rows(batch, pack)
    rows = _with_content(storage, batch, pack, picked)
    _put(storage, pack.records, records.encode(rows))
    digests = (ROW.unpack_from(row)[2] for row, _ in picked)
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


def _rows(batch: Batch, pack: Pack) -> list[tuple[bytes, str]]:
    """Read the rows of a run of the log in order, each with the file of its content."""
    ends = list(accumulate(batch.counts()))
    first, stop = pack.first - batch.start, pack.first - batch.start + pack.n
    low, high = bisect_right(ends, first), bisect_left(ends, stop) + 1
    before = ends[low - 1] if low else 0
    found: list[tuple[bytes, str]] = []
    for run in batch.runs:
        with Path(run.path).open("rb") as file:
            file.seek(int(run.cuts[low]))
            data = file.read(int(run.cuts[high] - run.cuts[low]))
        found += ((row, run.frames) for row in split(data) if row[:16] not in batch.dropped)
    found.sort()
    return found[first - before : stop - before]


def _with_content(
    storage: Storage, batch: Batch, pack: Pack, picked: Sequence[tuple[bytes, str]]
) -> list[Row]:
    """Give the rows as the reserve holds them, and write their content where it is not a copy."""
    rows: list[Row] = []
    with ExitStack() as stack:
        files: dict[str, BinaryIO] = {}
        for at in range(0, len(picked), CONTENT_ROWS):
            frames: list[bytes] = []
            size = 0
            for row, name in picked[at : at + CONTENT_ROWS]:
                key, salt, _, _, start, length, n_head, _ = ROW.unpack_from(row)
                head, record = row[ROW.size : ROW.size + n_head], row[ROW.size + n_head :]
                if not name or key in batch.copies:
                    rows.append(Row(record, salt, head))
                    continue
                if name not in files:
                    files[name] = stack.enter_context(Path(name).open("rb"))
                files[name].seek(start)
                frames.append(files[name].read(length))
                rows.append(Row(record, salt, head, size, length))
                size += length
            if pack.mode == "ingest":
                _put(storage, pack.content(pack.first + at), b"".join(frames))
    return rows
