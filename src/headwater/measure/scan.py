"""The compiled pass over a text's code points; numba is imported with this module, so import it late."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit, types

_SEED = np.uint64(0xCBF29CE484222325)
_PRIME = np.uint64(0x100000001B3)
_MIX = (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53))
_33 = np.uint64(33)
_MOST_HASHED = 4096  # numbers that may meet in one slot, by malice; more are sorted

Longs = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

# Signatures are written out, so that all is loaded with this module and processes forked from one that has
# imported it start at once.
_POINTS, _BYTES, _HASHES, _LONGS = (
    types.Array(number, 1, "C", readonly=True)
    for number in (types.uint32, types.uint8, types.uint64, types.int64)
)


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
def _kind(point: np.uint32, classes: npt.NDArray[np.uint8]) -> np.uint8:
    return classes[point] if point < classes.size else np.uint8(0)


@njit([(_POINTS, _BYTES, types.int64)], cache=True)
def scan(
    points: npt.NDArray[np.uint32], classes: npt.NDArray[np.uint8], max_chars: int
) -> tuple[Hashes, Longs, Longs]:
    """Find and number the words of a text, as `measure.tokens` defines them."""
    hashes = np.empty(points.size, dtype=np.uint64)
    starts = np.empty(points.size, dtype=np.int64)
    ends = np.empty(points.size, dtype=np.int64)
    n, i = 0, 0
    while i < points.size:
        first = _kind(points[i], classes)
        start, value = i, (_SEED ^ np.uint64(points[i])) * _PRIME
        i += 1
        if first in (0, 2):
            continue
        while i < points.size:
            kind = _kind(points[i], classes)
            # A mark goes on with whatever it follows; a letter goes on unless what it follows stands alone.
            if kind != 2 and (kind != 1 or first == 3):
                break
            if i - start < max_chars:
                value = (value ^ np.uint64(points[i])) * _PRIME
            i += 1
        hashes[n], starts[n], ends[n] = mix(value), start, min(i, start + max_chars)
        n += 1
    # Pages beyond the last word were never touched, so that views hold no more memory than copies.
    return hashes[:n], starts[:n], ends[:n]


@njit([(_HASHES, _LONGS)], cache=True)
def document_keys(hashes: Hashes, bounds: Longs) -> Hashes:
    """Number every document by its words, which are bounds[i]:bounds[i + 1]."""
    out = np.empty(bounds.size - 1, dtype=np.uint64)
    for i in range(out.size):
        value = _SEED
        for k in range(bounds[i], bounds[i + 1]):
            value = mix((value ^ hashes[k]) * _PRIME)
        out[i] = value
    return out


@njit([(_HASHES, _HASHES, _LONGS, types.int64)], cache=True)
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
    return out[:n]


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


@njit([(_HASHES, _LONGS, types.int64)], cache=True)
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
