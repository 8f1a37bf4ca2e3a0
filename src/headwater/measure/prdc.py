"""Precision, recall, density and coverage of a generated sample against a real one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.measure.estimate import Estimate, bare, normal
from headwater.measure.features import CHUNK, Floats, checked_pair, square_distances


@dataclass(frozen=True, slots=True)
class Prdc:
    """Hold four shares; intervals condition on the real sample and its balls.

    Attributes:
        precision: Share of generated points within some real point's ball.
        recall: Share of real points within some generated point's ball.
        density: Mean number of real balls around a generated point, over k; can exceed 1.
        coverage: Share of real points with a generated point in their ball.
    """

    precision: Estimate
    recall: Estimate
    density: Estimate
    coverage: Estimate


def prdc(real: npt.ArrayLike, generated: npt.ArrayLike, *, k: int = 5) -> Prdc:
    """Compare two samples by the balls that reach to the k-th nearest neighbour.

    Args:
        real: Shape (n, d), n > k.
        generated: Shape (m, d), m > k. For equal laws precision and recall still depend on n and m: compare
            with a split of the real sample.
        k: Which neighbour bounds a ball, at least 1.

    Returns:
        The four shares. Balls are open, so copies of one point have empty balls: two samples of one and the
        same point give zeros.

    Raises:
        InputError: If there are too few points or k is below 1.

    Source:
        Kynkäänniemi et al. (2019), "Improved precision and recall metric", equation 2; Naeem et al. (2020),
        "Reliable fidelity and diversity metrics for generative models", equations 4 and 5.
    """
    if k < 1:
        raise InputError(f"no {k}-th neighbour", hint="take k of at least 1")
    truth, made = checked_pair(real, generated, least=k + 1)
    real_radius, made_radius = _radii(truth, k), _radii(made, k)
    n_balls = np.zeros(made.shape[0])
    recalled, covered = np.empty(truth.shape[0], dtype=bool), np.empty(truth.shape[0], dtype=bool)
    for start in range(0, truth.shape[0], CHUNK):
        rows = slice(start, start + CHUNK)
        square = square_distances(truth[rows], made)
        inside = square < real_radius[rows, None]
        n_balls += inside.sum(axis=0)
        covered[rows] = inside.any(axis=1)
        recalled[rows] = (square < made_radius[None, :]).any(axis=1)
    return Prdc(
        precision=_share("precision-1", n_balls > 0),
        recall=_share("recall-1", recalled),
        density=_mean("density-1", n_balls / k),
        coverage=_share("coverage-1", covered),
    )


def _radii(points: Floats, k: int) -> Floats:
    """Find the squared distance of every point's k-th neighbour, itself not counted."""
    found = [
        np.partition(square_distances(points[i : i + CHUNK], points), k, axis=1)[:, k]
        for i in range(0, points.shape[0], CHUNK)
    ]
    return np.concatenate(found)


def _share(name: str, hits: npt.NDArray[np.bool_]) -> Estimate:
    from headwater.stats import wilson

    share, n = float(hits.mean()), hits.size
    low, high = wilson(int(hits.sum()), n)
    plain = bare(name, share, n=n)
    return Estimate(name, share, float(np.sqrt(share * (1 - share) / n)), low, high, plain.level, n)


def _mean(name: str, values: Floats) -> Estimate:
    error = float(values.std(ddof=1) / np.sqrt(values.size))
    return normal(name, float(values.mean()), error, n=values.size, limits=(0.0, np.inf))
