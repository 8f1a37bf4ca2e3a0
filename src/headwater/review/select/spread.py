"""Samples that lie apart: the local pivotal method, and farthest points; compiled, so import it late."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Grid = npt.NDArray[np.int16]
Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

SCALE = 1024
_SURE = 1e-9


def grid(vector: npt.NDArray[np.float32]) -> Grid:
    """Round unit vectors to whole numbers, so that cosines are exact.

    Args:
        vector: Shape (n, d).

    Returns:
        `SCALE` times as long, shape (n, d).
    """
    return np.ascontiguousarray(np.round(vector * SCALE), dtype=np.int16)


@njit(cache=True, nogil=True, inline="always")
def _cosine(one: Grid, other: Grid) -> int:
    total = np.int32(0)
    for d in range(one.size):
        total += np.int32(one[d]) * np.int32(other[d])
    return int(total)


@njit(cache=True, nogil=True)
def _nearest(vector: Grid, open_rows: Places, n_open: int, row: int) -> int:
    """Give the place in `open_rows` of the row most like one, which is not itself."""
    best, found = -(1 << 30), -1
    for place in range(n_open):
        other = open_rows[place]
        if other != row:
            cosine = _cosine(vector[row], vector[other])
            if cosine > best:
                best, found = cosine, place
    return found


@njit(cache=True, nogil=True)
def pivotal(vector: Grid, chance: Floats, coins: Floats) -> Floats:
    """Decide for each row whether it is drawn, near rows seldom both.

    Two near rows meet, and one hands its chance to the other, so that the sum stays; each row is drawn with
    its own chance in the end, and their number is the sum of chances, rounded down or up.

    Args:
        vector: Of `grid`, shape (n, d).
        chance: Of being drawn, in [0, 1], shape (n,).
        coins: Uniform numbers, shape (2 n + 1,).

    Returns:
        0 or 1, shape (n,).

    Source:
        A. Grafström, N. L. P. Lundström and L. Schelin (2012), Biometrics 68: LPM2.
    """
    p = chance.copy()
    rows = np.empty(p.size, dtype=np.int64)
    n_open = 0
    for row in range(p.size):
        if _SURE < p[row] < 1.0 - _SURE:
            rows[n_open] = row
            n_open += 1
    flip = 0
    while n_open > 1:
        here = int(coins[flip] * n_open)
        there = _nearest(vector, rows, n_open, rows[here])
        one, other = rows[here], rows[there]
        total, toss = p[one] + p[other], coins[flip + 1]
        flip += 2
        if total < 1.0:
            first = toss < p[one] / total
            p[one], p[other] = (total, 0.0) if first else (0.0, total)
        else:
            first = toss < (1.0 - p[other]) / (2.0 - total)
            p[one], p[other] = (1.0, total - 1.0) if first else (total - 1.0, 1.0)
        for place in (max(here, there), min(here, there)):
            if not _SURE < p[rows[place]] < 1.0 - _SURE:
                n_open -= 1
                rows[place] = rows[n_open]
    if n_open == 1:
        p[rows[0]] = 1.0 if coins[flip] < p[rows[0]] else 0.0
    return np.round(p)


@njit(cache=True, nogil=True)
def farthest(vector: Grid, taken: Grid, worth: Floats, n: int) -> Places:
    """Take rows one by one, each where worth times distance to all taken is greatest.

    Args:
        vector: Of `grid`, shape (m, d).
        taken: Of `grid`, already there, shape (k, d).
        worth: Factor of the distance, at least 0, shape (m,).
        n: How many rows, at most m.

    Returns:
        Rows, shape (n,); the first is the one of greatest worth when nothing is taken.

    Source:
        T. F. Gonzalez (1985), Theoretical Computer Science 38: within twice the optimum for equal worth.
    """
    gap = np.full(len(vector), np.inf)
    for row in range(len(taken)):
        _approach(vector, taken[row], gap)
    picked = np.empty(n, dtype=np.int64)
    free = np.ones(len(vector), dtype=np.bool_)
    for k in range(n):
        best, found = -1.0, -1
        for row in range(len(vector)):
            if free[row]:
                value = worth[row] * min(gap[row], 2.0)
                if value > best:
                    best, found = value, row
        picked[k] = found
        free[found] = False
        _approach(vector, vector[found], gap)
    return picked


@njit(cache=True, nogil=True)
def _approach(vector: Grid, to: Grid, gap: Floats) -> None:
    for row in range(len(vector)):
        cosine = _cosine(vector[row], to) / (SCALE * SCALE)
        gap[row] = min(gap[row], np.sqrt(max(0.0, 2.0 - 2.0 * cosine)))
