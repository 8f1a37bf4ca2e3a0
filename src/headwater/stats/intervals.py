"""Intervals for a proportion from a count."""

from __future__ import annotations

import math
from statistics import NormalDist

from headwater.errors import InputError


def wilson(k: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Bound a proportion by inverting the score test.

    Its coverage is near `level` on average over the proportion and may fall below it at single
    values; where a guarantee is needed, use `clopper_pearson`.

    Args:
        k: Successes, in 0..n.
        n: Independent trials with one common chance of success, at least 0.
        level: Two-sided coverage, in (0, 1).

    Returns:
        (low, high) in [0, 1] with low <= k/n <= high; (0, 1) when n is 0.

    Raises:
        InputError: If k, n or level is out of range.

    Source:
        E. B. Wilson (1927), JASA 22, equation 4; Brown, Cai and DasGupta (2001), equation 4.
    """
    _check(k, n, level)
    if n == 0:
        return 0.0, 1.0
    z2 = NormalDist().inv_cdf(0.5 + level / 2) ** 2
    share = k / n
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2 * (share * (1 - share) + z2 / (4 * n)) / n) / (1 + z2 / n)
    # The ends at k = 0 and k = n are exact; elsewhere clipping guards the last bit only.
    low = 0.0 if k == 0 else max(0.0, centre - half)
    high = 1.0 if k == n else min(1.0, centre + half)
    return low, high


def clopper_pearson(k: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Bound a proportion with coverage that never falls below the level.

    Args:
        k: Successes, in 0..n; a fraction where `n` is an effective number of trials.
        n: Independent trials with one common chance of success, at least 0.
        level: Two-sided coverage, in (0, 1).

    Returns:
        (low, high) in [0, 1] with low <= k/n <= high; (0, 1) when n is 0.

    Raises:
        InputError: If k, n or level is out of range.

    Source:
        Clopper and Pearson (1934), Biometrika 26; as beta quantiles in Brown, Cai and DasGupta (2001), 4.2.1.
    """
    _check(k, n, level)
    tail = (1 - level) / 2
    if k in {0, n}:  # Then one end is a root, and needs no library that takes as long to load as a report.
        root = tail ** (1 / n) if n else 0.0
        return (0.0, 1.0 - root) if k == 0 else (root, 1.0)
    from scipy.special import betaincinv

    return float(betaincinv(k, n - k + 1, tail)), float(betaincinv(k + 1, n - k, 1 - tail))


def _check(k: float, n: float, level: float) -> None:
    if not 0 <= k <= n:
        raise InputError(f"no proportion {k} of {n}")
    if not 0.0 < level < 1.0:
        raise InputError(f"a coverage level lies strictly between 0 and 1, not {level}")
