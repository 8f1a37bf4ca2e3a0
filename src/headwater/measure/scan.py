"""The compiled pass over a text's code points; numba is imported with this module, so import it late."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

_SEED = np.uint64(0xCBF29CE484222325)
_PRIME = np.uint64(0x100000001B3)
_MIX = (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53))
_33 = np.uint64(33)
_MOST_HASHED = 4096  # numbers that may meet in one slot, by malice; more are sorted

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
    """Find and number the words of a text, as `measure.tokens` defines them."""
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
def document_keys(hashes: Hashes, bounds: Longs) -> Hashes:
    """Number every document by its words, which are bounds[i]:bounds[i + 1]."""
    out = np.empty(bounds.size - 1, dtype=np.uint64)
    for i in range(out.size):
        value = _SEED
        for k in range(bounds[i], bounds[i + 1]):
            value = mix((value ^ hashes[k]) * _PRIME)
        out[i] = value
    return out


@njit(cache=True)
def extend(grams: Hashes, hashes: Hashes, bounds: Longs, length: int) -> Hashes:
    """Number the n-grams of documents from those one word shorter.

    A document of m words has max(m - length + 2, 0) numbers in `grams` and one fewer in the result.
    """
    out = np.empty(grams.size, dtype=np.uint64)
    n, place = 0, 0
    for i in range(bounds.size - 1):
        n_shorter = max(bounds[i + 1] - bounds[i] - length + 2, 0)
        for k in range(n_shorter - 1):
            out[n] = mix((grams[place + k] * _PRIME) ^ hashes[bounds[i] + k + length - 1])
            n += 1
        place += n_shorter
    return out[:n].copy()


@njit(cache=True)
def n_repeated(grams: Hashes, bounds: Longs, length: int) -> int:
    """Count the n-grams that their document has used before."""
    n, place = 0, 0
    slots = np.empty(2 * _MOST_HASHED, dtype=np.uint64)
    for i in range(bounds.size - 1):
        n_grams = max(bounds[i + 1] - bounds[i] - length + 1, 0)
        own = grams[place : place + n_grams]
        if n_grams <= _MOST_HASHED:
            n += _n_again(own, slots)
        else:
            ordered = np.sort(own)
            n += (ordered[1:] == ordered[:-1]).sum()
        place += n_grams
    return n


@njit(cache=True)
def _n_again(grams: Hashes, slots: Hashes) -> int:
    """Count the numbers that stood before, by a table in `slots`, which has room for twice as many."""
    n_slots = 16
    while n_slots < 2 * grams.size:
        n_slots *= 2
    # A slot that holds 0 is empty, so that zeros are counted apart.
    slots[:n_slots] = 0
    n, n_zeros, mask = 0, 0, np.uint64(n_slots - 1)
    for gram in grams:
        if gram == 0:
            n_zeros += 1
            continue
        at = gram & mask
        while slots[at] != 0 and slots[at] != gram:
            at = (at + np.uint64(1)) & mask
        n += slots[at] == gram
        slots[at] = gram
    return n + max(0, n_zeros - 1)
