"""The chance that the next token is of a type not seen yet."""

from __future__ import annotations

import math

from headwater.measure.counts import Counts
from headwater.measure.estimate import Estimate, normal


def missing_mass(counts: Counts) -> Estimate:
    """Estimate the mass of the unseen by the share of tokens seen once.

    Args:
        counts: The sample; tokens are taken to be independent.

    Returns:
        A share in [0, 1] with a normal interval; 1 when every token is a type of its own, 0 with error 0 when
        no type occurs once.

    Source:
        Good (1953), "The population frequencies of species"; the standard error is Esty (1983),
        "A normal limit law for a nonparametric estimator of the coverage":
        (f1 (1 - f1/n) + 2 f2) / n^2.
    """
    n, one, two = counts.n, counts.types_seen(1), counts.types_seen(2)
    variance = (one * (1 - one / n) + 2 * two) / n**2 if one else 0.0
    return normal("missing-mass-1", one / n, math.sqrt(variance), n=n, limits=(0.0, 1.0))
