"""The exponent of Zipf's law, by maximum likelihood on the counts of types."""

from __future__ import annotations

import math

from headwater.errors import InputError
from headwater.measure.counts import Counts
from headwater.measure.estimate import Estimate, normal

_MOST = 40.0


def zipf(counts: Counts, *, least: int = 1) -> Estimate:
    """Fit P(count = x) proportional to x^-a for x >= least, over types.

    The exponent of the rank-frequency plot is 1 / (a - 1).

    Args:
        counts: The sample.
        least: Counts below are ignored, at least 1.

    Returns:
        a > 1, with a normal interval from the Fisher information; n is the number of types used. Types are
        taken to be independent and the law to be true; check both before believing the interval.

    Raises:
        InputError: If no type counts more than `least`: the likelihood then has no maximum.

    Source:
        Clauset, Shalizi and Newman (2009), "Power-law distributions in empirical data",
        equations 3.5 and 3.6.
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import zeta

    use = counts.times >= least
    n, most = int(counts.n_types[use].sum()), int(counts.times[-1])
    if least < 1 or most <= least:
        raise InputError(
            f"no type counts more than {least}, so no exponent fits best", hint="give a larger sample"
        )
    logs = float((counts.n_types[use] * [math.log(x / least) for x in counts.times[use].tolist()]).sum()) / n

    def loss(a: float) -> float:
        return a * logs + math.log(float(zeta(a, least)) * least**a)

    value = float(
        minimize_scalar(loss, bounds=(1.0 + 1e-6, _MOST), method="bounded", options={"xatol": 1e-10}).x
    )
    step = 1e-3 * min(1.0, value - 1.0)
    curve = (loss(value + step) - 2 * loss(value) + loss(value - step)) / step**2
    return normal("zipf-1", value, 1 / math.sqrt(n * curve), n=n, limits=(1.0, math.inf))
