"""Drift in closed form against simulated recursions, within stated standard errors."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from headwater.collapse import theory
from headwater.errors import InputError

Floats = NDArray[np.float64]
K_SE = 4.0  # two-sided error of a test about 6e-5, at a fixed seed
TRUTH = np.array([0.4, 0.3, 0.15, 0.1, 0.05])
H_0 = 1.0 - float(np.sum(TRUTH**2))


def near(samples: Floats, expected: float, *, slack: float = 0.0) -> bool:
    """Tell whether a mean is within K_SE standard errors (and a stated slack) of what is expected."""
    se = float(samples.std(ddof=1)) / math.sqrt(samples.size)
    return abs(float(samples.mean()) - expected) <= K_SE * se + slack


def recursion(rng: np.random.Generator, *, size: int, n: int, share: float = 0.0) -> Floats:
    """Recur a multinomial with a human share; give H of the last model, one number a replicate."""
    p = np.broadcast_to(TRUTH, (4000, TRUTH.size))
    n_human = round(share * size)
    for _ in range(n):
        counts = rng.multinomial(size - n_human, p) + rng.multinomial(n_human, TRUTH, size=4000)
        p = counts / size
    return 1.0 - np.asarray((p**2).sum(axis=1), dtype=np.float64)


@pytest.mark.parametrize(("size", "n"), [(10, 5), (20, 30), (1, 2)])
def test_replacing_loses_heterozygosity_as_genetic_drift_does(size: int, n: int) -> None:
    simulated = recursion(np.random.default_rng(1), size=size, n=n)

    assert near(simulated, float(theory.heterozygosity(H_0, theory.loss_replace(n, size))))


@pytest.mark.parametrize(("share", "n"), [(0.1, 10), (0.5, 20), (1.0, 3)])
def test_a_fresh_share_stops_the_loss(share: float, n: int) -> None:
    simulated = recursion(np.random.default_rng(2), size=20, n=n, share=share)

    assert near(simulated, float(theory.heterozygosity(H_0, theory.loss_fresh(n, 20, share=share))))


def pool_recursion(rng: np.random.Generator, *, size: int, n: int, subsample: bool) -> Floats:
    """Recur on a growing pool of tokens; give H of the last model."""
    out = np.empty(1500)
    for i in range(out.size):
        pool = rng.choice(TRUTH.size, size=size, p=TRUTH)
        for k in range(n):
            seen = rng.choice(pool, size=size, replace=False) if subsample else pool
            if k < n - 1:
                pool = np.concatenate([pool, rng.choice(seen, size=size)])
        out[i] = 1.0 - float(np.sum((np.bincount(seen, minlength=TRUTH.size) / seen.size) ** 2))
    return out


@pytest.mark.parametrize("n", [1, 2, 6])
def test_accumulating_loses_the_partial_product_of_the_sine(n: int) -> None:
    simulated = pool_recursion(np.random.default_rng(3), size=8, n=n, subsample=False)

    assert near(simulated, float(theory.heterozygosity(H_0, theory.loss_accumulate(n, 8))))


@pytest.mark.parametrize("n", [1, 2, 6, 12])
def test_subsampling_the_pool_loses_what_its_recursion_says(n: int) -> None:
    simulated = pool_recursion(np.random.default_rng(4), size=8, n=n, subsample=True)

    assert near(simulated, float(theory.heterozygosity(H_0, theory.loss_subsample(n, 8))))


def test_a_finite_reserve_loses_what_it_lacks_as_well() -> None:
    rng = np.random.default_rng(5)
    reserve, size, share, n = 30, 20, 0.25, 12
    sealed = rng.multinomial(reserve, TRUTH, size=4000) / reserve
    p = sealed
    for _ in range(n):
        p = (rng.multinomial(15, p) + rng.multinomial(5, sealed)) / size
    simulated = 1.0 - np.asarray((p**2).sum(axis=1))
    loss = theory.loss_reserve(n, size, share=share, reserve=reserve)

    assert near(simulated, float(theory.heterozygosity(H_0, loss)))


def test_accumulation_tends_to_the_sine() -> None:
    assert theory.loss_accumulate_limit(4) == pytest.approx(1.0 - 2.0 / math.pi)
    for size in (2, 4, 10, 100):
        limit = theory.loss_accumulate_limit(size)
        assert theory.loss_accumulate(200_000, size) == pytest.approx(limit, abs=1e-5)
    assert theory.loss_accumulate_limit(10_000) == pytest.approx(math.pi**2 / 60_000, rel=1e-3)


def test_the_last_type_is_a_draw_from_the_truth_after_twice_m_generations() -> None:
    rng = np.random.default_rng(6)
    size, n_replicates = 50, 1500
    counts = np.ones((n_replicates, size), dtype=np.int64)
    times = np.zeros(n_replicates)
    alive = np.arange(n_replicates)
    for n in range(1, 2000):
        counts[alive] = rng.multinomial(size, counts[alive] / size)
        done = counts[alive].max(axis=1) == size
        times[alive[done]] = n
        alive = alive[~done]
        if alive.size == 0:
            break
    winners = counts.argmax(axis=1)
    mine = np.bincount(winners % 5, minlength=5) / n_replicates  # five classes of ten types each

    # Kingman's time is the diffusion limit; the discrete one differs by about one part in M.
    assert near(times, theory.fixation_time(size), slack=theory.fixation_time(size) / size)
    assert np.all(np.abs(mine - 0.2) <= K_SE * math.sqrt(0.2 * 0.8 / n_replicates))
    assert theory.fixation_time(1) == 0.0


def test_doubling_the_samples_halves_the_rate() -> None:
    slow, fast = theory.generations_to_loss(0.5, 2000), theory.generations_to_loss(0.5, 1000)

    assert slow / fast == pytest.approx(2.0, rel=1e-3)
    assert theory.loss_replace(round(slow), 2000) == pytest.approx(0.5, abs=1e-3)


def test_fresh_data_alone_is_one_fit_and_none_is_replacing() -> None:
    n = np.arange(1, 40)

    assert theory.loss_fresh(n, 50, share=1.0) == pytest.approx(1 / 50)
    assert theory.loss_fresh(n, 50, share=0.0) == pytest.approx(theory.loss_replace(n, 50), rel=1e-12)
    assert theory.loss_fresh(10**6, 50, share=0.1) == pytest.approx(theory.loss_fresh_limit(50, share=0.1))
    assert [theory.loss_fresh_limit(m, share=a) for m, a in [(100, 0.1), (1000, 0.01), (100, 0.5)]] == (
        pytest.approx([0.050251, 0.04787, 0.013245], rel=1e-4)
    )


def test_accumulating_keeps_more_than_subsampling_and_that_more_than_replacing() -> None:
    n = np.arange(2, 200)
    for size in (2, 7, 1000):
        accumulate = theory.loss_accumulate(n, size)
        subsample = theory.loss_subsample(n, size)

        assert np.all(accumulate < subsample)
        assert np.all(subsample < theory.loss_replace(n, size))


def test_one_sample_a_generation_keeps_nothing() -> None:
    assert theory.loss_replace([0, 1, 5], 1).tolist() == [0.0, 1.0, 1.0]
    assert theory.loss_accumulate([0, 1, 5], 1).tolist() == [0.0, 1.0, 1.0]
    assert theory.loss_subsample([0, 1, 5], 1).tolist() == pytest.approx([0.0, 1.0, 1.0])
    assert theory.loss_accumulate_limit(1) == pytest.approx(1.0)


def test_numbers_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match="counted"):
        theory.loss_replace(-1, 10)
    with pytest.raises(InputError, match="counted"):
        theory.loss_replace(1.5, 10)
    with pytest.raises(InputError, match="at least 1 sample"):
        theory.loss_replace(1, 0)
    with pytest.raises(InputError, match="share"):
        theory.loss_fresh(1, 10, share=-0.1)
    with pytest.raises(InputError, match="share"):
        theory.loss_fresh_limit(10, share=math.nan)
    with pytest.raises(InputError, match="loss"):
        theory.heterozygosity(0.5, 1.5)
    with pytest.raises(InputError, match="loss"):
        theory.generations_to_loss(1.0, 10)
