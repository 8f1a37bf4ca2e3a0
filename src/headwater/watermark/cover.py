"""Sums over a geometric cover of each text, compiled; numba is imported here, so import this late."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]

SHORTEST = 32
_BLOCK = SHORTEST // 4  # every interval begins and ends at a multiple of it


@njit(cache=True, nogil=True)
def n_levels(n: int) -> int:
    """Count the lengths, 32 times powers of 2, that are shorter than n."""
    levels, length = 0, SHORTEST
    while length < n:
        levels += 1
        length *= 2
    return levels


@njit(cache=True, nogil=True)
def n_intervals(n: int) -> int:
    """Count the intervals that cover n scores: each length at every quarter of it."""
    count, length = 0, SHORTEST
    while length < n:
        count += (n - length) // (length // 4) + 1
        length *= 2
    return count


@njit(cache=True, nogil=True)
def counts(n_scored: Longs) -> Longs:
    """Count the intervals of every text, shape (m,)."""
    out = np.empty_like(n_scored)
    for text in range(n_scored.size):
        out[text] = n_intervals(n_scored[text])
    return out


@njit(cache=True, nogil=True)
def _block_sums(scores: Floats, upto: Floats) -> None:
    upto[0] = 0.0
    for block in range(scores.size // _BLOCK):
        some = scores[block * _BLOCK : (block + 1) * _BLOCK]
        # Two by two, so that no addition waits for seven others.
        low = (some[0] + some[1]) + (some[2] + some[3])
        upto[block + 1] = upto[block] + (low + ((some[4] + some[5]) + (some[6] + some[7])))


@njit(cache=True, nogil=True)
def peaks(scores: Floats, n_scored: Longs, greatest: Floats) -> None:
    """Write the greatest sum of each text and length; -inf if no interval is so long.

    Args:
        scores: Shape (k,), text after text.
        n_scored: Shape (m,), scores of each text.
        greatest: Shape (m, levels), written to.
    """
    upto = np.empty(n_scored.max() // _BLOCK + 1 if n_scored.size else 1)
    first = 0
    for text in range(n_scored.size):
        n = n_scored[text]
        _block_sums(scores[first : first + n], upto)
        first += n
        n_blocks, wide = n // _BLOCK, SHORTEST // _BLOCK
        for level in range(greatest.shape[1]):
            most, stride = -np.inf, wide // 4
            if wide * _BLOCK < n:
                for start in range(0, n_blocks - wide + 1, stride):
                    most = max(most, upto[start + wide] - upto[start])
            greatest[text, level] = most
            wide *= 2


@njit(cache=True, nogil=True)
def intervals(scores: Floats) -> tuple[Longs, Longs, Floats]:
    """List the cover of one text: where intervals begin, their lengths and sums."""
    n = scores.size
    total = n_intervals(n)
    start, length, sums = np.empty(total, np.int64), np.empty(total, np.int64), np.empty(total)
    upto = np.empty(n // _BLOCK + 1)
    _block_sums(scores, upto)
    at, wide = 0, SHORTEST
    while wide < n:
        for begin in range(0, n - wide + 1, wide // 4):
            start[at], length[at] = begin, wide
            sums[at] = upto[(begin + wide) // _BLOCK] - upto[begin // _BLOCK]
            at += 1
        wide *= 2
    return start, length, sums


@njit(cache=True, nogil=True)
def heaviest(scores: Floats, level: float) -> tuple[int, int]:
    """Give the segment whose scores exceed a level by the most (Kadane)."""
    best, best_start, best_stop, run, start = -np.inf, 0, 0, 0.0, 0
    for at in range(scores.size):
        if run <= 0.0:
            run, start = 0.0, at
        run += scores[at] - level
        if run > best:
            best, best_start, best_stop = run, start, at + 1
    return best_start, best_stop
