"""A curve: what theory expects of one quantity, and where a simulation can be held against it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from headwater.collapse.human import Normal
from headwater.collapse.lab import Lab

Floats = NDArray[np.float64]
# Quantities of curves that are computed from a statistic of another name.
RECORDED_AS = {"sd": "variance", "log_variance": "variance", "drift": "mean"}


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Hold what theory expects of one quantity, generation by generation.

    Attributes:
        quantity: Its name: log_variance, log_determinant, sd, variance, drift, mean_squared, slope_squared,
            heterozygosity or types.
        expected: Shape (generations + 1,).
        compared: Where a mean over replicates can be held against it, bool, the same shape; elsewhere
            replicates too rare to be drawn carry the mean.
        slack: Relative error of the theory itself; 0 where it is exact.
        source: The closed form's name in the explanation of the theory.
    """

    quantity: str
    expected: Floats
    compared: NDArray[np.bool_]
    slack: float
    source: str


def observe(quantity: str, statistics: dict[str, Floats], lab: Lab) -> Floats:
    """Compute a quantity of a curve from recorded statistics.

    Args:
        quantity: Name of a curve.
        statistics: By name, any shape.
        lab: The recursion.

    Returns:
        The quantity, of the same shape.
    """
    if quantity == "sd" and "variance" in statistics:
        return np.sqrt(statistics["variance"])
    if quantity == "log_variance" and "variance" in statistics:
        return np.log(np.maximum(statistics["variance"], np.finfo(np.float64).tiny))
    if quantity == "drift" and "mean" in statistics:
        mean = lab.human.mean if isinstance(lab.human, Normal) else 0.0
        return np.asarray((statistics["mean"] - mean) ** 2, dtype=np.float64)
    return statistics[quantity]
