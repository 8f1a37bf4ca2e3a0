"""Combination rules against closed forms, worst-case dependence and simulated levels."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import combine_pvalues

from headwater.errors import InputError
from headwater.stats import bonferroni, cauchy, e_average, e_to_p, fisher, harmonic_mean
from headwater.stats.combine import harmonic_factor

OPEN = st.floats(1e-12, 1 - 1e-12)
RULES = [bonferroni, fisher, harmonic_mean, cauchy]


@given(OPEN, OPEN)
def test_fisher_of_two_has_a_closed_form(p: float, q: float) -> None:
    # P(U V <= x) = x (1 - ln x).
    assert fisher([p, q]) == pytest.approx(p * q * (1 - math.log(p * q)), rel=1e-9)


@given(st.lists(OPEN, min_size=1, max_size=20))
def test_fisher_equals_scipys(p: list[float]) -> None:
    assert fisher(p) == pytest.approx(combine_pvalues(p, method="fisher").pvalue, rel=1e-9, abs=1e-300)


@given(st.sampled_from(RULES), st.floats(1e-300, 1))
def test_one_p_value_combines_to_itself(rule: Callable[[list[float]], float], p: float) -> None:
    assert rule([p]) == pytest.approx(p, rel=1e-9)


@given(st.floats(1e-300, 1), st.integers(1, 9))
def test_cauchy_of_equal_p_values_is_that_p_value(p: float, m: int) -> None:
    assert cauchy([p] * m) == pytest.approx(p, rel=1e-9)


def test_bonferroni_multiplies_the_least() -> None:
    assert bonferroni([0.02, 0.5, 0.9]) == pytest.approx(0.06)
    assert bonferroni([0.5, 0.6]) == 1.0


def test_extremes_have_a_value() -> None:
    assert fisher([0.0, 0.5]) == harmonic_mean([0.0, 0.5]) == cauchy([0.0, 0.5]) == 0.0
    assert cauchy([1e-9, 1.0]) == 1.0
    assert harmonic_mean([1.0, 1.0, 1.0]) == 1.0


def rearranged(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pair the columns so that the row sums are as equal as can be: the worst dependence."""
    for _ in range(60):
        for j in range(columns.shape[1]):
            others = columns.sum(axis=1) - columns[:, j]
            columns[np.argsort(-others), j] = np.sort(columns[:, j])
    return columns


@pytest.mark.parametrize("m", [2, 3, 5, 10])
def test_harmonic_factor_is_what_the_worst_dependence_needs(m: int) -> None:
    # Given all m p-values uniform on (0, eps), the least row sum of 1/p bounds the quantile of the mean
    # (rearrangement algorithm; Embrechts, Puccetti and Rueschendorf 2013).
    n = 20_000
    atoms = 1.0 / ((np.arange(n) + 0.5) / n)

    least = rearranged(np.tile(atoms, (m, 1)).T.copy()).sum(axis=1).min()

    assert harmonic_factor(m) == pytest.approx(least / m, rel=0.02)


def test_harmonic_factor_grows_as_the_logarithm() -> None:
    ratios = [harmonic_factor(10**k) / math.log(10**k) for k in (1, 2, 4, 8)]

    assert ratios == sorted(ratios, reverse=True)
    assert 1.0 < ratios[-1] < 1.3


def correlated(rng: np.random.Generator, rho: float, n_runs: int) -> NDArray[np.float64]:
    """Draw p-values of six equicorrelated normal scores, shape (n_runs, 6)."""
    from scipy.special import ndtr

    scores = math.sqrt(rho) * rng.normal(size=(n_runs, 1)) + math.sqrt(1 - rho) * rng.normal(size=(n_runs, 6))
    return np.asarray(ndtr(scores), dtype=np.float64)


@pytest.mark.parametrize(
    ("rule", "rho"),
    [(rule, rho) for rule in (bonferroni, harmonic_mean) for rho in (0.0, 0.5, 0.95)]
    + [(fisher, 0.0), (cauchy, 0.0)],
)
def test_levels_hold_under_the_null_law_each_states(rule: Callable[..., float], rho: float) -> None:
    p = correlated(np.random.default_rng(11), rho, 8_000)

    rate = float(np.mean([rule(row) <= 0.05 for row in p]))

    assert rate <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 8_000)


def test_fisher_is_wrong_for_dependent_p_values_as_its_docstring_says() -> None:
    p = correlated(np.random.default_rng(11), 0.95, 5_000)

    assert np.mean([fisher(row) <= 0.05 for row in p]) > 0.1


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=9))
def test_e_values_average_and_invert(e: list[float]) -> None:
    mean = e_average(e)

    assert mean == pytest.approx(math.fsum(e) / len(e))
    assert e_to_p(mean) == pytest.approx(min(1.0, 1 / mean) if mean else 1.0)


def test_e_to_p_keeps_its_level_for_a_likelihood_ratio() -> None:
    # exp(x - 1/2) has expectation 1 for a standard normal x.
    x = np.random.default_rng(3).normal(size=(8_000, 3))

    rate = float(np.mean([e_to_p(e_average(row)) <= 0.1 for row in np.exp(x - 0.5)]))

    assert rate <= 0.1 + 3 * math.sqrt(0.1 * 0.9 / 8_000)


@pytest.mark.parametrize("rule", [*RULES, e_average])
def test_nothing_cannot_be_combined(rule: Callable[..., float]) -> None:
    for bad in ([], [-0.5], [math.nan]):
        with pytest.raises(InputError):
            rule(bad)


def test_negative_e_values_are_refused() -> None:
    for bad in (-1.0, math.nan):
        with pytest.raises(InputError):
            e_to_p(bad)
