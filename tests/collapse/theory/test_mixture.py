"""Mixtures of human sources against the special laws they contain, and against simulated recursions."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.collapse import theory
from headwater.collapse.theory import Shares, Source
from headwater.errors import InputError
from tests.collapse.theory.test_drift import near


def test_fresh_data_is_a_mixture_with_the_truth() -> None:
    shares, truth = Shares(40, 8), Source(8, np.zeros(1), 1.0)
    found = theory.mixed_moments(30, shares, sources=[truth], scale=0.9)
    start = (1 - 1 / 40, 1 / 40)
    known = theory.fresh_moments(np.arange(31), 40, share=0.2, scale=0.9, start=start)

    assert np.allclose(found, known)


def test_a_pool_is_a_mixture_that_accumulates() -> None:
    kept, drift = theory.mixed_moments(30, Shares(7, 0, accumulate=True))
    lost = theory.loss_accumulate(np.arange(1, 32), 7)

    assert np.allclose(kept, 1 - lost)
    assert np.allclose(drift, lost)


@pytest.mark.parametrize("drawn", [False, True])
def test_types_of_a_fresh_share_are_those_of_a_mixture_with_the_corpus(*, drawn: bool) -> None:
    counts = np.arange(1.0, 60.0)
    size, first = int(counts.sum()), int(drawn)
    shares = Shares(size, size // 10)
    known, _ = theory.expected_types(counts, 20 + first, share=shares.human / size)
    human = counts * shares.human / size
    found = theory.mixed_types(20, shares, counts=counts, human=human, drawn=drawn)
    p = counts / size
    variety = theory.mixed_heterozygosity(20, shares, truth=p, human=p, drawn=drawn)
    lost = theory.loss_fresh(np.arange(first, 21 + first), size, share=shares.human / size)

    assert np.allclose(found, known[first:])
    assert np.allclose(variety, (1 - p @ p) * (1 - lost))


@pytest.mark.parametrize("weight", [None, 0.6])
@pytest.mark.parametrize("ddof", [0, 1])
def test_moments_are_those_of_a_weighed_loop(weight: float | None, ddof: int) -> None:
    rng, size, human, reserve = np.random.default_rng(1), 12, 4, np.array([-1.0, 0.5, 3.0])
    shares = Shares(size, human, weight)
    source = Source(human, np.array([reserve.mean()]), float(reserve.var()))
    one, other = shares.each
    w = np.repeat([one, other], [human, size - human])
    x = rng.standard_normal((40_000, size))
    mean, variance = x.mean(axis=1), x.var(axis=1, ddof=ddof)
    for _ in range(4):
        made = mean[:, None] + np.sqrt(0.8 * variance)[:, None] * rng.standard_normal((40_000, size - human))
        x = np.hstack([rng.choice(reserve, (40_000, human)), made])
        mean = x @ w
        variance = (x - mean[:, None]) ** 2 @ w / (1 - ddof * (w @ w))
    kept, drift = theory.mixed_moments(4, shares, sources=[source], scale=0.8, ddof=ddof)

    assert near(variance, kept[-1])
    assert near(mean**2, drift[-1])


def test_what_is_of_one_kind_has_all_the_weight() -> None:
    assert Shares(5, 0, 0.6).each == (0.0, 0.2)
    assert Shares(5, 5, 0.6).each == (0.2, 0.0)
    assert Shares(5, 2, 0.6).each == pytest.approx((0.3, 0.4 / 3))


def test_numbers_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match="cannot be human"):
        Shares(5, 6)
    with pytest.raises(InputError, match="human weight"):
        Shares(5, 3, 1.5)
    with pytest.raises(InputError, match="add up"):
        theory.mixed_moments(3, Shares(5, 3))
    with pytest.raises(InputError, match="ddof"):
        theory.mixed_moments(3, Shares(1, 0), ddof=1)
    with pytest.raises(InputError, match="each type"):
        theory.mixed_heterozygosity(3, Shares(5, 1), truth=[1.0], human=[0.5, 0.5], drawn=False)
    with pytest.raises(InputError, match="each type"):
        theory.mixed_types(3, Shares(5, 1), counts=[1.0], human=[0.5, 0.5], drawn=False)
