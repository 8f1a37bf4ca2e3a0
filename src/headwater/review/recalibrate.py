"""Fit a chance on a score by weighted documents."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_N_STEPS = 50


def logistic(score: Floats, target: Floats, weight: Floats, *, ridge: float) -> tuple[float, float]:
    """Fit a chance that is logistic in a score.

    Args:
        score: Shape (n,).
        target: Chance of each document to be what is asked for, in [0, 1], shape (n,).
        weight: What each counts, above 0, shape (n,).
        ridge: Weight of a prior that both parameters are near 0, in documents; above 0.

    Returns:
        Slope and intercept of the log odds.

    Source:
        J. Platt (1999), "Probabilistic outputs for support vector machines", by Newton's method.
    """
    design = np.stack([score, np.ones(score.size)], axis=1)
    found = np.zeros(2)
    for _ in range(_N_STEPS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(design @ found, -30.0, 30.0)))
        slope = design.T @ (weight * (target - chance)) - ridge * found
        curve = (design * (weight * chance * (1.0 - chance))[:, None]).T @ design + ridge * np.eye(2)
        step = np.linalg.solve(curve, slope)
        found = found + step / max(1.0, float(np.abs(step).max()) / 2.0)
        if float(np.abs(step).max()) < 1e-8:
            break
    return float(found[0]), float(found[1])
