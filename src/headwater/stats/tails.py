"""Tail probabilities of counts, also where they are smaller than the smallest float.

All tails include the observed value, so each is a p-value as it stands. All return the natural
logarithm instead with `log=True`; then no tail underflows.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from headwater.errors import InputError

_FLOOR = 1e-290  # below it the tail is summed in log space
_CHUNK = 4096

LogPmf = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def binomial_upper(k: int, n: int, p: float, *, log: bool = False) -> float:
    """Give P(X >= k) for X binomial.

    Args:
        k: Observed successes; any integer.
        n: Trials, at least 0.
        p: Chance of a success under the null, in [0, 1].
        log: Return the natural logarithm.

    Returns:
        Probability in [0, 1], or its logarithm in [-inf, 0]. 1 when k <= 0, 0 when k > n.

    Raises:
        InputError: If n or p is out of range.

    Source:
        NIST Digital Library of Mathematical Functions, 8.17.5: a regularised incomplete beta function.
    """
    from scipy.special import betainc

    _check_binomial(n, p)
    if k <= 0 or k > n or p in {0.0, 1.0}:
        return _certain(yes=k <= 0 or (p == 1.0 and k <= n), log=log)
    tail = float(betainc(k, n - k + 1, p))
    if tail > _FLOOR:
        return math.log(tail) if log else tail
    return _finish(_sum_log(lambda x: _log_binomial(x, n, p), k, n), log=log)


def binomial_lower(k: int, n: int, p: float, *, log: bool = False) -> float:
    """Give P(X <= k) for X binomial.

    Args:
        k: Observed successes; any integer.
        n: Trials, at least 0.
        p: Chance of a success under the null, in [0, 1].
        log: Return the natural logarithm.

    Returns:
        Probability in [0, 1], or its logarithm. 0 when k < 0, 1 when k >= n.

    Raises:
        InputError: If n or p is out of range.

    Source:
        As `binomial_upper`, counting failures.
    """
    from scipy.special import betainc

    _check_binomial(n, p)
    if k < 0 or k >= n or p in {0.0, 1.0}:
        return _certain(yes=k >= n or (p == 0.0 and k >= 0), log=log)
    tail = float(betainc(n - k, k + 1, 1.0 - p))
    if tail > _FLOOR:
        return math.log(tail) if log else tail
    return _finish(_sum_log(lambda x: _log_binomial(x, n, p), k, 0), log=log)


def poisson_upper(k: int, rate: float, *, log: bool = False) -> float:
    """Give P(X >= k) for X Poisson.

    Args:
        k: Observed count; any integer.
        rate: Mean under the null, finite, at least 0.
        log: Return the natural logarithm.

    Returns:
        Probability in [0, 1], or its logarithm. 1 when k <= 0.

    Raises:
        InputError: If the rate is negative or not finite.

    Source:
        NIST Digital Library of Mathematical Functions, 8.4.10: the incomplete gamma P(k, rate).
    """
    from scipy.special import gammainc

    _check_rate(rate)
    if k <= 0 or rate == 0.0:
        return _certain(yes=k <= 0, log=log)
    tail = float(gammainc(k, rate))
    if tail > _FLOOR:
        return math.log(tail) if log else tail
    return _finish(_sum_log(lambda x: _log_poisson(x, rate), k, None), log=log)


def poisson_lower(k: int, rate: float, *, log: bool = False) -> float:
    """Give P(X <= k) for X Poisson.

    Args:
        k: Observed count; any integer.
        rate: Mean under the null, finite, at least 0.
        log: Return the natural logarithm.

    Returns:
        Probability in [0, 1], or its logarithm. 0 when k < 0.

    Raises:
        InputError: If the rate is negative or not finite.

    Source:
        NIST Digital Library of Mathematical Functions, 8.4.10: the incomplete gamma Q(k + 1, rate).
    """
    from scipy.special import gammaincc

    _check_rate(rate)
    if k < 0 or rate == 0.0:
        return _certain(yes=k >= 0, log=log)
    tail = float(gammaincc(k + 1, rate))
    if tail > _FLOOR:
        return math.log(tail) if log else tail
    return _finish(_sum_log(lambda x: _log_poisson(x, rate), k, 0), log=log)


def hypergeometric_upper(k: int, n: int, *, marked: int, total: int, log: bool = False) -> float:
    """Give P(X >= k) for the marked items among n drawn without replacement.

    Args:
        k: Observed marked items; any integer.
        n: Items drawn, in 0..total.
        marked: Marked items in the population, in 0..total.
        total: Size of the population.
        log: Return the natural logarithm.

    Returns:
        Probability in [0, 1], or its logarithm. 1 at or below the least possible count, 0 above the greatest.

    Raises:
        InputError: If n or marked is out of range.

    Source:
        R. A. Fisher, The Design of Experiments (1935), chapter II: the exact test of a 2x2 table.
    """
    _check_population(n, marked, total)
    low, high = max(0, n - (total - marked)), min(n, marked)
    if k <= low or k > high:
        return _certain(yes=k <= low, log=log)
    mode = (n + 1) * (marked + 1) // (total + 2)
    if k > mode:
        return _finish(_sum_log(lambda x: _log_hypergeometric(x, n, marked, total), k, high), log=log)
    below = math.exp(_sum_log(lambda x: _log_hypergeometric(x, n, marked, total), k - 1, low))
    return _complement(below, log=log)


def hypergeometric_lower(k: int, n: int, *, marked: int, total: int, log: bool = False) -> float:
    """Give P(X <= k) for the marked items among n drawn without replacement.

    Args:
        k: Observed marked items; any integer.
        n: Items drawn, in 0..total.
        marked: Marked items in the population, in 0..total.
        total: Size of the population.
        log: Return the natural logarithm.

    Returns:
        Probability in [0, 1], or its logarithm. 0 below the least possible count, 1 at or above the greatest.

    Raises:
        InputError: If n or marked is out of range.

    Source:
        As `hypergeometric_upper`, counting the items that are not marked.
    """
    _check_population(n, marked, total)
    return hypergeometric_upper(n - k, n, marked=total - marked, total=total, log=log)


def _sum_log(log_pmf: LogPmf, start: int, stop: int | None) -> float:
    # Sums away from the mode, where terms fall: once one is 2**-60 of the sum and falling, the rest
    # is a geometric series that cannot reach the last bit.
    step = -1 if stop is not None and stop < start else 1
    total, at = -math.inf, start
    while stop is None or (stop - at) * step >= 0:
        last = at + step * (_CHUNK - 1)
        if stop is not None and (stop - last) * step < 0:
            last = stop
        terms = log_pmf(np.arange(at, last + step, step, dtype=np.float64))
        total = float(np.logaddexp(total, np.logaddexp.reduce(terms)))
        if float(terms[-1]) < total - 60 * math.log(2):
            break
        at = last + step
    return min(total, 0.0)


def _log_binomial(x: NDArray[np.float64], n: float, p: float) -> NDArray[np.float64]:
    # Loader's saddle-point form: no difference of two large log-gammas.
    from scipy.special import kl_div, xlogy

    inside = (x > 0) & (x < n)
    y = np.where(inside, x, 0.5 * n)
    value = _stirling(np.asarray(n)) - _stirling(y) - _stirling(n - y)
    value = (
        value - kl_div(y, n * p) - kl_div(n - y, n * (1 - p)) + 0.5 * np.log(n / (2 * np.pi * y * (n - y)))
    )
    edge = np.where(x <= 0, n * np.log1p(-p), xlogy(n, p))
    return np.asarray(np.where(inside, value, edge), dtype=np.float64)


def _log_poisson(x: NDArray[np.float64], rate: float) -> NDArray[np.float64]:
    from scipy.special import kl_div

    y = np.maximum(x, 1.0)
    value = -_stirling(y) - kl_div(y, rate) - 0.5 * np.log(2 * np.pi * y)
    return np.asarray(np.where(x > 0, value, -rate), dtype=np.float64)


def _log_hypergeometric(x: NDArray[np.float64], n: int, marked: int, total: int) -> NDArray[np.float64]:
    # Three binomials with any common p; n/total keeps each near its mode.
    p = n / total
    drawn = _log_binomial(x, marked, p) + _log_binomial(n - x, total - marked, p)
    return drawn - _log_binomial(np.asarray([float(n)]), total, p)


def _stirling(n: NDArray[np.float64]) -> NDArray[np.float64]:
    # ln n! - ln(sqrt(2 pi n) (n/e)^n); Loader (2000), equation 4; the series is exact to 1e-16 above 15.
    from scipy.special import gammaln

    m = np.maximum(n, 15.0)
    s = 1.0 / (m * m)
    series = (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s / 1188)))) / m
    small = np.clip(n, 1e-300, 15.0)
    exact = gammaln(small + 1) - (small + 0.5) * np.log(small) + small - 0.5 * math.log(2 * math.pi)
    return np.asarray(np.where(n > 15, series, exact), dtype=np.float64)


def _certain(*, yes: bool, log: bool) -> float:
    if log:
        return 0.0 if yes else -math.inf
    return 1.0 if yes else 0.0


def _finish(log_tail: float, *, log: bool) -> float:
    return log_tail if log else math.exp(log_tail)


def _complement(below: float, *, log: bool) -> float:
    return math.log1p(-below) if log else 1.0 - below


def _check_binomial(n: int, p: float) -> None:
    if n < 0 or not 0.0 <= p <= 1.0:
        raise InputError(f"no binomial law with n={n} and p={p}")


def _check_rate(rate: float) -> None:
    if not 0.0 <= rate < math.inf:
        raise InputError(f"no Poisson law with rate {rate}")


def _check_population(n: int, marked: int, total: int) -> None:
    if not (0 <= n <= total and 0 <= marked <= total):
        raise InputError(f"no hypergeometric law with n={n}, marked={marked}, total={total}")
