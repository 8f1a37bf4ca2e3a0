"""The compacted multinomial against closed forms and against the law it must have."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from headwater.collapse import theory
from headwater.collapse.engines.multinomial import Alive, compact, draw_human, join, step
from headwater.collapse.models import zipf
from headwater.collapse.sampling import Sampling
from headwater.errors import InputError
from tests.collapse.theory.test_drift import K_SE, near

Floats = NDArray[np.float64]


def spread(alive: Alive, n_types: int) -> Floats:
    """Lay counts out over all types."""
    out = np.zeros(n_types)
    out[alive.types] = alive.counts
    return out


@pytest.mark.parametrize("n_types", [300, 3000])  # numpy's draw, and the compiled one
def test_counts_have_the_mean_and_the_covariance_of_a_multinomial(n_types: int) -> None:
    rng = np.random.default_rng(1)
    counts = rng.integers(1, 4, n_types)
    counts[:8] = [2000, 500, 150, 97, 96, 95, 40, 10]
    size = int(counts.sum())
    draws = np.array([spread(step(compact(counts), size, rng), n_types) for _ in range(3000)])
    p = counts / size

    assert np.all(draws.sum(axis=1) == size)
    z = (draws.mean(axis=0) - counts) / np.sqrt(size * p * (1 - p) / len(draws))
    assert float(np.abs(z).max()) < 5.0  # the largest of 3000 normal numbers is below 5 but for 2 in 1000
    assert abs(float(np.mean(z**2)) - 1.0) <= K_SE * math.sqrt(2.0 / n_types)
    variance = draws[:, :8].var(axis=0, ddof=1) / (size * p * (1 - p))[:8]
    assert np.all(np.abs(variance - 1.0) <= K_SE * math.sqrt(2.0 / len(draws)))
    # The two largest counts take from each other: covariance -M p q.
    products = (draws[:, 0] - counts[0]) * (draws[:, 1] - counts[1])
    assert near(products, -size * p[0] * p[1])


def test_small_counts_have_the_binomial_law() -> None:
    rng = np.random.default_rng(2)
    counts = np.full(5000, 2)
    seen = np.concatenate([spread(step(compact(counts), 10_000, rng), 5000) for _ in range(40)])
    observed = np.bincount(seen.astype(np.int64), minlength=12)[:12] / seen.size
    k = np.arange(12)
    law = np.array([math.comb(10_000, int(j)) * (2e-4) ** j * (1 - 2e-4) ** (10_000 - j) for j in k])

    assert np.all(np.abs(observed - law) <= K_SE * np.sqrt(law / seen.size) + 1e-12)


def test_a_recursion_loses_heterozygosity_and_types_as_theory_says() -> None:
    rng = np.random.default_rng(3)
    human = np.round(20_000 * zipf(4000)).astype(np.int64)
    size, n = int(human.sum()), 6
    runs = []
    for _ in range(200):
        alive = compact(human)
        for _ in range(n):
            alive = step(alive, size, rng)
        runs.append(alive.summary())
    h_0 = compact(human).summary()["heterozygosity"]
    expected, _ = theory.expected_types(human, n)

    assert near(
        np.array([r["heterozygosity"] for r in runs]),
        float(theory.heterozygosity(h_0, theory.loss_replace(n, size))),
    )
    # The Poisson law of the solver is off by one part in a thousand at this size.
    assert near(np.array([r["types"] for r in runs]), float(expected[n]), slack=1e-3 * float(expected[n]))


def test_the_order_of_types_does_not_matter() -> None:
    rng = np.random.default_rng(4)
    human = np.round(3000 * zipf(500)).astype(np.int64)
    shuffled = rng.permutation(human)

    def types(counts: NDArray[np.int64]) -> Floats:
        return np.array([float(step(compact(counts), 3000, rng).types.size) for _ in range(400)])

    one, other = types(human), types(shuffled)

    assert abs(one.mean() - other.mean()) <= K_SE * math.sqrt((one.var() + other.var()) / 400)


def test_temperature_and_nucleus_bend_the_law() -> None:
    rng = np.random.default_rng(5)
    cold = step(compact([600, 300, 100]), 100_000, rng, sampling=Sampling(temperature=0.5))
    cut = step(compact([600, 300, 100]), 1000, rng, sampling=Sampling(top_p=0.7))
    p = theory.temper([600, 300, 100], 0.5)

    assert np.all(np.abs(cold.counts / 1e5 - p) <= K_SE * np.sqrt(p / 1e5))
    assert cut.types.tolist() == [0, 1]
    with pytest.raises(InputError, match="scale"):
        step(compact([1]), 1, rng, sampling=Sampling(scale=0.5))


@pytest.mark.parametrize("size", [50, 5000])
def test_human_tokens_follow_their_law(size: int) -> None:
    rng = np.random.default_rng(6)
    p = zipf(200)
    seen = sum(spread(draw_human(p, size, rng), 200) for _ in range(300))
    z = (seen - 300 * size * p) / np.sqrt(300 * size * p * (1 - p))

    assert float(np.abs(z).max()) < 5.0


def test_sets_of_tokens_add_up() -> None:
    both = join(compact([1, 0, 2]), compact([0, 3, 4]))

    assert (both.types.tolist(), both.counts.tolist()) == ([0, 1, 2], [1, 3, 6])
    assert join(both, Alive(both.types[:0], both.counts[:0])) is both


def test_one_type_stays_alone() -> None:
    alive = step(compact([0, 7]), 7, np.random.default_rng(7))

    assert (alive.types.tolist(), alive.counts.tolist()) == ([1], [7])
    assert alive.summary() == {"types": 1.0, "heterozygosity": 0.0, "entropy_nats": 0.0}


def test_what_is_no_count_is_refused() -> None:
    for counts in ([], [0, 0], [-1, 2], [0.5], [math.nan]):
        with pytest.raises(InputError):
            compact(counts)
