"""Shares of mixtures against known truths, and Grenander's density against its definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import InputError
from headwater.stats.mixture import decreasing_density, mixture_share, null_chance

P_VALUES = st.lists(st.integers(1, 40).map(lambda k: k / 40), min_size=1, max_size=40)


@pytest.mark.parametrize("share", [0.01, 0.05, 0.2, 0.5])
def test_the_interval_covers_and_the_error_is_small(share: float) -> None:
    rng = np.random.default_rng(int(1_000 * share))
    n_covered, errors = 0, []
    for _ in range(40):
        generated = rng.random(2_000) < share
        scores = rng.normal(2.5 * generated, 1.0)
        found = mixture_share(scores, rng.normal(0, 1, 2_000), rng.normal(2.5, 1, 500), rng=rng)
        n_covered += found.low <= generated.mean() <= found.high
        errors.append(abs(found.value - generated.mean()))

    # 95 % of 40 less 3 standard errors is 34.
    assert n_covered >= 34
    assert np.median(errors) <= 0.02


def test_a_sample_of_one_kind_is_all_or_none() -> None:
    rng = np.random.default_rng(2)
    null, other = rng.normal(0, 1, 900), rng.normal(3, 1, 900)

    assert mixture_share(rng.normal(0, 1, 900), null, other, rng=rng).low < 0.01
    assert mixture_share(rng.normal(3, 1, 900), null, other, rng=rng).high > 0.99


@given(P_VALUES)
def test_the_density_never_rises_and_has_mass_one(p: list[float]) -> None:
    ends, density = decreasing_density(p)

    assert ends[-1] == 1.0
    assert bool((np.diff(density) <= 1e-9).all())
    assert float(np.sum(np.diff(ends, prepend=0.0) * density)) == pytest.approx(1.0)


@given(P_VALUES)
def test_the_distribution_lies_on_or_above_the_empirical_one(p: list[float]) -> None:
    ends, density = decreasing_density(p)
    at = np.concatenate([[0.0], ends])
    mass = np.concatenate([[0.0], np.cumsum(np.diff(at) * density)])

    for value in p:
        assert np.interp(value, at, mass) >= np.mean(np.array(p) <= value) - 1e-9


@given(P_VALUES)
def test_the_chance_of_a_null_never_falls_as_p_rises(p: list[float]) -> None:
    chance = null_chance(sorted(p), null_share=0.9)

    assert bool((np.diff(chance) >= -1e-12).all())
    assert 0.0 <= chance.min() <= chance.max() <= 1.0


@pytest.mark.parametrize("p", [[], [0.0], [1.5], [float("nan")]])
def test_what_is_no_p_value_is_refused(p: list[float]) -> None:
    with pytest.raises(InputError):
        null_chance(p, null_share=0.5)
