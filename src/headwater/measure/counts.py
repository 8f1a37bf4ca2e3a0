"""How often types occur: counts of counts, which is all that most estimators of diversity look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError

Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
# A table of so many entries a number is still counted faster than the numbers are sorted.
_SPREAD = 8


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Hold the counts of counts of a sample.

    Attributes:
        times: Shape (k,), ascending: the counts that occur, each at least 1.
        n_types: Shape (k,): how many types have that count, each at least 1.
    """

    times: Longs
    n_types: Longs

    @property
    def n(self) -> int:
        """Give the sample size in tokens."""
        return int((self.times * self.n_types).sum())

    @property
    def support(self) -> int:
        """Give the number of types seen."""
        return int(self.n_types.sum())

    def types_seen(self, times: int) -> int:
        """Give the number of types seen exactly so many times."""
        place = int(np.searchsorted(self.times, times))
        hit = place < self.times.size and int(self.times[place]) == times
        return int(self.n_types[place]) if hit else 0

    def total(self, term: Callable[[Floats], npt.ArrayLike]) -> float:
        """Sum a function of the count over the types seen."""
        return float((np.asarray(term(self.times.astype(np.float64))) * self.n_types).sum())


def count(tokens: npt.ArrayLike) -> Counts:
    """Count a sample of tokens.

    Args:
        tokens: Shape (n,), n >= 1, integers that name types.

    Returns:
        Its counts of counts.

    Raises:
        InputError: If there are none, or they are no integers.
    """
    sample = np.asarray(tokens)
    if sample.ndim != 1 or sample.size == 0 or sample.dtype.kind not in "iu":
        raise InputError("a sample is one row of integers, at least one")
    return of_counts(np.unique(sample, return_counts=True)[1])


def of_counts(counts: npt.ArrayLike) -> Counts:
    """Count the counts of types.

    Args:
        counts: Shape (n_types,), occurrences of each type, integers of at least 0; zeros are unseen types.

    Returns:
        Its counts of counts.

    Raises:
        InputError: If nothing occurs, or a count is negative or no integer.
    """
    table = np.asarray(counts)
    if table.ndim != 1 or table.dtype.kind not in "iu" or (table.size and table.min() < 0):
        raise InputError("counts are one row of integers of at least 0")
    times, n_types = tally(table[table > 0].astype(np.int64))
    if times.size == 0:
        raise InputError("nothing occurs in the sample", hint="give at least one token")
    return Counts(times, n_types)


def tally(numbers: Longs) -> tuple[Longs, Longs]:
    """List the numbers that occur, and how often.

    Args:
        numbers: Shape (n,), any.

    Returns:
        The numbers, ascending, and their occurrences, both of shape (k,). It costs a sort only where they are
        spread too far to be counted in a table.
    """
    if _dense(numbers):
        table = np.bincount(numbers)
        found = np.flatnonzero(table)
        return found, table[found]
    found, times = np.unique(numbers, return_counts=True)
    return found, times.astype(np.int64)


def places(numbers: Longs) -> Longs:
    """Give each number its place among those that occur.

    Args:
        numbers: Shape (n,), any.

    Returns:
        Shape (n,), from 0; `tally` lists in this order what stands at each place.
    """
    if _dense(numbers):
        return (np.cumsum(np.bincount(numbers) > 0) - 1)[numbers]
    return np.unique(numbers, return_inverse=True)[1].astype(np.int64)


def _dense(numbers: Longs) -> bool:
    return bool(numbers.size) and numbers.min() >= 0 and numbers.max() < _SPREAD * numbers.size


def jackknife_error(counts: Counts, estimator: Callable[[Counts], float]) -> float:
    """Estimate a standard error by leaving out every token once.

    Tokens of types with equal counts are alike, so this costs one evaluation for each count that occurs.

    Args:
        counts: The sample.
        estimator: Any function of counts of counts.

    Returns:
        The standard error for independent tokens; 0 for a sample of one token.

    Source:
        Efron and Stein (1981), "The jackknife estimate of variance".
    """
    if counts.n == 1:
        return 0.0
    values = np.array([estimator(_without(counts, k)) for k in range(counts.times.size)])
    weight = (counts.times * counts.n_types).astype(np.float64)
    centre = np.average(values, weights=weight)
    spread = float((weight * (values - centre) ** 2).sum())
    return float(np.sqrt((counts.n - 1) / counts.n * spread))


def _without(counts: Counts, place: int) -> Counts:
    """Take away one token of a type with the count at a place."""
    times, n_types = counts.times.tolist(), counts.n_types.tolist()
    once = dict(zip(times, n_types, strict=True))
    r = times[place]
    once[r] -= 1
    if r > 1:
        once[r - 1] = once.get(r - 1, 0) + 1
    kept = sorted(item for item in once.items() if item[1])
    return Counts(np.array([t for t, _ in kept]), np.array([n for _, n in kept]))


def rarefied_support(counts: Counts, n: int) -> float:
    """Expect the number of types in a sample of n tokens drawn without replacement.

    Args:
        counts: The sample.
        n: Tokens to draw, in 0..counts.n.

    Returns:
        The expectation; 0 for n = 0, the support for n = counts.n.

    Raises:
        InputError: If n is out of range.

    Source:
        Hurlbert (1971), "The nonconcept of species diversity":
        sum over types of 1 - C(N - x, n) / C(N, n).
    """
    return float(rarefied_supports(counts, np.array([n]))[0])


def rarefied_supports(counts: Counts, sizes: Longs) -> Floats:
    """Expect the number of types in samples of many sizes.

    Args:
        counts: The sample.
        sizes: Shape (m,), tokens to draw, each in 0..counts.n.

    Returns:
        Shape (m,), the expectations, each as `rarefied_support` gives it.

    Raises:
        InputError: If a size is out of range.
    """
    from scipy.special import gammaln

    whole = counts.n
    if sizes.size and not 0 <= sizes.min() <= sizes.max() <= whole:
        worst = int(sizes.min() if sizes.min() < 0 else sizes.max())
        raise InputError(f"no {worst} tokens to draw from {whole}", hint="rarefy both to the smaller sample")
    left = whole - counts.times.astype(np.float64)
    over = left - sizes[:, None]  # (m, k)
    # log of C(N - x, n) / C(N, n)
    one_size = gammaln(whole - sizes + 1.0) - gammaln(whole + 1.0)
    log_miss = gammaln(left + 1) - gammaln(np.maximum(over, 0.0) + 1) + one_size[:, None]
    return np.asarray((counts.n_types * -np.expm1(np.where(over >= 0, log_miss, -np.inf))).sum(axis=1))


def rarefied(counts: Counts, n: int, *, rng: np.random.Generator) -> Counts:
    """Draw n of a sample's tokens without replacement.

    Args:
        counts: The sample.
        n: Tokens to draw, in 1..counts.n.
        rng: Where randomness comes from.

    Returns:
        The counts of the draw.

    Raises:
        InputError: If n is out of range.
    """
    if not 1 <= n <= counts.n:
        raise InputError(f"no {n} tokens to draw from {counts.n}")
    whole = np.repeat(counts.times, counts.n_types)
    return of_counts(rng.multivariate_hypergeometric(whole, n, method="marginals"))
