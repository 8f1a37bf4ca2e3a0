"""The compiled pass over a text's code points; numba is imported with this module, so import it late."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

_SEED = np.uint64(0xCBF29CE484222325)
_PRIME = np.uint64(0x100000001B3)
_MIX = (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53))
_33 = np.uint64(33)

Longs = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]


@njit(cache=True)
def mix(value: np.uint64) -> np.uint64:
    """Spread a 64-bit number over all bits."""
    value ^= value >> _33
    value *= _MIX[0]
    value ^= value >> _33
    value *= _MIX[1]
    value ^= value >> _33
    return value


@njit(cache=True)
def scan(
    points: npt.NDArray[np.uint32], classes: npt.NDArray[np.uint8], max_chars: int
) -> tuple[Hashes, Longs, Longs]:
    """Find and number the words of a text; see `headwater.measure.tokens` for what a word is."""
    n_most = points.size
    hashes = np.empty(n_most, dtype=np.uint64)
    starts = np.empty(n_most, dtype=np.int64)
    ends = np.empty(n_most, dtype=np.int64)
    n, length, value, before = 0, 0, _SEED, np.uint8(0)
    for i in range(points.size + 1):
        point = points[i] if i < points.size else np.uint32(0)
        kind = classes[point] if point < classes.size else np.uint8(0)
        # A mark goes on with whatever it follows; a letter goes on unless what it follows stands alone.
        if length > 0 and kind != 2 and (kind != 1 or before == 3):
            hashes[n] = mix(value)
            ends[n] = starts[n] + min(length, max_chars)
            n, length = n + 1, 0
        if kind == 0 or (kind == 2 and length == 0):
            continue
        if length == 0:
            starts[n], value, before = i, _SEED, kind
        if length < max_chars:
            value = (value ^ np.uint64(point)) * _PRIME
        length += 1
    return hashes[:n].copy(), starts[:n].copy(), ends[:n].copy()


@njit(cache=True)
def gram_hashes(hashes: Hashes, length: int) -> Hashes:
    """Number the n-grams of a document, shape (max(n - length + 1, 0),)."""
    n = max(hashes.size - length + 1, 0)
    out = np.empty(n, dtype=np.uint64)
    for i in range(n):
        value = _SEED
        for k in range(length):
            value = mix((value ^ hashes[i + k]) * _PRIME)
        out[i] = value
    return out
