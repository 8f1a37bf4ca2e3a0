"""Shannon entropy of types, in nats, by four estimators of growing care about what was not seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from headwater.errors import InputError
from headwater.measure.counts import Counts, Floats
from headwater.measure.estimate import Estimate, normal, require_equal_n


def plug_in(counts: Counts) -> float:
    """Take the sample's shares for the truth; too low by about (types - 1) / 2n.

    Args:
        counts: The sample.

    Returns:
        Nats, in [0, log(support)]; 0 for one type.

    Source:
        Miller (1955), "Note on the bias of information estimates", gives the bias.
    """
    n = counts.n
    return max(0.0, counts.total(lambda x: -x / n * np.log(x / n)))


def miller_madow(counts: Counts) -> float:
    """Add the first term of the plug-in's bias.

    Args:
        counts: The sample.

    Returns:
        Nats, at least 0.

    Source:
        Miller (1955): plug-in + (types seen - 1) / 2n.
    """
    return plug_in(counts) + (counts.support - 1) / (2 * counts.n)


def grassberger(counts: Counts) -> float:
    """Correct every count by itself, with digamma functions.

    Args:
        counts: The sample.

    Returns:
        Nats. For a single token about -0.27, as a correction may overshoot.

    Source:
        Grassberger (2003), "Entropy estimates from insufficient samplings":
        log n - sum x G(x) / n, G(x) = psi(x) + (-1)^x (psi((x + 1) / 2) - psi(x / 2)) / 2.
    """
    from scipy.special import digamma

    def term(x: Floats) -> Floats:
        sign = np.where(x % 2 == 0, 1.0, -1.0)
        g = digamma(x) + sign / 2 * (digamma((x + 1) / 2) - digamma(x / 2))
        return np.asarray(x * g)

    return float(np.log(counts.n)) - counts.total(term) / counts.n


def chao_wang_jost(counts: Counts) -> float:
    """Estimate through the slope of the species accumulation curve; the default.

    Args:
        counts: The sample.

    Returns:
        Nats, at least 0; 0 for one type seen twice or more. For a sample in which every type occurs once, and
        for a single token, the estimate is finite, but says little.

    Source:
        Chao, Wang and Jost (2013), "Entropy and the species accumulation curve":
        sum x/n (psi(n) - psi(x)) + f1/n (1 - A)^(1 - n) (-log A - sum_{r<n} (1 - A)^r / r).
    """
    from scipy.special import digamma

    n = counts.n
    seen = counts.total(lambda x: x / n * (digamma(n) - digamma(x)))
    return max(0.0, seen + correction(n, counts.types_seen(1), counts.types_seen(2)))


def correction(n: int, once: float, twice: float) -> float:
    """Give what Chao, Wang and Jost add for the types that were not seen.

    Args:
        n: Sample size, at least 1.
        once: How many types were seen once, or an estimate of it.
        twice: How many were seen twice.

    Returns:
        Nats, at least 0.

    Source:
        As `chao_wang_jost`; A, the mean share of the types seen once, is 2 f2 / ((n - 1) f1 + 2 f2), or
        2 / ((n - 1)(f1 - 1) + 2) where f2 = 0.
    """
    if once <= 0:
        return 0.0
    below = (n - 1) * once + 2 * twice if twice > 0 else (n - 1) * max(0.0, once - 1) + 2
    return once / n * _unseen(n, (2 * twice if twice > 0 else 2) / below)


def _unseen(n: int, a: float) -> float:
    """Give (1 - A)^(1 - n) (-log A - sum_{r<n} (1 - A)^r / r)."""
    if a >= 1.0:
        return 0.0
    # The difference cancels; the tail itself is sum_{r>=n} (1 - A)^(r - n + 1) / r.
    if a > 1e-3:
        r = np.arange(n, n + int(60 / a) + 1, dtype=np.float64)
        return float(np.exp((r - n + 1) * np.log1p(-a) - np.log(r)).sum())
    return float((1 - a) * _smooth_tail(n, float(-np.log1p(-a))))


def _smooth_tail(n: int, rate: float) -> float:
    """Sum exp(-rate (r - n)) / r over r >= n, by Euler and Maclaurin."""
    from scipy.special import exp1

    x = rate * n
    integral = np.exp(x) * exp1(x) if x < 500 else 1 / x - 1 / x**2 + 2 / x**3
    return float(integral + 1 / (2 * n) + (rate + 1 / n) / (12 * n))


ESTIMATORS: Mapping[str, Callable[[Counts], float]] = MappingProxyType(
    {
        "entropy-chao-wang-jost-1": chao_wang_jost,
        "entropy-grassberger-1": grassberger,
        "entropy-miller-madow-1": miller_madow,
        "entropy-plug-in-1": plug_in,
    }
)


def entropy(counts: Counts, *, estimator: str = "entropy-chao-wang-jost-1") -> Estimate:
    """Estimate the Shannon entropy of types.

    Args:
        counts: The sample; tokens are taken to be independent. For text, bootstrap documents.
        estimator: A key of `ESTIMATORS`.

    Returns:
        Nats, with a normal interval from the variance of -log p. It does not cover remaining bias, which is
        downward while most types are unseen.

    Raises:
        InputError: If there is no such estimator.

    Source:
        The standard error is the square root of (sum p log^2 p - H^2) / n: Basharin (1959).
    """
    if estimator not in ESTIMATORS:
        raise InputError(f"no entropy estimator {estimator!r}", hint=f"there are {', '.join(ESTIMATORS)}")
    n = counts.n
    square = counts.total(lambda x: x / n * np.log(x / n) ** 2)
    error = np.sqrt(max(0.0, square - plug_in(counts) ** 2) / n)
    return normal(estimator, ESTIMATORS[estimator](counts), float(error), n=n, limits=(0.0, np.inf))


def entropy_difference(
    one: Counts, other: Counts, *, estimator: str = "entropy-chao-wang-jost-1"
) -> Estimate:
    """Compare the entropies of two independent samples of equal size.

    Args:
        one: The first sample.
        other: The second, of as many tokens.
        estimator: A key of `ESTIMATORS`.

    Returns:
        `one` minus `other`, nats.

    Raises:
        InputError: If the sizes differ, because every estimator's bias depends on the size.
    """
    require_equal_n(one.n, other.n, what="the entropy")
    first, second = entropy(one, estimator=estimator), entropy(other, estimator=estimator)
    error = float(np.hypot(first.error, second.error))
    return normal(f"{estimator} difference", first.value - second.value, error, n=one.n)
