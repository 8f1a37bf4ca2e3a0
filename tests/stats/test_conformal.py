"""Conformal p-values against their definition and their null law, enumerated over every ordering."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from headwater.errors import InputError
from headwater.stats import (
    conformal_p,
    effective_size,
    evened,
    least_calibration,
    mondrian_p,
    smoothed_p,
    weighted_p,
)

SCORES = st.lists(st.integers(0, 6).map(float), max_size=20)


@given(SCORES, SCORES)
def test_the_definition_is_counted(scores: list[float], calibration: list[float]) -> None:
    expected = [(1 + sum(c >= s for c in calibration)) / (len(calibration) + 1) for s in scores]

    assert conformal_p(scores, calibration).tolist() == expected


def levels(values: tuple[int, ...]) -> dict[Fraction, Fraction]:
    """Enumerate P(p <= t) when the first of `values`, in every order, is the test score."""
    n_orders = math.factorial(len(values))
    p = [
        Fraction(conformal_p([order[0]], order[1:])[0]).limit_denominator(100)
        for order in itertools.permutations(values)
    ]
    return {t: Fraction(sum(x <= t for x in p), n_orders) for t in sorted(set(p))}


def test_distinct_scores_make_p_uniform() -> None:
    assert levels((1, 2, 3, 4, 5)) == {Fraction(i, 5): Fraction(i, 5) for i in range(1, 6)}


@pytest.mark.parametrize("values", [(1, 1, 2, 3, 3), (1, 1, 1, 1), (0, 5, 5, 5, 5, 9)])
def test_ties_make_p_larger_and_never_smaller(values: tuple[int, ...]) -> None:
    assert all(chance <= t for t, chance in levels(values).items())


def test_smoothed_p_is_uniform_even_with_ties() -> None:
    rng = np.random.default_rng(5)
    p = np.array([smoothed_p(rng.integers(0, 3, 1), rng.integers(0, 3, 9), rng=rng)[0] for _ in range(4000)])

    # A Kolmogorov-Smirnov p-value under a fixed seed: 3 standard errors is about 0.0027.
    assert kstest(p, "uniform").pvalue > 0.0027
    assert p.min() > 0.0
    assert p.max() <= 1.0


@given(SCORES, SCORES)
def test_smoothed_p_lies_at_or_below_the_conservative_one(
    scores: list[float], calibration: list[float]
) -> None:
    smooth = smoothed_p(scores, calibration, rng=np.random.default_rng(0))

    assert np.all(smooth <= conformal_p(scores, calibration))


def test_each_stratum_keeps_its_own_level_where_pooling_breaks_it() -> None:
    # Writers of the small stratum score two units higher although they are human too.
    rng = np.random.default_rng(9)
    strata = ["large"] * 180 + ["small"] * 20
    shift = np.array([0.0] * 180 + [2.0] * 20)
    pooled, own = [], []
    for _ in range(300):
        s, c = rng.normal(size=200) + shift, rng.normal(size=200) + shift
        pooled.append(np.mean(conformal_p(s, c)[180:] <= 0.1))
        own.append(np.mean(mondrian_p(s, c, strata=strata, calibration_strata=strata)[180:] <= 0.1))

    error = float(np.std(own)) / math.sqrt(300)

    assert np.mean(own) <= 0.1 + 3 * error
    assert np.mean(pooled) > 0.3


def test_a_stratum_without_calibration_says_nothing() -> None:
    p = mondrian_p([9.0, 9.0], [1.0] * 19, strata=["a", "b"], calibration_strata=["a"] * 19)

    assert p.tolist() == [0.05, 1.0]


def test_no_calibration_gives_one() -> None:
    assert conformal_p([1.0, math.inf], []).tolist() == [1.0, 1.0]


@given(st.floats(1e-6, 1.0))
def test_least_calibration_is_least(level: float) -> None:
    n = least_calibration(level)

    assert 1.0 / (n + 1) <= level
    assert n == 0 or 1.0 / n > level


@pytest.mark.parametrize(
    ("level", "n"), [(1.0, 0), (0.5, 1), (0.1, 9), (0.05, 19), (0.01, 99), (0.001, 999), (0.3, 3)]
)
def test_least_calibration_at_the_usual_levels(level: float, n: int) -> None:
    assert least_calibration(level) == n


def test_what_is_no_score_is_refused() -> None:
    with pytest.raises(InputError):
        conformal_p([math.nan], [1.0])
    with pytest.raises(InputError):
        conformal_p([1.0], [[1.0]])
    with pytest.raises(InputError):
        mondrian_p([1.0], [1.0], strata=["a"], calibration_strata=[])
    with pytest.raises(InputError):
        least_calibration(0.0)


@given(SCORES, SCORES, st.floats(0.1, 10.0))
def test_equal_weights_give_the_unweighted_p(
    scores: list[float], calibration: list[float], weight: float
) -> None:
    p = weighted_p(scores, calibration, weights=[weight] * len(calibration), own_weight=weight)

    assert p == pytest.approx(conformal_p(scores, calibration), rel=1e-12)


@given(SCORES, st.lists(st.tuples(st.integers(0, 6), st.integers(1, 4)), max_size=12))
def test_a_whole_weight_is_that_many_scores(scores: list[float], pairs: list[tuple[int, int]]) -> None:
    calibration, weights = [float(s) for s, _ in pairs], [float(w) for _, w in pairs]
    repeated = [score for score, n in pairs for _ in range(n)]

    p = weighted_p(scores, calibration, weights=weights, own_weight=1.0)

    assert p == pytest.approx(conformal_p(scores, repeated), rel=1e-12)


def test_weights_of_a_known_draw_keep_the_level_that_equal_ones_break() -> None:
    rng = np.random.default_rng(3)
    high = rng.random(200_000) < 0.5  # Half of the humans score high, and are drawn a tenth as often.
    scores = rng.normal(size=high.size) + 2.0 * high
    drawn = rng.random(high.size) < np.where(high, 0.01, 0.1)
    weights = np.where(high[drawn], 10.0, 1.0)
    test = rng.choice(scores, 20_000)

    weighted = weighted_p(test, scores[drawn], weights=weights, own_weight=10.0)
    equal = conformal_p(test, scores[drawn])

    # 3 standard errors of 20,000 tests and of some 1,000 effective calibration scores.
    assert np.mean(weighted <= 0.05) <= 0.05 + 3 * (0.0475 / 20_000 + 0.0475 / 1_000) ** 0.5
    assert np.mean(equal <= 0.05) > 0.1


@pytest.mark.parametrize(
    ("weights", "own"), [([1.0], 1.0), ([1.0, 0.0], 1.0), ([1.0, math.inf], 1.0), ([1.0, 1.0], 0.0)]
)
def test_weights_that_are_none_are_refused(weights: list[float], own: float) -> None:
    with pytest.raises(InputError):
        weighted_p([1.0], [1.0, 2.0], weights=weights, own_weight=own)


@given(st.lists(st.integers(-9, 9).map(float), min_size=1, max_size=40), st.floats(0.1, 9.0))
def test_equal_weights_leave_scores_as_they_are(scores: list[float], weight: float) -> None:
    assert evened(scores, [weight] * len(scores)).tolist() == sorted(scores)


def test_scores_that_were_drawn_more_often_are_evened_to_the_law_they_were_drawn_from() -> None:
    rng = np.random.default_rng(5)
    everybody = rng.normal(size=50_000)
    chance = np.where(everybody > 0.0, 0.2, 0.05)
    drawn = rng.random(everybody.size) < chance
    even = evened(everybody[drawn], 1.0 / chance[drawn])

    assert even.size == effective_size(1.0 / chance[drawn]) < np.count_nonzero(drawn)
    assert abs(np.median(everybody[drawn])) > 0.4
    # The median of some 4,000 normal scores has a standard error of 1.25 / sqrt(4,000) = 0.02.
    assert abs(np.median(even)) < 3 * 0.02
    assert kstest(even, "norm").pvalue > 0.01


def test_one_heavy_score_says_as_much_as_itself() -> None:
    assert effective_size([1e9, 1.0, 1.0]) == 1
    assert evened([3.0, 1.0, 2.0], [1e9, 1.0, 1.0]).tolist() == [3.0]
