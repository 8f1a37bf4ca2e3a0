"""Which types survive: every occurrence of a type is the ancestor of a Poisson branching process.

A type with c occurrences in a corpus has about Poisson(c) occurrences in the output of a model that is
faithful to its unigrams, and so on. Only counts are needed, no training. Types are "present" when they
occur in the training set of a generation: a reserve can bring one back, replacing cannot.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from headwater.collapse.theory.domain import Floats, as_generations, as_share, as_size
from headwater.errors import InputError

_BLOCK = 100_000  # numbers in a working array of the solver, so that it stays in cache


def extinction(generations: int, *, share: float = 0.0) -> Floats:
    """Compute how likely the line of one synthetic token has ended.

    Args:
        generations: Last generation k, >= 0.
        share: Human share a; the line passes through the remaining 1 - a.

    Returns:
        s_0 .. s_k with s_0 = 0 and s_{j+1} = exp((1-a)(s_j - 1)), shape (k + 1,).

    Raises:
        InputError: If a number is out of range.

    Source:
        F11 and F12 of docs/explanation/collapse-theory.md; g_k = -log s_k in Suresh et al. (2025).
    """
    k, rest = int(as_generations(generations)), 1.0 - as_share(share)
    s = np.zeros(k + 1)
    for j in range(k):
        s[j + 1] = math.exp(rest * (s[j] - 1.0))
    return s


def rates(generations: int, *, share: float = 0.0) -> Floats:
    """Compute the rate at which one occurrence keeps its type present.

    Args:
        generations: Last generation k, >= 0.
        share: Human share a, in [0, 1].

    Returns:
        g_0 .. g_k, shape (k + 1,), such that a type of c expected occurrences is present with
        probability 1 - exp(-c g_k); g_0 is infinite, since the human corpus has all of its types.

    Raises:
        InputError: If a number is out of range.

    Source:
        F12 of docs/explanation/collapse-theory.md.
    """
    a = as_share(share)
    s = extinction(generations, share=a)
    from_human = a * np.concatenate([[0.0], np.cumsum(1.0 - s[:-1])])
    # log s_k = (1-a)(s_{k-1} - 1), without the logarithm's loss of digits near s = 1.
    from_model = (1.0 - a) * (1.0 - s[:-1])
    return np.concatenate([[np.inf], from_human[1:] + from_model])


def survival(counts: ArrayLike, generations: int, *, share: float = 0.0) -> Floats:
    """Compute how likely types are present in the training set of a generation.

    Args:
        counts: Expected occurrences c in a human training set of the same size, >= 0, any shape.
        generations: Which generation k, >= 0; 0 is the human corpus.
        share: Human share a (fresh or sealed), in [0, 1].

    Returns:
        1 - exp(a c sum_{j<k} (s_j - 1)) s_k^c, the shape of `counts`. For a = 0 and many generations
        about 1 - e^{-2c/k}.

    Raises:
        InputError: If a number is out of range.

    Source:
        F11 (a = 0) and F12 of docs/explanation/collapse-theory.md.
    """
    c = _as_counts(counts)
    rate = rates(generations, share=share)[-1]
    if math.isinf(rate):
        return np.asarray(c > 0, dtype=np.float64)
    return np.asarray(-np.expm1(-c * rate), dtype=np.float64)


def survival_limit(counts: ArrayLike, *, share: float) -> Floats:
    """Compute the share of generations in which types are present, in the long run.

    Args:
        counts: Expected occurrences c in a human training set of the same size, any shape.
        share: Human share a, in [0, 1].

    Returns:
        1 - exp(-a c S(a)) with S of `ancestry`, the shape of `counts`; 0 for a = 0.

    Raises:
        InputError: If a number is out of range.

    Source:
        F12 of docs/explanation/collapse-theory.md.
    """
    a = as_share(share)
    c = _as_counts(counts)
    return np.zeros_like(c) if a == 0.0 else np.asarray(-np.expm1(-a * c * ancestry(a)), dtype=np.float64)


def ancestry(share: float) -> float:
    """Compute S(a), for how many generations one human occurrence is felt.

    Args:
        share: Human share a, in (0, 1].

    Returns:
        sum_{j>=0} (1 - s_j): 1 for a = 1, 4.00 for a = 0.1, 8.13 for a = 0.01; infinite at 0.

    Raises:
        InputError: If the share is out of range.

    Source:
        F12 of docs/explanation/collapse-theory.md.
    """
    rest = 1.0 - as_share(share, least_open=True)
    total, alive = 0.0, 1.0  # alive = 1 - s_j
    while alive > 1e-17 * (1.0 - rest):
        total += alive
        alive = -math.expm1(-rest * alive)
    return total


def expected_types(counts: ArrayLike, generations: int, *, share: float = 0.0) -> tuple[Floats, Floats]:
    """Compute the expected vocabulary of every generation, and bound its spread.

    Types of equal count share one term, so the cost is that of the different counts.

    Args:
        counts: Occurrences in a human corpus of one generation's size, >= 0, shape (types,).
        generations: Last generation k, >= 0.
        share: Human share a, in [0, 1].

    Returns:
        Expected number of types present in generations 0..k and an upper bound of its standard
        deviation (types are negatively dependent), each of shape (k + 1,).

    Raises:
        InputError: If a number is out of range.

    Source:
        F12 of docs/explanation/collapse-theory.md, summed over types.
    """
    c = _as_counts(counts)
    distinct, n_types = np.unique(c[c > 0], return_counts=True)
    rate = rates(generations, share=share)
    expected, variance = np.empty(rate.size), np.zeros(rate.size)
    expected[0] = float(n_types.sum())
    step = max(1, _BLOCK // max(1, distinct.size))
    for start in range(1, rate.size, step):
        rows = slice(start, min(start + step, rate.size))
        lost = np.exp(np.multiply.outer(-rate[rows], distinct))  # (generations, distinct counts)
        expected[rows] = expected[0] - lost @ n_types
        np.multiply(lost, 1.0 - lost, out=lost)
        variance[rows] = lost @ n_types
    return expected, np.sqrt(variance)


def bernoulli_bounds(p: float, size: int, *, generations: int) -> tuple[float, float]:
    """Bound the probability that an event of small probability is still alive.

    Args:
        p: Probability of the event, in (0, 1).
        size: Samples M a generation, >= 1.
        generations: k >= 1.

    Returns:
        Lower and upper bound; for small p both are near `survival(M p, k)`, which is the lower one.

    Raises:
        InputError: If a number is out of range.

    Source:
        Suresh et al. (2025), arXiv 2412.17646, theorem on Bernoulli models.
    """
    m, k = as_size(size), int(as_generations(generations))
    if not 0.0 < p < 1.0 or k < 1:
        raise InputError("a probability in (0, 1) and at least one generation are needed")
    lost = math.exp(-m * p * float(rates(k)[-1]))
    return 1.0 - lost, min(1.0, 1.0 - (1.0 - 3.0 * m * p * p - 3.0 * k * p) * lost)


def _as_counts(counts: ArrayLike) -> Floats:
    c = np.asarray(counts, dtype=np.float64)
    if not bool(np.all(np.isfinite(c) & (c >= 0))):
        raise InputError("counts are finite numbers >= 0")
    return c
