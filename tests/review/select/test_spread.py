"""The local pivotal method keeps its chances and its sum; farthest points are within twice the best."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from headwater.review.select.spread import farthest, grid, pivotal
from tests.review.select.worlds import documents


def test_each_row_is_drawn_with_its_chance_and_the_number_is_the_sum() -> None:
    rng, n_draws = np.random.default_rng(1), 4000
    vector, chance = grid(documents(1, 30).vector), rng.uniform(0.05, 0.95, 30)
    chance *= 9.0 / chance.sum()
    drawn = np.array([pivotal(vector, chance, rng.random(61)) for _ in range(n_draws)])

    assert (drawn.sum(axis=1) == 9).all()
    z = (drawn.mean(axis=0) - chance) / np.sqrt(chance * (1 - chance) / n_draws)
    assert np.abs(z).max() < 4


def test_rows_drawn_lie_further_apart_than_by_chance() -> None:
    rng = np.random.default_rng(2)
    some = documents(2, 200)
    vector, chance = grid(some.vector), np.full(200, 0.1)

    def nearest(rows: npt.NDArray[np.int64]) -> float:
        cosine = some.vector[rows] @ some.vector[rows].T
        np.fill_diagonal(cosine, -1.0)
        return float(cosine.max(axis=1).mean())

    spread = [nearest(np.flatnonzero(pivotal(vector, chance, rng.random(401)))) for _ in range(200)]
    alone = [nearest(rng.choice(200, 20, replace=False)) for _ in range(200)]

    error = np.hypot(np.std(spread), np.std(alone)) / np.sqrt(200)
    assert np.mean(spread) < np.mean(alone) - 4 * error


def test_chances_of_nothing_and_all_are_kept() -> None:
    vector = grid(documents(3, 4).vector)

    assert pivotal(vector, np.array([0.0, 1.0, 1.0, 0.0]), np.full(9, 0.5)).tolist() == [0, 1, 1, 0]
    assert pivotal(vector[:0], np.zeros(0), np.full(1, 0.5)).size == 0


def test_farthest_points_cover_within_twice_the_best_radius() -> None:
    some = documents(4, 14)
    vector, none = grid(some.vector), grid(some.vector[:0])
    gap = np.sqrt(np.maximum(0.0, 2.0 - 2.0 * (some.vector @ some.vector.T).astype(float)))

    def radius(rows: tuple[int, ...]) -> float:
        return float(gap[:, list(rows)].min(axis=1).max())

    found = radius(tuple(farthest(vector, none, np.ones(14), 4).tolist()))
    best = min(radius(rows) for rows in itertools.combinations(range(14), 4))

    assert found <= 2 * best + 0.01  # of the grid


def test_what_is_taken_is_kept_away_from() -> None:
    some = documents(5, 50)
    vector = grid(some.vector)

    assert farthest(vector, vector[3:4], np.ones(50), 1)[0] == (some.vector @ some.vector[3]).argmin()
