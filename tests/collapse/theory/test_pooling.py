"""Pooled estimation in closed form against simulated recursions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from headwater.collapse import theory
from headwater.errors import InputError
from tests.collapse.theory.test_drift import near

Floats = NDArray[np.float64]


def regression(*, size: int, dimension: int, n: int, accumulate: bool) -> Floats:
    """Recur least squares on fresh features; give |w_n|^2 for a true w of 0, one a replicate."""
    rng = np.random.default_rng(1)
    errors = np.empty(400)
    for i in range(errors.size):
        w: Floats = np.zeros(dimension)
        gram: Floats = np.zeros((dimension, dimension))
        moment: Floats = np.zeros(dimension)
        for _ in range(n):
            x = rng.standard_normal((size, dimension))
            y = x @ w + rng.standard_normal(size)
            kept = float(accumulate)
            gram, moment = kept * gram + x.T @ x, kept * moment + x.T @ y
            w = np.asarray(np.linalg.solve(gram, moment), dtype=np.float64)
        errors[i] = w @ w
    return errors


@pytest.mark.parametrize("n", [1, 3, 10])
def test_replacing_adds_one_error_a_generation(n: int) -> None:
    expected = theory.regression_error(n, 51, dimension=5, noise=1.0, plan="replace")

    assert near(regression(size=51, dimension=5, n=n, accumulate=False), float(expected))


@pytest.mark.parametrize("size", [21, 201])
@pytest.mark.parametrize("n", [1, 3, 10])
def test_accumulating_adds_about_inverse_squares(n: int, size: int) -> None:
    expected = float(theory.regression_error(n, size, dimension=5, noise=1.0, plan="accumulate"))
    once = float(theory.regression_error(1, size, dimension=5, noise=1.0, plan="accumulate"))

    assert near(regression(size=size, dimension=5, n=n, accumulate=True), expected)
    assert expected <= once * float(theory.inverse_squares(n)) * (1 + 1e-12)


def test_later_noise_counts_for_later_fits() -> None:
    expected = theory.regression_error([0, 1, 3], 51, dimension=5, noise=2.0, plan="replace", later=1.0)

    assert expected.tolist() == pytest.approx([0.0, 4 * 5 / 45, 6 * 5 / 45])


def test_inverse_squares_tend_to_basel() -> None:
    assert theory.inverse_squares([0, 1, 2]).tolist() == [0.0, 1.0, 1.25]
    assert theory.inverse_squares(10**6) == pytest.approx(theory.BASEL, abs=2e-6)
    assert theory.inverse_squares(100) == pytest.approx(1.6350, abs=1e-4)
    bound = theory.edit_error_bound(111, dimension=10, noise=1.0)
    assert theory.regression_error(10**6, 111, dimension=10, noise=1.0, plan="accumulate") < bound == 0.2


def test_golden_weights() -> None:
    # He, Xu and Cheng (2025): values, and what a fresh sample is worth with them and when pooled.
    assert theory.golden_weight(1.0) == pytest.approx((math.sqrt(5) - 1) / 2)
    assert [theory.golden_weight(k) for k in (0.25, 4)] == pytest.approx([0.3904, 0.8284], abs=5e-5)
    worth = [theory.weighted_efficiency(k, theory.golden_weight(k)) for k in (0.25, 1, 4)]
    assert worth == pytest.approx([2.56, 1.618, 1.207], abs=2e-3)
    assert [theory.weighted_efficiency(k, k / (1 + k)) for k in (0.25, 1, 4)] == pytest.approx(
        [1.8, 1.5, 1.2]
    )


@pytest.mark.parametrize("ratio", [0.1, 0.7, 3.0])
def test_no_weight_beats_the_golden_one(ratio: float) -> None:
    best = theory.weighted_efficiency(ratio, theory.golden_weight(ratio))

    assert all(theory.weighted_efficiency(ratio, w) <= best + 1e-12 for w in np.linspace(0.01, 1.0, 100))


def test_efficiency_is_that_of_a_simulated_loop() -> None:
    rng = np.random.default_rng(2)
    n_real, n_synthetic, w = 10, 20, theory.golden_weight(0.5)
    mu = np.zeros(40_000)
    for _ in range(40):
        real = rng.standard_normal(mu.size) / math.sqrt(n_real)
        synthetic = mu + rng.standard_normal(mu.size) / math.sqrt(n_synthetic)
        mu = w * real + (1 - w) * synthetic

    assert near(mu**2, 1.0 / (n_real * theory.weighted_efficiency(0.5, w)))


def test_a_small_synthetic_share_sets_a_floor() -> None:
    rng = np.random.default_rng(3)
    size, dimension, share, shift = 4000, 20, 0.1, 1.0
    direction = np.zeros(dimension)
    direction[0] = shift
    n_synthetic = round(share * size)
    errors = np.empty(60)
    for i in range(errors.size):
        x = rng.standard_normal((size, dimension))
        y = rng.standard_normal(size)
        y[:n_synthetic] += x[:n_synthetic] @ direction
        w = np.linalg.solve(x.T @ x, x.T @ y)
        errors[i] = w @ w
    expected = theory.strong_collapse_error(size, dimension=dimension, noise=1.0, share=share, shift=shift)

    assert near(errors, expected, slack=0.03 * expected)
    huge = theory.strong_collapse_error(10**9, dimension=20, noise=1.0, share=0.1, shift=1.0)
    assert huge == pytest.approx(0.01, rel=1e-5)


def test_numbers_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match="ratio"):
        theory.golden_weight(0.0)
    with pytest.raises(InputError, match="weight"):
        theory.weighted_efficiency(1.0, 0.0)
    with pytest.raises(InputError, match="no closed form"):
        theory.regression_error(1, 100, dimension=2, noise=1.0, plan="prune")
    with pytest.raises(InputError, match="at least 4 samples"):
        theory.regression_error(1, 3, dimension=2, noise=1.0, plan="replace")
    with pytest.raises(InputError, match="synthetic share"):
        theory.strong_collapse_error(100, dimension=2, noise=1.0, share=1.1, shift=1.0)
