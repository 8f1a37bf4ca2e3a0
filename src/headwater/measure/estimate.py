"""An estimate: a value, its standard error, its interval, and the name of the estimator."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from headwater.errors import InputError

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """State what a metric is worth.

    Attributes:
        name: The versioned name of the metric and its estimator; it never changes its meaning.
        value: The point estimate, in the metric's unit.
        error: Standard error, same unit; NaN where the metric states none.
        low: Lower end of the interval; NaN where the metric states none.
        high: Upper end.
        level: Two-sided coverage of the interval, under the sampling that the metric assumes.
        n: Sample size in the metric's unit (tokens, documents, points).
    """

    name: str
    value: float
    error: float
    low: float
    high: float
    level: float
    n: int


def normal(
    name: str, value: float, error: float, *, n: int, limits: tuple[float, float] = (-math.inf, math.inf)
) -> Estimate:
    """Make an estimate whose interval is normal, cut to what is possible.

    Args:
        name: As in `Estimate`.
        value: The point estimate.
        error: Its standard error, at least 0 or NaN.
        n: Sample size.
        limits: The least and the greatest possible value.

    Returns:
        The estimate with a 95 % interval.
    """
    half = NormalDist().inv_cdf(0.5 + LEVEL / 2) * error
    # The order keeps a NaN a NaN.
    low, high = max(value - half, limits[0]), min(value + half, limits[1])
    return Estimate(name, value, error, low, high, LEVEL, n)


def bare(name: str, value: float, *, n: int) -> Estimate:
    """Make an estimate without an interval, which `bootstrap` can give it."""
    return Estimate(name, value, math.nan, math.nan, math.nan, LEVEL, n)


def require_equal_n(n_one: int, n_other: int, *, what: str) -> None:
    """Refuse to compare what depends on the sample size at two sizes.

    Raises:
        InputError: If the sizes differ.
    """
    if n_one != n_other:
        raise InputError(
            f"{what} of {n_one} tokens cannot be compared with that of {n_other}: it changes with the size",
            hint="rarefy both to the smaller sample first",
        )
