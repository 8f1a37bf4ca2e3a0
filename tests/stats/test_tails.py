"""Tails against exact rational sums, symmetry, and mpmath-free logarithms of exact integers."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import InputError
from headwater.stats import (
    binomial_lower,
    binomial_upper,
    hypergeometric_lower,
    hypergeometric_upper,
    poisson_lower,
    poisson_upper,
)


def exact_binomial(k: int, n: int, p: Fraction) -> Fraction:
    """Sum P(X >= k) in rational numbers."""
    hit, miss = p.numerator, p.denominator - p.numerator
    ways = sum(math.comb(n, x) * hit**x * miss ** (n - x) for x in range(max(k, 0), n + 1))
    return Fraction(ways, p.denominator**n)


def exact_hypergeometric(k: int, n: int, marked: int, total: int) -> Fraction:
    """Sum P(X >= k) in rational numbers."""
    ways = sum(math.comb(marked, x) * math.comb(total - marked, n - x) for x in range(max(k, 0), n + 1))
    return Fraction(ways, math.comb(total, n))


def log_fraction(value: Fraction) -> float:
    """Take the logarithm of a rational number of any size."""
    return math.log(value.numerator) - math.log(value.denominator)


@given(st.integers(-2, 42), st.integers(0, 40), st.fractions(0, 1, max_denominator=1000))
def test_binomial_tails_equal_the_rational_sum(k: int, n: int, p: Fraction) -> None:
    expected = exact_binomial(k, n, p)

    assert binomial_upper(k, n, float(p)) == pytest.approx(float(expected), rel=1e-11, abs=1e-300)
    assert binomial_lower(k - 1, n, float(p)) == pytest.approx(float(1 - expected), rel=1e-11, abs=1e-300)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(-1, 31))
def test_hypergeometric_tails_equal_the_rational_sum(total: int, marked: int, n: int, k: int) -> None:
    marked, n = min(marked, total), min(n, total)
    expected = exact_hypergeometric(k, n, marked, total)

    upper = hypergeometric_upper(k, n, marked=marked, total=total)
    lower = hypergeometric_lower(k - 1, n, marked=marked, total=total)

    assert upper == pytest.approx(float(expected), rel=1e-10, abs=1e-13)
    assert lower == pytest.approx(float(1 - expected), rel=1e-10, abs=1e-13)


@given(st.integers(-1, 60), st.fractions(0, 40, max_denominator=100))
def test_poisson_tails_equal_the_finite_sum(k: int, rate: Fraction) -> None:
    below = math.fsum(math.exp(-rate) * float(rate**x) / math.factorial(x) for x in range(max(k, 0)))

    assert poisson_lower(k - 1, float(rate)) == pytest.approx(below, rel=1e-11, abs=1e-300)
    assert poisson_upper(k, float(rate)) == pytest.approx(1 - below, abs=1e-12)


@pytest.mark.parametrize(
    ("k", "n", "p"),
    [(2000, 2000, Fraction(1, 4)), (1900, 2000, Fraction(1, 4)), (1200, 4000, Fraction(1, 100))],
)
def test_binomial_logarithm_does_not_underflow(k: int, n: int, p: Fraction) -> None:
    expected = log_fraction(exact_binomial(k, n, p))

    assert expected < -745
    assert binomial_upper(k, n, float(p), log=True) == pytest.approx(expected, rel=1e-11)
    assert binomial_lower(n - k, n, 1 - float(p), log=True) == pytest.approx(expected, rel=1e-11)


def test_hypergeometric_logarithm_does_not_underflow() -> None:
    expected = log_fraction(exact_hypergeometric(900, 1000, 1000, 10_000))

    assert expected < -745
    assert hypergeometric_upper(900, 1000, marked=1000, total=10_000, log=True) == pytest.approx(
        expected, rel=1e-11
    )


@pytest.mark.parametrize(("k", "rate"), [(1500, Fraction(100)), (3000, Fraction(1, 2))])
def test_poisson_logarithm_does_not_underflow(k: int, rate: Fraction) -> None:
    # P(X >= k) = pmf(k) (1 + r/(k+1) + r^2/((k+1)(k+2)) + ...), all but the e^-rate rational.
    series, term = Fraction(0), Fraction(1)
    for x in range(k + 1, k + 60):
        series, term = series + term, term * rate / x
    expected = log_fraction(rate**k / math.factorial(k)) - float(rate) + log_fraction(series)

    assert expected < -745
    assert poisson_upper(k, float(rate), log=True) == pytest.approx(expected, rel=1e-11)


def test_poisson_lower_logarithm_is_the_rate_at_zero() -> None:
    assert poisson_lower(0, 5000.0, log=True) == pytest.approx(-5000.0, rel=1e-12)


@pytest.mark.parametrize("shift", [36.5, 37.0, 37.5])
def test_binomial_is_smooth_where_the_log_sum_takes_over(shift: float) -> None:
    # 36 to 38 standard deviations straddle 1e-290; second differences of ln P stay small.
    n = 10**8
    k = n // 2 + int(shift * math.sqrt(n) / 2)
    logs = [binomial_upper(k + i * 20, n, 0.5, log=True) for i in (-1, 0, 1)]

    assert abs(logs[0] - 2 * logs[1] + logs[2]) < 1e-4


def test_plain_and_logarithm_agree() -> None:
    assert math.exp(binomial_upper(60, 100, 0.5, log=True)) == pytest.approx(binomial_upper(60, 100, 0.5))
    assert math.exp(poisson_upper(9, 3.0, log=True)) == pytest.approx(poisson_upper(9, 3.0))


@pytest.mark.parametrize(
    "call",
    [
        lambda: binomial_upper(1, -1, 0.5),
        lambda: binomial_lower(1, 2, 1.5),
        lambda: binomial_upper(1, 2, math.nan),
        lambda: poisson_upper(1, -1.0),
        lambda: poisson_lower(1, math.inf),
        lambda: hypergeometric_upper(1, 5, marked=1, total=4),
        lambda: hypergeometric_lower(1, 1, marked=5, total=4),
    ],
)
def test_laws_that_do_not_exist_are_refused(call: Callable[[], float]) -> None:
    with pytest.raises(InputError):
        call()
