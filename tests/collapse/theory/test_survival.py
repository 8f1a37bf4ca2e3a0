"""Survival of types against simulated multinomials, and against the note's tabulated values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from headwater.collapse import theory
from headwater.errors import InputError
from tests.collapse.theory.test_drift import K_SE

Floats = NDArray[np.float64]
ZIPF = np.round(3000 / np.arange(1, 1201)).astype(np.int64)


def presence(*, n: int, share: float, replicates: int) -> Floats:
    """Recur a Zipf multinomial with a human share; count types present at n, one a replicate."""
    rng = np.random.default_rng(1)
    truth = ZIPF / ZIPF.sum()
    size, n_human = int(ZIPF.sum()), round(share * int(ZIPF.sum()))
    counts = np.tile(ZIPF, (replicates, 1))
    for _ in range(n):
        model = counts / size
        counts = rng.multinomial(size - n_human, model) + rng.multinomial(n_human, truth, size=replicates)
    return np.asarray((counts > 0).sum(axis=1), dtype=np.float64)


@pytest.mark.parametrize(("n", "share"), [(1, 0.0), (5, 0.0), (20, 0.0), (5, 0.1), (20, 0.3), (3, 1.0)])
def test_expected_types_are_those_of_the_recursion(n: int, share: float) -> None:
    seen = presence(n=n, share=share, replicates=40)
    expected, spread = theory.expected_types(ZIPF, n, share=share)
    se = float(seen.std(ddof=1)) / math.sqrt(seen.size)

    # The Poisson law is off by one part in a thousand for a corpus of this size.
    assert abs(float(seen.mean()) - expected[n]) <= K_SE * se + 1e-3 * expected[n]
    assert float(seen.std(ddof=1)) <= 1.4 * spread[n]  # 40 replicates: 4 SE of an sd are 45 %


def test_one_occurrence_survives_as_a_critical_branching_process() -> None:
    k = [1, 2, 5, 10, 30, 100]
    alive = [float(theory.survival(1, j)) for j in k]

    assert alive == pytest.approx([0.6321, 0.4685, 0.2681, 0.1582, 0.0607, 0.0194], abs=6e-5)
    assert theory.survival(10, 10_000) == pytest.approx(-math.expm1(-20 / 10_000), rel=1e-3)


def test_every_type_is_there_before_the_first_generation() -> None:
    assert theory.survival([0, 1, 5], 0).tolist() == [0.0, 1.0, 1.0]
    assert theory.expected_types([0, 1, 5], 0)[0].tolist() == [2.0]


def test_ancestry_is_as_tabulated() -> None:
    shares = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0]

    assert [theory.ancestry(a) for a in shares] == (
        pytest.approx([8.13, 6.82, 5.16, 4.00, 2.94, 1.74, 1.0], abs=6e-3)
    )


def test_survival_settles_at_its_limit() -> None:
    counts = np.array([1, 10, 100])

    assert theory.survival(counts, 3000, share=0.02) == (
        pytest.approx(theory.survival_limit(counts, share=0.02), rel=1e-6)
    )
    assert theory.survival_limit(5, share=0.128) == pytest.approx(0.90, abs=2e-3)
    assert theory.survival_limit(counts, share=0.0).tolist() == [0.0, 0.0, 0.0]
    assert theory.survival_limit(1, share=1.0) == pytest.approx(1 - math.exp(-1))


def test_order_and_splitting_of_types_do_not_matter() -> None:
    shuffled = np.random.default_rng(2).permutation(ZIPF)

    assert theory.expected_types(shuffled, 9)[0] == pytest.approx(theory.expected_types(ZIPF, 9)[0])
    assert theory.expected_types(ZIPF, 9)[0][1:] == (
        pytest.approx([float(theory.survival(ZIPF, k).sum()) for k in range(1, 10)])
    )


def test_survival_grows_with_counts_and_shares_and_falls_with_time() -> None:
    counts = np.arange(1, 200)
    by_count = theory.survival(counts, 30)
    by_time, _ = theory.expected_types(counts, 60, share=0.03)

    assert np.all(np.diff(by_count) > 0)
    assert np.all(np.diff(by_time) < 0)
    for few, more in [(0.0, 0.01), (0.01, 0.1), (0.1, 1.0)]:
        assert np.all(theory.survival(counts, 30, share=few) <= theory.survival(counts, 30, share=more))


def test_bounds_enclose_a_simulated_bernoulli() -> None:
    rng = np.random.default_rng(3)
    size, p, k = 500, 0.01, 10
    alive = rng.binomial(size, np.full(20_000, p))
    for _ in range(k - 1):
        alive = rng.binomial(size, alive / size)
    share = float(np.mean(alive > 0))
    se = math.sqrt(share * (1 - share) / alive.size)
    low, high = theory.bernoulli_bounds(p, size, generations=k)

    assert low - K_SE * se <= share <= high + K_SE * se
    assert low == pytest.approx(float(theory.survival(size * p, k)))


def test_numbers_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match="counts"):
        theory.survival([-1], 3)
    with pytest.raises(InputError, match="counts"):
        theory.expected_types([math.nan], 3)
    with pytest.raises(InputError, match="share"):
        theory.survival([1], 3, share=1.5)
    with pytest.raises(InputError, match="share"):
        theory.ancestry(0.0)
    with pytest.raises(InputError, match="probability"):
        theory.bernoulli_bounds(0.0, 10, generations=1)
