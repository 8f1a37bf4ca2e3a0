"""Repeats: each row is marked as a look at all of them says, in slices of any width."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.log.storage import Memory
from headwater.reserve import gather, repeats
from headwater.reserve.build import kept
from headwater.reserve.gather import COPY, DROPPED, KEPT, NO_ID, ROW, Job, Run, Terms
from headwater.sources.shard import Shard

ROWS = st.lists(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4)), min_size=1, max_size=12), min_size=1, max_size=4
)


def digest(what: str, number: int) -> bytes:
    return hashlib.sha256(f"{what}{number}".encode()).digest()


def run_of(folder: Path, number: int, rows: list[tuple[int, int]]) -> Run:
    """Write a run of rows of a record id, 0 for none, and a payload."""
    folder.mkdir(exist_ok=True)
    shard = Shard("a", "a", "warc", f"{number:064x}", 1, 0, 1)
    job = Job(shard, Terms("in-place"), bytes(32), "2026-01-01T00:00:00Z", b"", folder)
    made = []
    for at, (name, payload) in enumerate(rows):
        key = digest(f"key {number} ", at)[:16]
        named = digest("id", name)[:16] if name else NO_ID
        made.append(ROW.pack(key, bytes(16), digest("payload", payload), named, 0, 0, 1, 2) + b"h{}")
    return Run.parse(gather._write_run(job, made, 0))


@given(ROWS, st.integers(1, 50))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_the_row_with_the_lowest_key_counts_and_all_others_are_marked(
    tmp_path: Path, rows: list[list[tuple[int, int]]], slice_rows: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repeats, "_SLICE_ROWS", slice_rows)
        runs = [run_of(tmp_path / "runs", number, some) for number, some in enumerate(rows)]
        repeats.mark(runs)
        repeats.mark_copies(runs, Memory(), [])

    every = sorted(
        (row["key"].tobytes(), row["named"].tobytes(), row["payload"].tobytes(), mark)
        for run in runs
        for row, mark in zip(run.columns(), np.fromfile(run.marks, np.uint8), strict=True)
    )
    ids, payloads = set(), set()
    for _, named, payload, mark in every:
        if named in ids:
            assert mark == DROPPED
            continue
        ids |= {named} - {NO_ID}
        assert mark == (COPY if payload in payloads else KEPT)
        payloads.add(payload)
    assert sum(kept(runs)) == len(every) - repeats.count(runs, DROPPED)
    lines = [line for run in runs for line in run.lines(0, gather.N_RANGES)]
    assert sorted((line.key, line.payload) for line in lines) == [
        (key, payload) for key, _, payload, mark in every if mark != DROPPED
    ]
    assert {(line.head, line.record) for line in lines} == {(b"h", b"{}")}
