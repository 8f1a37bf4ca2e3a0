"""The compiled loop of the multinomial engine; numba is imported with this module, so import it late."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]

LARGEST = 96  # occurrences up to which the offspring law is tabulated
_3, _16, _24, _27, _37, _40, _56 = (np.uint64(n) for n in (3, 16, 24, 27, 37, 40, 56))
_53_BITS = np.uint64(2**53 - 1)
_WIDTH = 256  # offspring tabulated: 96 + 16 standard deviations, beyond the last digit of a double


@lru_cache(maxsize=16)
def tables(factor: float) -> tuple[Floats, Bytes]:
    """Tabulate Poisson laws of mean c * factor for c = 0 .. LARGEST as alias tables.

    Args:
        factor: Mean offspring of one occurrence, in (0, 1].

    Returns:
        For each c and column the probability of staying in it, and the column to go to otherwise,
        each (LARGEST + 1, 256).

    Source:
        Walker (1977), ACM TOMS 3; Vose (1991) for the order in which columns are filled.
    """
    mean = np.arange(LARGEST + 1)[:, None] * factor
    k = np.arange(_WIDTH)
    log_factorial = np.array([math.lgamma(j + 1.0) for j in k])
    with np.errstate(divide="ignore", invalid="ignore"):
        log_p = np.where(mean > 0, k * np.log(mean) - mean - log_factorial, np.where(k == 0, 0.0, -np.inf))
    stay: Floats = np.ones((LARGEST + 1, _WIDTH))
    other: Bytes = np.zeros((LARGEST + 1, _WIDTH), dtype=np.uint8)
    for row in range(LARGEST + 1):
        p = np.exp(log_p[row])
        _alias(p * (_WIDTH / p.sum()), stay[row], other[row])
    return stay, other


@njit(cache=True)
def _alias(scaled: Floats, stay: Floats, other: Bytes) -> None:  # pragma: no cover - compiled
    small, large = np.empty(scaled.size, np.int64), np.empty(scaled.size, np.int64)
    n_small = n_large = 0
    for i in range(scaled.size):
        if scaled[i] < 1.0:
            small[n_small] = i
            n_small += 1
        else:
            large[n_large] = i
            n_large += 1
    while n_small > 0 and n_large > 0:
        n_small -= 1
        low, high = small[n_small], large[n_large - 1]
        stay[low], other[low] = scaled[low], high
        scaled[high] -= 1.0 - scaled[low]
        if scaled[high] < 1.0:
            n_large -= 1
            small[n_small] = high
            n_small += 1


@njit(cache=True)
def _fill(
    counts: Ints, stay: Floats, other: Bytes, seed: Words
) -> tuple[Ints, int]:  # pragma: no cover - compiled
    # A generator costs more to hand over than thousands of its numbers; it seeds xoroshiro128+ instead.
    out = np.empty_like(counts)
    total = 0
    a, b = seed[0], seed[1] | np.uint64(1)
    for i in range(counts.size):
        drawn = a + b
        b ^= a
        a, b = (a << _24 | a >> _40) ^ b ^ (b << _16), b << _37 | b >> _27
        c = min(counts[i], LARGEST)
        # The first byte chooses the column; 53 bits of the others decide whether to stay in it.
        column = np.int64(drawn >> _56)
        kept = np.float64(drawn >> _3 & _53_BITS) * 2.0**-53 < stay[c, column]
        out[i] = column if kept else np.int64(other[c, column])
        total += out[i]
    return out, total


@njit(cache=True)
def _finish(
    types: Ints, counts: Ints, offspring: Ints, gaps: Floats
) -> tuple[Ints, Ints]:  # pragma: no cover - compiled
    # Add the missing tokens at sorted uniform places, and drop the types that have none, in one pass.
    kept, left = np.empty_like(types), np.empty_like(counts)
    unit = counts.sum() / gaps.sum()
    edge, place, j, n = 0.0, gaps[0] * unit, 1, 0
    for i in range(types.size):
        edge += counts[i]
        k = offspring[i]
        while j < gaps.size and (place < edge or i == types.size - 1):
            k += 1
            place += gaps[j] * unit
            j += 1
        kept[n], left[n] = types[i], k
        n += k > 0
    return kept[:n], left[:n]


def draw(types: Ints, counts: Ints, size: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw a multinomial of `size` tokens from the empirical law of counts.

    Independent Poisson counts, given their total, are multinomial. Their mean total is 2.5 standard
    deviations short of the size, and the missing tokens are drawn one by one; a total beyond the
    size, 1 in 160, is drawn again, which leaves the law given the total as it is.

    Args:
        types: Numbers of the types, shape (a,).
        counts: Their occurrences, positive, shape (a,).
        size: Tokens, >= 100, at most the sum of the counts.
        rng: Where randomness comes from.

    Returns:
        Types that occur and their counts, sum `size`.

    Source:
        Blackman and Vigna (2021), "Scrambled linear pseudorandom number generators", xoroshiro128+.
    """
    factor = (size - 2.5 * math.sqrt(size)) / int(counts.sum())
    many = np.flatnonzero(counts > LARGEST)
    means = counts[many] * factor
    missing = -1
    while missing < 0:
        seed = rng.integers(2**64, size=2, dtype=np.uint64)
        offspring, total = _fill(counts, *tables(factor), seed)
        of_many = rng.poisson(means)
        missing = size - int(total) - int(of_many.sum()) + int(offspring[many].sum())
        offspring[many] = of_many
    kept, left = _finish(types, counts, offspring, rng.standard_exponential(missing + 1))
    return kept, left
