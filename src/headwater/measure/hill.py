"""Hill numbers: how many equally common types would be as diverse, in a sample of a stated size."""

from __future__ import annotations

import math

import numpy as np

from headwater.errors import InputError
from headwater.measure.counts import Counts, Floats, Longs
from headwater.measure.estimate import Estimate, normal

ORDERS = (0, 1, 2)


def hill(counts: Counts, *, order: int, n: int) -> Estimate:
    """Expect the Hill number of a sample of n tokens drawn from a larger one.

    Args:
        counts: The sample; tokens are taken to be independent.
        order: 0 counts types, 1 is the exponential of entropy, 2 the inverse of the chance that two tokens,
            drawn with replacement, are of one type.
        n: The size to compare at, in 1..counts.n.

    Returns:
        Types, in [1, n], with a normal interval from the jackknife over tokens.

    Raises:
        InputError: If the order is none of these or n is out of range.

    Source:
        Chao et al. (2014), "Rarefaction and extrapolation with Hill numbers": the Hill number of the expected
        counts of counts E f_k(n) = sum_x C(x, k) C(N - x, n - k) / C(N, n).
    """
    value = hill_number(counts, order=order, n=n)
    return normal(f"hill-{order}-1", value, _error(counts, order, n), n=n, limits=(1.0, float(n)))


def hill_number(counts: Counts, *, order: int, n: int) -> float:
    """Expect the Hill number as `hill` does, without its error.

    Args:
        counts: The sample.
        order: 0, 1 or 2.
        n: The size to compare at, in 1..counts.n.

    Returns:
        Types, in [1, n].

    Raises:
        InputError: If the order is none of these or n is out of range.
    """
    if order not in ORDERS:
        raise InputError(f"no Hill number of order {order} here", hint="take 0, 1 or 2")
    if not 1 <= n <= counts.n:
        raise InputError(f"no {n} tokens to draw from {counts.n}", hint="rarefy to the smaller sample")
    whole = float((counts.n_types * _terms(order, counts.times, counts.n, n)).sum())
    return _number(order, whole, n)


def _number(order: int, whole: float, n: int) -> float:
    """Turn a sum over types into a Hill number."""
    if order == 0:
        return whole
    if order == 1:
        return math.exp(whole)
    # Two tokens of a draw are two tokens of the whole; only drawing one token twice depends on n.
    return 1.0 / (1.0 / n + (n - 1) / n * whole)


def _error(counts: Counts, order: int, n: int) -> float:
    """Leave every token out once: all sums over types lose one term and gain another."""
    size = counts.n - 1
    if size < 1:
        return 0.0
    drawn = min(n, size)
    now = _terms(order, counts.times, size, drawn)
    less = _terms(order, counts.times - 1, size, drawn)
    whole = float((counts.n_types * now).sum())
    values = np.array([_number(order, whole + change, drawn) for change in (less - now).tolist()])
    weight = (counts.times * counts.n_types).astype(np.float64)
    spread = float((weight * (values - np.average(values, weights=weight)) ** 2).sum())
    return math.sqrt(size / counts.n * spread)


def _terms(order: int, times: Longs, whole: int, n: int) -> Floats:
    """Give what a type with each count adds to the sum over types."""
    if order == 0:
        return np.array([1.0 - _missed(x, whole, n) for x in times.tolist()])
    if order == 1:
        return np.array([_surprise(x, whole, n) for x in times.tolist()])
    pairs = max(1, whole * (whole - 1))
    return np.asarray(times * (times - 1.0) / pairs)


def _missed(times: int, whole: int, n: int) -> float:
    if times == 0 or n > whole - times:
        return float(times == 0)
    a, b = math.lgamma(whole - times + 1) - math.lgamma(whole - times - n + 1), math.lgamma(whole + 1)
    return math.exp(a - b + math.lgamma(whole - n + 1))


def _surprise(times: int, whole: int, n: int) -> float:
    """Expect -k/n log(k/n) over the hypergeometric law of how often a type is drawn."""
    from scipy.special import gammaln

    mean = times * n / whole
    # Twelve standard deviations and a few leave out less than rounding does.
    reach = 12 * math.sqrt(mean * (1 - times / whole)) + 40
    low, high = max(1, times + n - whole, int(mean - reach)), min(times, n, int(mean + reach) + 1)
    k = np.arange(low, high + 1, dtype=np.float64)
    log_law = (
        (gammaln(times + 1) - gammaln(k + 1) - gammaln(times - k + 1))
        + (gammaln(whole - times + 1) - gammaln(n - k + 1) - gammaln(whole - times - n + k + 1))
        - (gammaln(whole + 1) - gammaln(n + 1) - gammaln(whole - n + 1))
    )
    return float((np.exp(log_law) * -k / n * np.log(k / n)).sum())
