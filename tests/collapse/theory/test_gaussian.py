"""Recursive Gaussian fits in closed form against simulation, and against published numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from headwater.collapse import theory
from headwater.errors import InputError
from tests.collapse.theory.test_drift import K_SE, near

Floats = NDArray[np.float64]
M, N, REPLICATES = 20, 20, 20_000


def recursion(*, ddof: int, scale: float = 1.0, seed: int = 0) -> tuple[Floats, Floats]:
    """Fit and sample N times by brute force; give mu_N and sigma_N^2, one number a replicate."""
    rng = np.random.default_rng(seed)
    mu, var = np.zeros(REPLICATES), np.ones(REPLICATES)
    for _ in range(N):
        x = mu[:, None] + np.sqrt(scale * var)[:, None] * rng.standard_normal((REPLICATES, M))
        mu, var = x.mean(axis=1), x.var(axis=1, ddof=ddof)
    return mu, var


@pytest.mark.parametrize("ddof", [0, 1])
def test_moments_of_replace(ddof: int) -> None:
    mu, var = recursion(ddof=ddof)
    sd = np.sqrt(var)
    mean_log, var_log = theory.log_variance_law(N, M, ddof=ddof)

    assert near(sd, float(theory.expected_sd(N, M, ddof=ddof)))
    assert near(np.log(var), float(mean_log))
    assert near((np.log(var) - float(mean_log)) ** 2, float(var_log))
    assert near(mu**2, float(theory.expected_drift(N, M, ddof=ddof)))
    assert near(mu**2 + (sd - 1.0) ** 2, float(theory.wasserstein_squared(N, M, ddof=ddof)))


@pytest.mark.parametrize("ddof", [0, 1])
def test_the_median_variance_is_the_log_laws(ddof: int) -> None:
    _, var = recursion(ddof=ddof, seed=1)
    expected = float(theory.median_variance(N, M, ddof=ddof))
    # A median of R draws is beta-distributed in rank: sd 0.5/sqrt(R).
    below = float(np.mean(var < expected))

    assert abs(below - 0.5) <= K_SE * 0.5 / math.sqrt(REPLICATES)


def test_a_sampling_bias_multiplies_every_generation() -> None:
    _, var = recursion(ddof=0, scale=0.9, seed=2)

    assert near(np.sqrt(var), float(theory.expected_sd(N, M, ddof=0, scale=0.9)))
    assert theory.expected_variance(N, M, ddof=1, scale=0.9) == pytest.approx(0.1216, abs=1e-4)


def test_drift_with_a_bias_is_a_geometric_sum() -> None:
    mu, _ = recursion(ddof=1, scale=0.8, seed=3)

    assert near(mu**2, float(theory.expected_drift(N, M, ddof=1, scale=0.8)))


def test_with_ddof_1_the_mean_stays_and_the_median_falls() -> None:
    assert theory.expected_variance([0, 10, 10_000], 100, ddof=1).tolist() == [1.0, 1.0, 1.0]
    assert theory.median_variance(1000, 100, ddof=1) == pytest.approx(math.exp(-1000 / 99), rel=0.04)
    mean, variance = theory.log_variance_law(1000, 100, ddof=1)
    assert (float(mean), math.sqrt(float(variance))) == pytest.approx((-10.135, 4.517), abs=6e-4)


def test_first_order_and_limits_of_the_distance() -> None:
    assert theory.wasserstein_squared(1, 10_000, ddof=1) == pytest.approx(1.5e-4, rel=1e-3)
    assert theory.wasserstein_squared(10**6, 100, ddof=0) == pytest.approx(2.0, abs=1e-9)
    assert theory.wasserstein_squared(10**6, 100, ddof=1) > 1000
    assert theory.wasserstein_squared(100, 100, ddof=1) == pytest.approx(1.4463, abs=1e-4)
    assert theory.wasserstein_squared(100, 100, ddof=0) == pytest.approx(1.0600, abs=1e-4)


def test_the_tail_bound_holds() -> None:
    _, var = recursion(ddof=1, seed=4)
    for epsilon in (0.5, 0.9, 1.5):
        assert float(np.mean(np.sqrt(var) > epsilon)) <= theory.sd_tail_bound(N, M, epsilon=epsilon)


def test_doubling_the_samples_halves_the_log_rate() -> None:
    one, two = (float(theory.expected_sd(1000, m, ddof=1)) for m in (500, 1000))

    assert math.log(one) / math.log(two) == pytest.approx(2.0, rel=2e-3)


@pytest.mark.parametrize(("share", "scale"), [(0.2, 1.0), (0.2, 0.7), (0.6, 0.9)])
def test_fresh_data_under_a_bias(share: float, scale: float) -> None:
    rng = np.random.default_rng(5)
    n_human = round(share * M)
    mu, var = np.zeros(REPLICATES), np.ones(REPLICATES)
    for _ in range(N):
        z = rng.standard_normal((REPLICATES, M))
        x = np.where(np.arange(M) < n_human, z, mu[:, None] + np.sqrt(scale * var)[:, None] * z)
        mu, var = x.mean(axis=1), x.var(axis=1)
    s, v = theory.fresh_moments(N, M, share=share, scale=scale)

    assert near(var, float(s))
    assert near(mu**2, float(v))


def test_moments_settle_at_their_limit_whatever_came_before() -> None:
    s, v = theory.fresh_moments(2000, 1000, share=0.1, scale=0.8)

    assert (float(s), float(v)) == pytest.approx(theory.fresh_moments_limit(1000, share=0.1, scale=0.8))
    assert float(s) == pytest.approx(theory.variance_kept(share=0.1, scale=0.8), rel=3e-3)
    assert (float(s), float(v)) == pytest.approx((0.35647, 0.001877), abs=5e-6)


def test_without_a_bias_lost_variance_is_drift() -> None:
    s, v = theory.fresh_moments(np.arange(50), 30, share=0.1)

    assert s + v == pytest.approx(1.0)
    assert v == pytest.approx(theory.loss_fresh(np.arange(50), 30, share=0.1))
    replaced, _ = theory.fresh_moments(np.arange(50), 30, share=0.0)
    assert replaced == pytest.approx(theory.expected_variance(np.arange(50), 30, ddof=0))


def test_the_share_that_keeps_a_variance_keeps_it() -> None:
    for keep in (0.1, 0.5, 0.99):
        share = theory.fresh_share_for(keep=keep, scale=0.8)
        assert theory.variance_kept(share=share, scale=0.8) == pytest.approx(keep)
    assert theory.fresh_share_for(keep=1.0, scale=1.0) == 0.0
    assert theory.fresh_share_for(keep=1.0, scale=0.5) == 1.0
    assert theory.variance_kept(share=0.0, scale=1.0) == 1.0


def test_synthetic_data_is_worth_up_to_twice_the_fresh_data() -> None:
    ratios = [theory.effective_ratio(10**6, share=a) for a in (1e-3, 0.1, 0.5, 1.0)]

    assert ratios == pytest.approx([1.999 + 1e-3, 1.9, 1.5, 1.0], abs=1e-4)


def test_degenerate_and_impossible_settings() -> None:
    assert theory.expected_variance([0, 1], 1, ddof=0).tolist() == [1.0, 0.0]
    with pytest.raises(InputError, match="at least 2 samples"):
        theory.expected_variance(1, 1, ddof=1)
    with pytest.raises(InputError, match="at least 2 samples"):
        theory.expected_sd(1, 1, ddof=0)
    with pytest.raises(InputError, match="ddof"):
        theory.expected_variance(1, 10, ddof=2)
    with pytest.raises(InputError, match="scale"):
        theory.expected_variance(1, 10, ddof=0, scale=0.0)
    with pytest.raises(InputError, match="without bound"):
        theory.fresh_moments_limit(10, share=0.1, scale=1.2)
    with pytest.raises(InputError, match="share"):
        theory.fresh_moments_limit(10, share=0.0)
