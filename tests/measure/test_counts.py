"""Counts of counts, rarefaction and the jackknife against brute force."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import InputError
from headwater.measure.counts import (
    Counts,
    count,
    jackknife_error,
    of_counts,
    places,
    rarefied,
    rarefied_support,
    rarefied_supports,
    tally,
)
from headwater.measure.hill import hill

tables = st.lists(st.integers(0, 9), min_size=1, max_size=12).filter(any)


@given(tables)
def test_counts_of_counts_add_up(table: list[int]) -> None:
    counts = of_counts(table)

    assert counts.n == sum(table)
    assert counts.support == sum(c > 0 for c in table)
    assert [counts.types_seen(r) for r in range(1, 11)] == [table.count(r) for r in range(1, 11)]
    assert counts.total(np.sqrt) == pytest.approx(sum(math.sqrt(c) for c in table))
    again = count(np.repeat(np.arange(len(table)), table))
    assert (again.times == counts.times).all()
    assert (again.n_types == counts.n_types).all()


def test_rarefied_support_is_the_mean_over_all_subsets() -> None:
    tokens = [0, 0, 0, 1, 1, 2, 3]

    for n in range(8):
        subsets = list(combinations(tokens, n))
        wanted = sum(len(set(s)) for s in subsets) / len(subsets)
        assert rarefied_support(count(tokens), n) == pytest.approx(wanted)


@given(tables)
def test_many_sizes_are_rarefied_as_one_at_a_time(table: list[int]) -> None:
    counts = of_counts(table)
    sizes = np.arange(counts.n + 1)

    assert rarefied_supports(counts, sizes).tolist() == [rarefied_support(counts, n) for n in sizes.tolist()]


@given(st.lists(st.integers(-3, 20) | st.integers(-(2**62), 2**62), max_size=30))
def test_numbers_are_counted_and_placed_as_by_sorting_however_far_they_are_spread(numbers: list[int]) -> None:
    given_numbers = np.array(numbers, dtype=np.int64)
    found, times = tally(given_numbers)
    wanted, at, n = np.unique(given_numbers, return_inverse=True, return_counts=True)

    assert found.tolist() == wanted.tolist()
    assert times.tolist() == n.tolist()
    assert places(given_numbers).tolist() == at.tolist()


@pytest.mark.parametrize("order", [0, 1, 2])
def test_jackknife_of_types_is_that_of_tokens(order: int) -> None:
    tokens = [0, 0, 0, 1, 1, 2, 3, 3, 4]

    def measure(counts: Counts) -> float:
        return hill(counts, order=order, n=min(5, counts.n)).value

    left = np.array([measure(count(tokens[:i] + tokens[i + 1 :])) for i in range(9)])
    wanted = math.sqrt(8 / 9 * ((left - left.mean()) ** 2).sum())

    assert jackknife_error(count(tokens), measure) == pytest.approx(wanted)
    assert hill(count(tokens), order=order, n=5).error == pytest.approx(wanted)


def test_a_draw_has_as_many_tokens_as_asked_for() -> None:
    whole = of_counts([5, 3, 1, 1])

    drawn = rarefied(whole, 6, rng=np.random.default_rng(0))

    assert drawn.n == 6
    assert drawn.support <= 4


@pytest.mark.parametrize("bad", [[], [[1]], [0.5], [float("nan")], ["a"]])
def test_what_is_no_sample_is_refused(bad: list[object]) -> None:
    with pytest.raises(InputError):
        count(bad)  # type: ignore[arg-type]


@pytest.mark.parametrize("bad", [[], [0, 0], [-1, 2], [1.5]])
def test_what_is_no_table_is_refused(bad: list[float]) -> None:
    with pytest.raises(InputError):
        of_counts(bad)


def test_more_tokens_than_there_are_cannot_be_drawn() -> None:
    for draw in (
        lambda c: rarefied_support(c, 4),
        lambda c: rarefied_supports(c, np.array([0, -1])),
        lambda c: rarefied(c, 4, rng=np.random.default_rng(0)),
    ):
        with pytest.raises(InputError):
            draw(of_counts([2, 1]))


def test_one_token_has_no_error() -> None:
    assert jackknife_error(of_counts([1]), lambda c: float(c.n)) == 0.0
