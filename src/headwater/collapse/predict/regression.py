"""What theory expects of linear regression: the error of the slope."""

from __future__ import annotations

import math

import numpy as np

from headwater.collapse import theory
from headwater.collapse.human import Regression
from headwater.collapse.lab import Lab
from headwater.collapse.models.linear import Linear
from headwater.collapse.predict.curve import Curve

_MOMENTS = 9  # rows beyond the dimension with which the error has a fourth moment


def slopes(lab: Lab, model: Linear, human: Regression) -> tuple[Curve, ...]:
    """Find the curve of the squared length of the slope.

    Args:
        lab: The recursion.
        model: Its model.
        human: Its human data.

    Returns:
        One curve for least squares on data that is replaced or accumulated; none for ridge regression, human
        shares, or too few rows.
    """
    names, d = set(lab.plan.names()), human.dimension
    if not names <= {"replace", "accumulate", "bias"} or model.penalty or lab.size < d + 2:
        return ()
    later = model.noise * math.sqrt(lab.plan.sampling().temperature)
    g = np.arange(lab.generations + 1)
    plan = "accumulate" if "accumulate" in names else "replace"
    error = theory.regression_error(g + 1, lab.size, dimension=d, noise=human.noise, plan=plan, later=later)
    compared = np.full(g.size, lab.size >= d + _MOMENTS)
    return (Curve("slope_squared", error, compared, 0.0, "F6"),)
