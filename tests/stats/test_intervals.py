"""Intervals against published figures, the equations they solve, and exact coverage."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import InputError
from headwater.stats import binomial_lower, binomial_upper, clopper_pearson, wilson


def coverage(interval: dict[int, tuple[float, float]], n: int, p: float) -> float:
    """Sum the binomial chances of the counts whose interval holds p."""
    inside = (k for k, (low, high) in interval.items() if low <= p <= high)
    return math.fsum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in inside)


def test_wilson_matches_newcombe_1998() -> None:
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)


def test_clopper_pearson_matches_newcombe_1998() -> None:
    # The same table, method 5.
    assert clopper_pearson(81, 263) == pytest.approx((0.2527, 0.3676), abs=5e-5)
    assert clopper_pearson(15, 148) == pytest.approx((0.0578, 0.1617), abs=5e-5)
    assert clopper_pearson(0, 20) == pytest.approx((0.0, 0.1684), abs=5e-5)
    assert clopper_pearson(1, 29) == pytest.approx((0.0009, 0.1776), abs=5e-5)


@given(st.integers(1, 5000), st.data(), st.floats(0.01, 0.999))
def test_wilson_ends_solve_the_score_equation(n: int, data: st.DataObject, level: float) -> None:
    k = data.draw(st.integers(1, n))
    z = NormalDist().inv_cdf(0.5 + level / 2)

    low, _ = wilson(k, n, level)

    assert (k / n - low) ** 2 == pytest.approx(z * z * low * (1 - low) / n, rel=1e-6, abs=1e-15)


@given(st.integers(1, 500), st.data())
def test_clopper_pearson_ends_put_half_the_error_in_each_tail(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))

    low, high = clopper_pearson(k, n)

    assert k == 0 or binomial_upper(k, n, low) == pytest.approx(0.025, rel=1e-8)
    assert k == n or binomial_lower(k, n, high) == pytest.approx(0.025, rel=1e-8)


@pytest.mark.parametrize("n", [1, 7, 40])
def test_clopper_pearson_never_covers_less_than_it_says(n: int) -> None:
    intervals = {k: clopper_pearson(k, n) for k in range(n + 1)}

    assert min(coverage(intervals, n, i / 997) for i in range(998)) >= 0.95


def test_wilson_covers_about_what_it_says_on_average() -> None:
    intervals = {k: wilson(k, 40) for k in range(41)}

    mean = math.fsum(coverage(intervals, 40, (i + 0.5) / 997) for i in range(997)) / 997

    assert mean == pytest.approx(0.95, abs=0.005)


@given(st.integers(0, 10**12), st.data(), st.sampled_from([wilson, clopper_pearson]))
def test_intervals_hold_the_observed_share(n: int, data: st.DataObject, interval: type) -> None:
    k = data.draw(st.integers(0, n))

    low, high = interval(k, n)

    assert 0.0 <= low <= high <= 1.0
    assert n == 0 or low <= k / n <= high


def test_no_trial_tells_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert clopper_pearson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("k", "n", "level"), [(-1, 3, 0.9), (4, 3, 0.9), (1, 3, 0.0), (1, 3, 1.0), (0, -1, 0.9)]
)
def test_impossible_counts_are_refused(k: int, n: int, level: float) -> None:
    with pytest.raises(InputError):
        wilson(k, n, level)
    with pytest.raises(InputError):
        clopper_pearson(k, n, level)
