"""How many types there are: seen, and by Chao's lower bound for the unseen."""

from __future__ import annotations

import math
from statistics import NormalDist

from headwater.measure.counts import Counts
from headwater.measure.estimate import LEVEL, Estimate, bare


def seen(counts: Counts) -> Estimate:
    """Count the types seen.

    Args:
        counts: The sample.

    Returns:
        Types. It grows with the sample, so compare it at equal n only.
    """
    return bare("support-seen-1", float(counts.support), n=counts.n)


def chao1(counts: Counts) -> Estimate:
    """Bound the number of types from below by those seen once and twice.

    Args:
        counts: The sample; tokens are taken to be independent.

    Returns:
        Types, with a log-normal interval that stays above the types seen. Without types seen once, the
        estimate is what was seen, with error 0.

    Source:
        Chao (1984; 1987), "Estimating the population size for capture-recapture data with unequal
        catchability": (n - 1)/n f1^2 / (2 f2), with (n - 1)/n f1 (f1 - 1)/2 where f2 = 0. Variances as the
        EstimateS and iNEXT programs have them; the interval is log-normal in the unseen (Chao 1987).
    """
    one, two, n = counts.types_seen(1), counts.types_seen(2), counts.n
    k = (n - 1) / n
    if one == 0:
        value, variance = 0.0, 0.0
    elif two > 0:
        ratio = one / two
        value = k * one * ratio / 2
        variance = two * (k / 2 * ratio**2 + k**2 * ratio**3 + k**2 / 4 * ratio**4)
    else:
        value = k * one * (one - 1) / 2
        total = counts.support + value
        variance = k * one * (one - 1) / 2 + k**2 * one * (2 * one - 1) ** 2 / 4 - k**2 * one**4 / (4 * total)
    return _log_normal(counts, value, max(0.0, variance))


def _log_normal(counts: Counts, unseen: float, variance: float) -> Estimate:
    support, n = counts.support, counts.n
    if unseen <= 0.0:
        return Estimate("support-chao1-1", float(support), math.sqrt(variance), support, support, LEVEL, n)
    z = NormalDist().inv_cdf(0.5 + LEVEL / 2)
    spread = math.exp(z * math.sqrt(math.log1p(variance / unseen**2)))
    return Estimate(
        "support-chao1-1",
        support + unseen,
        math.sqrt(variance),
        support + unseen / spread,
        support + unseen * spread,
        LEVEL,
        n,
    )
