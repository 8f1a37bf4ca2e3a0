"""Recursions in many dimensions by scatter matrices, against closed forms and against fitting samples."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.collapse import Lab, NormalNd, mix, models, run, theory
from headwater.collapse.engines import choose
from headwater.collapse.engines.covariance import simulate_vectors
from headwater.collapse.engines.moments import GaussianLoop
from headwater.errors import InputError

R = 2_000


def near(values: np.ndarray, expected: float, n_se: float = 4.0) -> bool:
    """Tell whether a mean over replicates lies within standard errors of a value."""
    se = values.std(ddof=1) / np.sqrt(values.size)
    return bool(abs(values.mean() - expected) <= n_se * se)


@pytest.mark.parametrize(("size", "dimension"), [(12, 3), (12, 1), (4, 9), (2, 3)])
@pytest.mark.parametrize("accumulate", [False, True])
def test_each_coordinate_loses_as_in_one_dimension(size: int, dimension: int, *, accumulate: bool) -> None:
    loop = GaussianLoop(size, accumulate=accumulate)
    trace = simulate_vectors(loop, np.random.default_rng(5), dimension=dimension, generations=4, replicates=R)
    lose = theory.loss_accumulate if accumulate else theory.loss_replace
    # Later, replicates too rare to be drawn carry the mean of the fewest samples.
    for g in range(min(5, size)):
        loss = float(lose(g + 1, size))
        assert near(trace.variance[g], dimension * (1.0 - loss))
        assert near(trace.mean_squared[g], dimension * loss)


@pytest.mark.parametrize("ddof", [0, 1])
def test_the_log_determinant_has_its_law(ddof: int) -> None:
    loop = GaussianLoop(12, ddof=ddof, scale=0.9)
    trace = simulate_vectors(loop, np.random.default_rng(6), dimension=3, generations=10, replicates=R)
    for g in (0, 10):
        mean, _ = theory.log_determinant_law(g + 1, 12, dimension=3, ddof=ddof)
        _, spread = theory.log_determinant_law(g + 1, 12, dimension=3, ddof=ddof, scale=0.9)
        assert near(trace.log_determinant[g], float(mean) + 3 * g * np.log(0.9))
        found = trace.log_determinant[g]
        assert near((found - found.mean()) ** 2, float(spread))


def test_one_dimension_is_the_law_of_one() -> None:
    for got, known in zip(
        theory.log_determinant_law(7, 12, dimension=1, ddof=1, scale=0.8),
        theory.log_variance_law(7, 12, ddof=1, scale=0.8),
        strict=True,
    ):
        assert got == pytest.approx(known)


@pytest.mark.parametrize("size", [5, 8])
@pytest.mark.parametrize(
    "plan",
    [
        (),
        (mix.Accumulate(),),
        (mix.Fresh(0.25),),
        (mix.Fresh(0.25), mix.Accumulate(), mix.Bias(scale=0.8)),
    ],
)
def test_it_does_what_fitting_samples_does(size: int, plan: tuple[mix.Intervention, ...]) -> None:
    lab = Lab(models.GaussianNd(), NormalNd(6), size, 4, mix.plan(*plan), 100)
    fits = choose(lab) == "sufficient"
    assert fits == (size > 6 or not any(isinstance(one, mix.Fresh) for one in plan))
    if not fits:
        return
    quick = run(lab, np.random.default_rng(1))
    slow = run(lab, np.random.default_rng(2), engine="generic")

    assert quick.statistics.keys() == slow.statistics.keys()
    assert np.array_equal(quick.human_share, slow.human_share)
    for name in ("variance", "mean_squared") if size <= 6 else quick.statistics:
        one, other = quick.statistics[name], slow.statistics[name]
        se = np.sqrt((one.var(axis=1, ddof=1) + other.var(axis=1, ddof=1)) / 100)
        assert np.all(np.abs(one.mean(axis=1) - other.mean(axis=1)) <= 4.0 * se)
    quick.check()
    slow.check()


@pytest.mark.parametrize("engine", ["sufficient", "generic"])
def test_a_run_is_held_against_the_laws_of_vectors(engine: str) -> None:
    lab = Lab(models.GaussianNd(ddof=1), NormalNd(3), 12, 5, replicates=100)
    found = run(lab, np.random.default_rng(3), engine=engine)

    assert {d.quantity for d in found.check().compared} >= {"log_determinant", "mean_squared", "human_share"}


def test_one_sample_is_a_point_and_stays_one() -> None:
    rng = np.random.default_rng(8)
    for accumulate in (False, True):
        loop = GaussianLoop(1, accumulate=accumulate)
        trace = simulate_vectors(loop, rng, dimension=3, generations=3, replicates=2)
        assert np.all(trace.variance == 0.0)
        assert np.all(trace.mean_squared == trace.mean_squared[0])


def test_impossible_recursions_are_refused() -> None:
    rng = np.random.default_rng(9)
    with pytest.raises(InputError, match="full rank"):
        simulate_vectors(GaussianLoop(3, human=1), rng, dimension=3, generations=1, replicates=1)
    with pytest.raises(InputError, match="dimension >= 1"):
        simulate_vectors(GaussianLoop(3), rng, dimension=0, generations=1, replicates=1)
    with pytest.raises(InputError, match="one dimension"):
        NormalNd(0)


def test_rounding_that_leaves_no_full_rank_is_survived() -> None:
    loop = GaussianLoop(20, human=2, scale=1e-200)
    trace = simulate_vectors(loop, np.random.default_rng(0), dimension=10, generations=3, replicates=5)

    assert np.all(np.isfinite(trace.log_determinant))
    assert np.all(trace.variance > 0.0)
