"""PyTorch's CPU generator and permutation; numba is imported with this module, so import it late.

The generator is MT19937. `randperm` swaps place i with place i + z, z the next word modulo what is
left, so its first g entries are final after g steps.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Words = npt.NDArray[np.uint32]

_N, _M = 624, 397


@njit(cache=True, nogil=True)
def _seeded(seed: int) -> Words:
    state = np.empty(_N, dtype=np.uint32)
    word = np.uint64(seed) & np.uint64(0xFFFFFFFF)
    state[0] = np.uint32(word)
    for i in range(1, _N):
        word = (np.uint64(1812433253) * (word ^ (word >> np.uint64(30))) + np.uint64(i)) & np.uint64(
            0xFFFFFFFF
        )
        state[i] = np.uint32(word)
    return state


@njit(cache=True, nogil=True, inline="always")
def _next(here: np.uint32, after: np.uint32, far: np.uint32) -> np.uint32:
    mixed = (here & np.uint32(0x80000000)) | (after & np.uint32(0x7FFFFFFF))
    return far ^ (mixed >> np.uint32(1)) ^ (np.uint32(0x9908B0DF) * (mixed & np.uint32(1)))


@njit(cache=True, nogil=True)
def _twist(state: Words) -> None:
    for i in range(_N - _M):
        state[i] = _next(state[i], state[i + 1], state[i + _M])
    for i in range(_N - _M, _N - 1):
        state[i] = _next(state[i], state[i + 1], state[i + _M - _N])
    state[_N - 1] = _next(state[_N - 1], state[0], state[_M - 1])


@njit(cache=True, nogil=True, inline="always")
def _tempered(word: np.uint32) -> np.int64:
    y = word ^ (word >> np.uint32(11))
    y ^= (y << np.uint32(7)) & np.uint32(0x9D2C5680)
    y ^= (y << np.uint32(15)) & np.uint32(0xEFC60000)
    return np.int64(y ^ (y >> np.uint32(18)))


@njit(cache=True, nogil=True)
def draws(seed: int, n: int) -> npt.NDArray[np.int64]:
    """Give the first n words of the generator, shape (n,), each below 2**32."""
    state, out = _seeded(seed), np.empty(n, dtype=np.int64)
    for i in range(n):
        if i % _N == 0:
            _twist(state)
        out[i] = _tempered(state[i % _N])
    return out


@njit(cache=True, nogil=True)
def _shuffle(seed: int, items: npt.NDArray[np.int32], n_first: int) -> None:
    """Permute items in place as far as the first entries need it."""
    state, n, used = _seeded(seed), items.size, _N
    for i in range(min(n_first, n - 1)):
        if used == _N:
            _twist(state)
            used = 0
        # Without signs the remainder is one division.
        j = i + np.int64(np.uint64(_tempered(state[used])) % np.uint64(n - i))
        used += 1
        items[i], items[j] = items[j], items[i]


@njit(cache=True, nogil=True)
def permutation(seed: int, n: int, n_first: int) -> npt.NDArray[np.int32]:
    """Give the first entries of `torch.randperm(n)` on a CPU, shape (n_first,)."""
    items = np.arange(n).astype(np.int32)
    _shuffle(seed, items, n_first)
    return items[:n_first]


@njit(cache=True, nogil=True)
def among_first(seed: int, n: int, n_first: int, item: int) -> bool:
    """Tell whether an item is among the first entries, without laying them out."""
    state, place = _seeded(seed), np.int64(item)
    for i in range(min(n_first, n - 1)):
        if i % _N == 0:
            _twist(state)
        j = i + _tempered(state[i % _N]) % (n - i)
        if j == place:
            return True
        if i == place:
            place = j
    return bool(place < n_first)


@njit(cache=True, nogil=True)
def each_among_first(seeds: Words, items: Words, n: int, n_first: int) -> npt.NDArray[np.bool_]:
    """Do so for pairs of a seed and an item, shape (k,)."""
    out = np.empty(seeds.size, dtype=np.bool_)
    for at in range(seeds.size):
        out[at] = among_first(seeds[at], n, n_first, items[at])
    return out


@njit(cache=True, nogil=True)
def fill_rows(
    seeds: Words, rows: npt.NDArray[np.int64], shape: tuple[int, int], bits: npt.NDArray[np.uint8]
) -> None:
    """Set, in the row of each seed, the bits of the first entries of its permutation."""
    n, n_first = shape
    in_order = np.arange(n).astype(np.int32)
    items = np.empty(n, dtype=np.int32)
    for at in range(seeds.size):
        items[:] = in_order
        _shuffle(seeds[at], items, n_first)
        row = bits[rows[at]]
        for item in items[:n_first]:
            row[item >> 3] |= np.uint8(1 << (item & 7))


@njit(cache=True, nogil=True)
def look_up(
    bits: npt.NDArray[np.uint8], rows: npt.NDArray[np.int64], items: Words
) -> npt.NDArray[np.float64]:
    """Give 1 where an item's bit is set in its row, else 0, shape (k,)."""
    out = np.empty(items.size)
    for at in range(items.size):
        item = np.int64(items[at])
        out[at] = (bits[rows[at], item >> 3] >> (item & 7)) & 1
    return out
