"""The sufficient-statistics engine against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from headwater.collapse import theory
from headwater.collapse.engines.moments import GaussianLoop, simulate
from headwater.errors import InputError
from tests.collapse.theory.test_drift import near

R = 20_000
G = np.array([0, 1, 5, 30])


@pytest.mark.parametrize("ddof", [0, 1])
@pytest.mark.parametrize("scale", [1.0, 0.9])
def test_replacing(ddof: int, scale: float) -> None:
    trace = simulate(
        GaussianLoop(10, ddof=ddof, scale=scale), np.random.default_rng(1), generations=30, replicates=R
    )

    for g in G:
        # Generation 0 is fitted to human samples, which no bias has touched.
        sd = float(theory.expected_sd(g + 1, 10, ddof=ddof)) * scale ** (g / 2)
        mean_log, _ = theory.log_variance_law(g + 1, 10, ddof=ddof)
        assert near(np.sqrt(trace.variance[g]), sd)
        assert near(np.log(trace.variance[g]), float(mean_log) + g * math.log(scale))
        if scale == 1.0:
            assert near(trace.mean[g] ** 2, float(theory.expected_drift(g + 1, 10, ddof=ddof)))


def test_accumulating() -> None:
    trace = simulate(GaussianLoop(4, accumulate=True), np.random.default_rng(2), generations=30, replicates=R)

    for g in G:
        loss = float(theory.loss_accumulate(g + 1, 4))
        assert near(trace.variance[g], 1.0 - loss)
        assert near(trace.mean[g] ** 2, loss)


@pytest.mark.parametrize("scale", [1.0, 0.8])
def test_fresh_data(scale: float) -> None:
    loop = GaussianLoop(20, human=4, scale=scale)
    trace = simulate(loop, np.random.default_rng(3), generations=30, replicates=R)
    s, v = theory.fresh_moments(G, 20, share=0.2, scale=scale, start=(0.95, 0.05))

    for i, g in enumerate(G):
        assert near(trace.variance[g], float(s[i]))
        assert near(trace.mean[g] ** 2, float(v[i]))


def test_every_sample_fresh_is_one_fit_for_ever() -> None:
    trace = simulate(GaussianLoop(10, human=10), np.random.default_rng(4), generations=5, replicates=R)

    assert near(trace.variance[5], 0.9)


def test_the_cost_does_not_depend_on_the_size_and_neither_does_the_law_beyond_it() -> None:
    huge = simulate(GaussianLoop(10**12), np.random.default_rng(7), generations=50, replicates=100)

    assert huge.variance == pytest.approx(np.ones_like(huge.variance), abs=1e-4)


def test_degenerate_truths_and_sizes() -> None:
    rng = np.random.default_rng(8)
    point = simulate(GaussianLoop(5), rng, generations=3, replicates=2, truth=(7.0, 0.0))
    one = simulate(GaussianLoop(1), rng, generations=3, replicates=2)

    assert np.all(point.mean == 7.0)
    assert np.all(point.variance == 0.0)
    assert np.all(one.variance == 0.0)
    assert np.all(one.mean == one.mean[0])


def test_impossible_loops_are_refused() -> None:
    rng = np.random.default_rng(9)
    with pytest.raises(InputError, match="two samples"):
        GaussianLoop(1, ddof=1)
    with pytest.raises(InputError, match="human"):
        GaussianLoop(10, human=11)
    with pytest.raises(InputError, match="human"):
        GaussianLoop(10, scale=0.0)
    with pytest.raises(InputError, match="truth"):
        simulate(GaussianLoop(10), rng, generations=1, replicates=1, truth=(0.0, math.nan))
