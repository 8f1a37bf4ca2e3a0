"""False-discovery control against its definition, scipy, the 1995 example and simulated rates."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from headwater.errors import InputError
from headwater.stats import (
    Discoveries,
    benjamini_hochberg,
    benjamini_yekutieli,
    conformal_p,
    storey,
    storey_pi0,
)

P_VALUES = st.lists(st.floats(0, 1), max_size=30)

# Benjamini and Hochberg (1995), section 4.1: fifteen comparisons, four rejected at 0.05.
EXAMPLE = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
]  # fmt: skip


def step_up(p: list[float], level: float) -> list[bool]:
    """Apply the procedure as the paper words it: the largest i with p_(i) <= i level / m."""
    ranked = sorted(p)
    passing = [value for i, value in enumerate(ranked, 1) if value * len(p) / i <= level]
    return [value <= max(passing, default=-1.0) for value in p]


def test_the_example_of_1995_rejects_four() -> None:
    assert benjamini_hochberg(EXAMPLE, level=0.05).rejected.tolist() == [True] * 4 + [False] * 11


@given(P_VALUES, st.floats(0.001, 0.999))
def test_benjamini_hochberg_is_the_step_up_procedure(p: list[float], level: float) -> None:
    assert benjamini_hochberg(p, level=level).rejected.tolist() == step_up(p, level)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_p_values_equal_scipys(p: list[float]) -> None:
    bh = benjamini_hochberg(p, level=0.1).adjusted
    by = benjamini_yekutieli(p, level=0.1).adjusted

    assert bh == pytest.approx(false_discovery_control(p, method="bh"), rel=1e-12)
    assert by == pytest.approx(false_discovery_control(p, method="by"), rel=1e-12)


@given(P_VALUES, st.floats(0.001, 0.999))
def test_storey_rejects_what_its_estimate_allows(p: list[float], level: float) -> None:
    # Storey, Taylor and Siegmund (2004), equation 7: the largest t <= cut whose estimate is <= level.
    pi0 = storey_pi0(p)
    allowed = [t for t in p if t <= 0.5 and pi0 * t * len(p) / sum(q <= t for q in p) <= level]

    expected = [value <= max(allowed, default=-1.0) for value in p]

    adjusted = storey(p, level=level).adjusted
    near = np.isclose(adjusted, level, rtol=1e-9)
    assert [e for e, skip in zip(expected, near, strict=True) if not skip] == [
        bool(r) for r, skip in zip(adjusted <= level, near, strict=True) if not skip
    ]


def test_pi0_is_the_count_above_the_cut_plus_one() -> None:
    assert storey_pi0([0.01, 0.02, 0.03, 0.04, 0.6, 0.9, 0.2, 0.3]) == pytest.approx(3 / 4)
    assert storey_pi0([0.9, 0.9]) == 1.0
    assert storey_pi0([]) == 1.0


def simulate(procedure: Callable[..., Discoveries], *, n_runs: int, mixed: bool) -> tuple[float, float]:
    """Return the mean false-discovery share and its standard error over shared calibrations."""
    rng = np.random.default_rng(20241122)
    shares = np.empty(n_runs)
    shift = np.where(np.arange(60) < (20 if mixed else 0), 3.0, 0.0)
    for run in range(n_runs):
        p = conformal_p(rng.normal(size=60) + shift, rng.normal(size=300))
        rejected = procedure(p, level=0.2).rejected
        shares[run] = int((rejected & (shift == 0)).sum()) / max(1, int(rejected.sum()))
    return float(shares.mean()), float(shares.std() / math.sqrt(n_runs))


@pytest.mark.parametrize("mixed", [False, True])
@pytest.mark.parametrize("procedure", [benjamini_hochberg, benjamini_yekutieli, storey])
def test_false_discovery_rate_stays_below_its_level(
    procedure: Callable[..., Discoveries], *, mixed: bool
) -> None:
    rate, error = simulate(procedure, n_runs=600, mixed=mixed)

    assert rate <= 0.2 + 3 * error


def test_storey_finds_more_than_benjamini_hochberg_when_many_are_false() -> None:
    rng = np.random.default_rng(7)
    p = np.concatenate([rng.uniform(size=40), rng.uniform(size=160) ** 12])

    more, fewer = storey(p, level=0.05).rejected.sum(), benjamini_hochberg(p, level=0.05).rejected.sum()

    assert more > fewer


def test_an_empty_family_gives_empty_arrays() -> None:
    for procedure in (benjamini_hochberg, benjamini_yekutieli, storey):
        assert procedure([], level=0.1).rejected.shape == (0,)


@pytest.mark.parametrize("p", [[1.5], [-0.1], [math.nan], [[0.5]], 0.5])
def test_what_is_no_family_of_p_values_is_refused(p: object) -> None:
    with pytest.raises(InputError):
        benjamini_hochberg(p, level=0.1)  # type: ignore[arg-type]


def test_levels_and_cuts_outside_the_unit_interval_are_refused() -> None:
    for level in (0.0, 1.0, math.nan):
        with pytest.raises(InputError):
            benjamini_yekutieli([0.1], level=level)
    with pytest.raises(InputError):
        storey([0.1], level=0.1, cut=1.0)
