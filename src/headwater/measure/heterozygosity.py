"""Heterozygosity: the chance that two tokens differ in type, and how much of it has drifted away."""

from __future__ import annotations

import math

from headwater.errors import InputError
from headwater.measure.counts import Counts
from headwater.measure.estimate import Estimate, normal


def heterozygosity(counts: Counts) -> Estimate:
    """Estimate the chance that two independent tokens are of different types.

    Args:
        counts: The sample, n >= 2; tokens are taken to be independent.

    Returns:
        A chance in [0, 1], without bias, with a normal interval; 0 with error 0 for one type.

    Raises:
        InputError: If there are fewer than two tokens.

    Source:
        Simpson (1949), "Measurement of diversity": 1 - sum x (x - 1) / (n (n - 1)), with his large-sample
        variance 4 (sum p^3 - (sum p^2)^2) / n.
    """
    n = counts.n
    if n < 2:
        raise InputError("one token has no other to differ from", hint="give at least two tokens")
    alike = counts.total(lambda x: x * (x - 1)) / (n * (n - 1))
    square = counts.total(lambda x: (x / n) ** 2)
    cube = counts.total(lambda x: (x / n) ** 3)
    error = math.sqrt(max(0.0, 4 * (cube - square**2)) / n)
    return normal("heterozygosity-1", 1 - alike, error, n=n, limits=(0.0, 1.0))


def drift(current: Counts, *, reference: Counts) -> Estimate:
    """Estimate F, the fraction of the reference's heterozygosity that is gone.

    Args:
        current: The sample to place, n >= 2.
        reference: The sample to place it against, n >= 2. The sizes may differ: both estimates have no bias.

    Returns:
        1 - H(current) / H(reference): 0 for no drift, 1 for one type left, below 0 for more diversity. Normal
        interval by the delta method. In k generations of M tokens F grows to 1 - (1 - 1/M)^k.

    Raises:
        InputError: If the reference has one type only, or a sample fewer than two tokens.

    Source:
        Wright (1931), "Evolution in Mendelian populations": one minus F is the heterozygosity left.
    """
    now, then = heterozygosity(current), heterozygosity(reference)
    if then.value <= 0.0:
        raise InputError("a reference of one type has no diversity to lose")
    ratio = now.value / then.value
    error = math.hypot(now.error, ratio * then.error) / then.value
    return normal("heterozygosity-drift-1", 1 - ratio, error, n=current.n, limits=(-math.inf, 1.0))
