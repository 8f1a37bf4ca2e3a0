"""Tiling: what shards left out or read twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from headwater.record import Skip
from headwater.sources.tiling import tile


def span(offset: int, length: int) -> Skip:
    return Skip("x", offset, length, "padding")


def test_items_that_fit_leave_nothing() -> None:
    tiling = tile([span(0, 5), span(5, 0), span(5, 5)], source="x", size=10)

    assert (tiling.gaps, tiling.overlaps) == ((), ())


def test_gaps_are_skips_that_may_have_lost_something() -> None:
    tiling = tile([span(2, 3), span(7, 1)], source="x", size=10)

    assert [(gap.offset, gap.length) for gap in tiling.gaps] == [(0, 2), (5, 2), (8, 2)]
    assert {(gap.reason, gap.lost, gap.n_records) for gap in tiling.gaps} == {("gap", True, 0)}


def test_the_earlier_of_two_wins() -> None:
    tiling = tile([span(0, 8), span(3, 2), span(5, 4), span(9, 1)], source="x", size=10)

    assert tiling.overlaps == (1, 2)
    assert [(gap.offset, gap.length) for gap in tiling.gaps] == [(8, 1)]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9))))
def test_kept_items_and_gaps_always_add_up(pairs: list[tuple[int, int]]) -> None:
    items = [span(*pair) for pair in pairs]
    size = max((one.offset + one.length for one in items), default=0) + 3
    tiling = tile(items, source="x", size=size)
    kept = [one for i, one in enumerate(items) if i not in tiling.overlaps]

    assert sum(one.length for one in [*kept, *tiling.gaps]) == size
