"""Null laws against exact sums, closed forms and integrals."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.watermark import inversion
from headwater.watermark.law import (
    TIE_BITS,
    TIE_STEP,
    Bits,
    Exponentials,
    Law,
    MixedExponentials,
    TiedBits,
    WeightedBits,
)
from headwater.watermark.schemes.tournament import NATIVE

LAWS: list[Law] = [
    Bits(0.25),
    Bits(0.4996, 30),
    TiedBits(0.25),
    Exponentials(),
    MixedExponentials(0.1),
    WeightedBits(0.5, (1, 2, 3)),
]


def tail(law: Law, total: float, n: int) -> float:
    return float(law.log_survival(np.array([float(total)]), np.array([n]))[0])


def log_decimal(value: Decimal) -> float:
    with localcontext(prec=60):
        return float(value.ln())


@pytest.mark.parametrize(
    ("k", "n", "chance"), [(3, 10, 0.25), (90, 200, 0.25), (700, 1000, 0.25), (1000, 1000, 0.25)]
)
def test_bits_have_the_binomial_tail(k: int, n: int, chance: float) -> None:
    p = Fraction(chance)
    exact = sum(math.comb(n, x) * p**x * (1 - p) ** (n - x) for x in range(k, n + 1))
    with localcontext(prec=60):
        expected = log_decimal(Decimal(exact.numerator) / Decimal(exact.denominator))

    assert tail(Bits(chance), k, n) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(
    ("k", "drawn", "n"), [(0, 0, 1), (1, 3, 1), (3, 25, 10), (90, 740, 200), (700, 5600, 1000)]
)
def test_ties_have_the_tail_of_both_counts(k: int, drawn: int, n: int) -> None:
    p, n_bits = Fraction(1, 4), TIE_BITS * k
    more = sum(math.comb(n, x) * p**x * (1 - p) ** (n - x) for x in range(k + 1, n + 1))
    share = Fraction(sum(math.comb(n_bits, x) for x in range(drawn, n_bits + 1)), 2**n_bits)
    exact = more + math.comb(n, k) * p**k * (1 - p) ** (n - k) * share
    with localcontext(prec=60):
        expected = log_decimal(Decimal(exact.numerator) / Decimal(exact.denominator))

    assert tail(TiedBits(0.25), k + drawn * TIE_STEP, n) == pytest.approx(expected, rel=1e-10, abs=1e-12)


@given(st.integers(1, 60), st.data())
def test_the_better_of_a_tie_is_never_rarer_than_more_ones(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    drawn = data.draw(st.integers(0, TIE_BITS * k))
    plain, law = Bits(0.25), TiedBits(0.25)

    found = tail(law, k + drawn * TIE_STEP, n)

    assert tail(plain, k + 1, n) - 1e-9 <= found <= tail(plain, k, n) + 1e-9


@pytest.mark.parametrize(("total", "n"), [(0.5, 1), (12.0, 10), (320.0, 200), (1500.0, 200), (9000.0, 1000)])
def test_exponentials_have_the_gamma_tail(total: float, n: int) -> None:
    with localcontext(prec=60):
        rate = Decimal(total)
        term, below = Decimal(1), Decimal(0)
        for i in range(n):
            below += term
            term *= rate / (i + 1)
        expected = log_decimal((-rate).exp() * below)

    assert expected == 0.0 or tail(Exponentials(), total, n) == pytest.approx(expected, rel=1e-10)


def convolved(n: int, weights: tuple[int, ...]) -> list[int]:
    """Count, exactly, the ways to each total over fair bits."""
    ways = [1]
    for weight in weights * n:
        longer = ways + [0] * weight
        for at, count in enumerate(ways):
            longer[at + weight] += count
        ways = longer
    return ways


@pytest.mark.parametrize(
    ("n", "weights"), [(1, (1, 2, 3)), (1, NATIVE.weights), (4, NATIVE.weights), (40, (1, 2, 5))]
)
def test_weighted_bits_have_the_tail_of_the_exact_convolution(n: int, weights: tuple[int, ...]) -> None:
    ways = convolved(n, weights)
    law, upto = WeightedBits(0.5, weights), 0
    whole = n * len(weights) * math.log(2)
    for k in range(len(ways) - 1, -1, -1):
        upto += ways[k]
        expected = math.log(upto) - whole

        if k % 7 == 0 or k > len(ways) - 9:
            assert tail(law, k, n) == pytest.approx(expected, rel=1e-9, abs=1e-9), k


@pytest.mark.parametrize("n", [1, 7, 300, 2048])
def test_a_total_that_is_looked_up_has_the_tail_that_is_inverted(n: int) -> None:
    mean, sd = n * 82.5, math.sqrt(n * 1155 / 4)
    k = np.unique(np.clip(np.round(mean + sd * np.linspace(0.05, 4.5, 60)), 1, 165 * n - 1))
    told = inversion.look_up(k, np.full(k.size, n), NATIVE.weights, 0.5)
    exact = inversion.log_tail(k, np.full(k.size, n), NATIVE.weights, 0.5)

    held = ~np.isnan(told)
    assert held.tolist() == (exact > math.log(1e-4)).tolist()
    assert told[held] == pytest.approx(exact[held], abs=1e-9)
    assert np.isnan(inversion.look_up(k, np.full(k.size, 2049), NATIVE.weights, 0.5)).all()


def test_texts_of_many_lengths_do_not_drive_each_others_tables_out() -> None:
    n = np.arange(1, 700)
    inversion._table.cache_clear()
    first, again = (inversion.look_up(np.ceil(n * 0.5 * 3), n, (1, 2), 0.5) for _ in range(2))

    assert first.tobytes() == again.tobytes()
    assert inversion._table.cache_info().misses == n.size


def test_weighted_bits_that_are_not_fair_are_exact_too() -> None:
    chance, ways = 0.3, np.ones(1)
    for weight in (1, 2, 3) * 5:
        ways = np.convolve(
            ways, np.eye(1, weight + 1, 0)[0] * (1 - chance) + np.eye(1, weight + 1, weight)[0] * chance
        )
    law = WeightedBits(chance, (1, 2, 3))

    for k in range(ways.size):
        assert tail(law, k, 5) == pytest.approx(math.log(ways[k:].sum()), rel=1e-8, abs=1e-10)


@pytest.mark.parametrize("n", [1, 2, 20, 200])
@pytest.mark.parametrize("deviations", [-1.0, 1.0, 4.0, 12.0])
def test_mixed_exponentials_have_the_tail_of_the_integral(n: int, deviations: float) -> None:
    from scipy.integrate import quad
    from scipy.stats import gamma

    law = MixedExponentials(0.1)
    total = max(0.3, n + deviations * law.sd * math.sqrt(n))
    one, other = gamma(n, scale=0.9), gamma(n, scale=0.1)
    points = np.linspace(0.0, total, 9)
    inner = sum(
        quad(lambda x: one.pdf(x) * other.sf(total - x), a, b, epsabs=0.0, epsrel=1e-10)[0]
        for a, b in pairwise(points)
    )

    assert tail(law, total, n) == pytest.approx(math.log(inner + one.sf(total)), rel=1e-6, abs=1e-8)


@pytest.mark.parametrize(
    ("n", "reported", "ratio"),
    [(20, 1e-3, 1.13), (20, 1e-6, 1.49), (20, 1e-12, 3.1), (200, 1e-6, 1.18), (1000, 1e-12, 1.30)],
)
def test_the_moment_match_of_a_peer_gives_p_values_that_are_too_small(
    n: int, reported: float, ratio: float
) -> None:
    from scipy.special import gammainccinv

    law = MixedExponentials(0.1)
    total = law.sd**2 * gammainccinv(n / law.sd**2, reported)

    assert math.exp(tail(law, total, n)) / reported == pytest.approx(ratio, rel=0.01)


@pytest.mark.parametrize("law", LAWS)
def test_tails_far_below_the_smallest_float_are_finite_and_fall(law: Law) -> None:
    n = 400
    counts = isinstance(law, Bits | TiedBits) and law.mean < 1.0
    most = n * (1.0 if counts else 2.0 * law.mean)
    rising = np.linspace(
        n * law.mean, most if isinstance(law, Bits | TiedBits | WeightedBits) else 12.0 * n, 30
    )
    found = [tail(law, math.floor(total), n) for total in rising]

    assert all(b < a for a, b in pairwise(found))
    assert -math.inf < found[-1] < math.log(1e-100)


@pytest.mark.parametrize("law", LAWS)
def test_no_total_has_no_tail(law: Law) -> None:
    assert law.log_survival(np.empty(0), np.empty(0, dtype=np.int64)).shape == (0,)


@given(st.integers(0, 60), st.floats(0.0, 400.0))
@settings(max_examples=200, deadline=None)
def test_a_tail_is_a_chance(n: int, total: float) -> None:
    for law in LAWS:
        assert tail(law, total, n) <= 0.0
        assert tail(law, 0.0, n) == 0.0
