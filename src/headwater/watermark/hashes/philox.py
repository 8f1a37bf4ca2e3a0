"""Philox4x32-10 as vLLM's watermark uses it; numba is imported with this module, so import it late."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Tokens = npt.NDArray[np.uint32]

Quad = tuple[np.uint64, np.uint64, np.uint64, np.uint64]
Pair = tuple[np.uint64, np.uint64]

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_CONTEXT = np.uint64(0x574D4358)
_TOKEN = np.uint64(0x574D544B)


@njit(cache=True, nogil=True, inline="always")
def _philox(counter: Quad, key: Pair) -> Quad:
    """Apply ten rounds; every number is below 2**32. Salmon et al. (2011), section 4.2."""
    (c0, c1, c2, c3), (k0, k1) = counter, key
    for _ in range(10):
        wide0, wide1 = c0 * np.uint64(0xD2511F53), c2 * np.uint64(0xCD9E8D57)
        c0, c1, c2, c3 = (wide1 >> _HALF) ^ c1 ^ k0, wide1 & _LOW, (wide0 >> _HALF) ^ c3 ^ k1, wide0 & _LOW
        k0, k1 = (k0 + np.uint64(0x9E3779B9)) & _LOW, (k1 + np.uint64(0xBB67AE85)) & _LOW
    return c0, c1, c2, c3


@njit(cache=True, nogil=True)
def philox(counter: Tokens, key: Tokens) -> Tokens:
    """Give one block, shape (4,), of a counter, shape (4,), and a key, shape (2,)."""
    c, k = counter.astype(np.uint64), key.astype(np.uint64)
    return np.array(_philox((c[0], c[1], c[2], c[3]), (k[0], k[1]))).astype(np.uint32)


@njit(cache=True, nogil=True)
def words(ngrams: Tokens, key: np.uint64) -> Tokens:
    """Give the pseudo-random word of the last token of each n-gram.

    Args:
        ngrams: Shape (n, width + 1); missing context is 0xFFFFFFFF.
        key: 64 bits.

    Returns:
        Shape (n,).
    """
    n, length = ngrams.shape
    width = length - 1
    k0, k1 = key & _LOW, key >> _HALF
    out = np.empty(n, dtype=np.uint32)
    for at in range(n):
        s0, s1, s2, s3 = _CONTEXT, np.uint64(width), np.uint64(0), np.uint64(0)
        for first in range(0, width, 4):
            # A short block is filled with numbers counted down from the largest.
            x0 = np.uint64(ngrams[at, first])
            x1 = np.uint64(ngrams[at, first + 1]) if first + 1 < width else _LOW - np.uint64(1)
            x2 = np.uint64(ngrams[at, first + 2]) if first + 2 < width else _LOW - np.uint64(2)
            x3 = np.uint64(ngrams[at, first + 3]) if first + 3 < width else _LOW - np.uint64(3)
            s0, s1, s2, s3 = _philox((s0 ^ x0, s1 ^ x1, s2 ^ x2, s3 ^ x3), (k0 ^ np.uint64(first), k1))
        token = np.uint64(ngrams[at, width])
        w0, w1, w2, w3 = _philox((token >> np.uint64(2), s0, s1, s2), (k0 ^ s3, k1 ^ _TOKEN))
        lane = token & np.uint64(3)
        out[at] = w0 if lane == 0 else (w1 if lane == 1 else (w2 if lane == 2 else w3))
    return out
