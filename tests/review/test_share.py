"""A share by weights 1/pi: equal chances give the classical interval, unequal ones keep its coverage."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.errors import InputError
from headwater.review.share import share
from headwater.stats import clopper_pearson


@pytest.mark.parametrize("k", [0, 30])
def test_where_all_or_none_are_hit_it_is_clopper_and_pearson(k: int) -> None:
    found = share([1.0] * k + [0.0] * (30 - k), [0.1] * 30)

    assert found.value == k / 30
    assert (found.low, found.high) == pytest.approx(clopper_pearson(k, 30))
    assert found.n_effective == pytest.approx(30)


def test_mass_counts_parts_of_documents() -> None:
    found = share([1.0, 0.0], [0.5, 0.25], mass=[1.0, 0.5])

    assert found.value == pytest.approx(0.5)


def test_unequal_chances_keep_the_coverage() -> None:
    rng = np.random.default_rng(0)
    n, truth_at = 4_000, 0.06
    hit = rng.random(n) < truth_at
    pi = np.clip(0.02 + 0.2 * rng.random(n) + 0.2 * hit, 0.0, 1.0)  # hits are drawn more often
    truth = hit.mean()
    covered = []
    for _ in range(400):
        drawn = rng.random(n) < pi
        found = share(hit[drawn], pi[drawn])
        covered.append(found.low <= truth <= found.high)

    assert np.mean(covered) > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 400)


@pytest.mark.parametrize(
    ("hit", "pi", "mass"),
    [
        ([], [], None),
        ([1.0], [0.0], None),
        ([1.0], [1.5], None),
        ([1.0], [0.5], [0.0]),
        ([1.0], [0.5], [-1.0]),
    ],
)
def test_what_gives_no_share_is_refused(hit: list[float], pi: list[float], mass: list[float] | None) -> None:
    with pytest.raises(InputError):
        share(hit, pi, mass=mass)
