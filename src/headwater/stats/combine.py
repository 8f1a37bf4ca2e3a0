"""One p-value or e-value from several about the same null hypothesis."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headwater.errors import InputError
from headwater.stats.discovery import check_p_values


def bonferroni(p_values: ArrayLike) -> float:
    """Combine by the smallest, times how many there are.

    Null law: each p-value stochastically no smaller than uniform, any dependence.

    Args:
        p_values: In [0, 1], shape (m,), m >= 1.

    Returns:
        A p-value in [0, 1].

    Raises:
        InputError: If there is none, or one is out of range.

    Source:
        Boole's inequality; Dunn (1961), JASA 56.
    """
    p = _some(p_values)
    return min(1.0, p.size * float(p.min()))


def fisher(p_values: ArrayLike) -> float:
    """Combine independent p-values by the sum of their logarithms.

    Null law: independent and uniform (exact) or larger (conservative); -2 sum ln p is then chi-squared
    with 2m degrees of freedom. Wrong, and far too small, for dependent p-values.

    Args:
        p_values: In [0, 1], shape (m,), m >= 1.

    Returns:
        A p-value in [0, 1]; 0 when one of them is 0.

    Raises:
        InputError: If there is none, or one is out of range.

    Source:
        R. A. Fisher, Statistical Methods for Research Workers (4th edition, 1932), section 21.1.
    """
    from scipy.special import gammaincc

    p = _some(p_values)
    if float(p.min()) == 0.0:
        return 0.0
    return float(gammaincc(p.size, -np.log(p).sum()))


def harmonic_mean(p_values: ArrayLike) -> float:
    """Combine by the harmonic mean, scaled so that it holds under any dependence.

    Null law: each p-value stochastically no smaller than uniform, any dependence.

    Args:
        p_values: In [0, 1], shape (m,), m >= 1.

    Returns:
        A p-value in [0, 1]; 0 when one of them is 0.

    Raises:
        InputError: If there is none, or one is out of range.

    Source:
        Vovk and Wang (2020), Combining p-values via averaging, Biometrika 107: the case r = -1.
    """
    p = _some(p_values)
    if float(p.min()) == 0.0:
        return 0.0
    return min(1.0, harmonic_factor(p.size) * p.size / float(np.sum(1.0 / p)))


@cache
def harmonic_factor(m: int) -> float:
    """Give the least factor that makes a harmonic mean of m p-values valid.

    Args:
        m: How many p-values, at least 1.

    Returns:
        1 for m = 1, 2 for m = 2, otherwise (y + m)^2 / ((y + 1) m), where y > 0 solves
        y^2 = m ((y + 1) ln(y + 1) - y).

    Source:
        Vovk and Wang (2020), Biometrika 107, the precise factor for r = -1; it grows as ln m.
    """
    from scipy.optimize import brentq

    if m <= 2:
        return float(m)
    # The difference is negative from 0 to the root and positive from there on.
    y = float(brentq(lambda y: y * y - m * ((y + 1) * math.log1p(y) - y), 1.0, 4.0 * m * m))
    return (y + m) ** 2 / ((y + 1) * m)


def cauchy(p_values: ArrayLike) -> float:
    """Combine by the mean of Cauchy scores, which hardly feels dependence.

    Null law: uniform p-values. Exact when they are independent or all equal; under other dependence the
    level holds in the limit of small levels for bivariate normal scores, and is not guaranteed at 0.05. One
    p-value of 1 makes the result 1.

    Args:
        p_values: In [0, 1], shape (m,), m >= 1.

    Returns:
        A p-value in [0, 1]; 0 when one is 0 and none is 1.

    Raises:
        InputError: If there is none, or one is out of range.

    Source:
        Liu and Xie (2020), JASA 115, equation 1 with equal weights, and theorem 1.
    """
    p = _some(p_values)
    if float(p.max()) == 1.0:
        return 1.0
    if float(p.min()) == 0.0:
        return 0.0
    # cot(pi p) is tan((1/2 - p) pi) without the rounding of 1/2 - p for small p.
    score = float(np.mean(1.0 / np.tan(np.pi * p)))
    return math.atan2(1.0, score) / math.pi


def e_average(e_values: ArrayLike) -> float:
    """Combine e-values by their mean.

    Null law: each has expectation at most 1, any dependence; so has the mean.

    Args:
        e_values: At least 0, shape (m,), m >= 1; infinity is allowed.

    Returns:
        An e-value, at least 0.

    Raises:
        InputError: If there is none, or one is negative or not a number.

    Source:
        Vovk and Wang (2021), Annals of Statistics 49, proposition 3.1.
    """
    e = np.asarray(e_values, dtype=np.float64)
    if e.ndim != 1 or e.size == 0 or not bool(np.all(e >= 0.0)):
        raise InputError("e-values are a flat sequence, not empty, of numbers of at least 0")
    return float(e.mean())


def e_to_p(e_value: float) -> float:
    """Turn an e-value into a p-value.

    Null law: expectation at most 1.

    Args:
        e_value: At least 0.

    Returns:
        min(1, 1/e), in [0, 1].

    Raises:
        InputError: If it is negative or not a number.

    Source:
        Markov's inequality; Vovk and Wang (2021), proposition 2.2.
    """
    if not e_value >= 0.0:
        raise InputError(f"an e-value is at least 0, not {e_value}")
    return 1.0 if e_value <= 1.0 else 1.0 / e_value


def _some(p_values: ArrayLike) -> NDArray[np.float64]:
    p = check_p_values(p_values)
    if p.size == 0:
        raise InputError("no p-value to combine")
    return p
