"""PyTorch's CPU generator and permutation; numba is imported with this module, so import it late.

The generator is MT19937. `randperm` swaps place i with place i + z, z the next word modulo what is
left, so its first g entries are final after g steps.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Words = npt.NDArray[np.uint32]

Lists = tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]  # bits of each row, and which rows are filled

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
def _temper(word: np.uint32) -> np.uint32:
    y = word ^ (word >> np.uint32(11))
    y ^= (y << np.uint32(7)) & np.uint32(0x9D2C5680)
    y ^= (y << np.uint32(15)) & np.uint32(0xEFC60000)
    return y ^ (y >> np.uint32(18))


@njit(cache=True, nogil=True, inline="always")
def _tempered(word: np.uint32) -> np.int64:
    return np.int64(_temper(word))


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
def _seed(seed: int, state: Words) -> None:
    state[:] = _seeded(seed)


@njit(cache=True, nogil=True)
def _mix(here: Words, after: Words, far: Words, out: Words) -> None:
    for i in range(out.size):
        out[i] = _next(here[i], after[i], far[i])


@njit(cache=True, nogil=True)
def _renew(old: Words, new: Words) -> None:
    """Twist into another array, in stretches that do not read what they write, so many words go at once."""
    k = _N - _M
    _mix(old[:k], old[1 : k + 1], old[_M:], new[:k])
    _mix(old[k : 2 * k], old[k + 1 : 2 * k + 1], new[:k], new[k : 2 * k])
    _mix(old[2 * k : _N - 1], old[2 * k + 1 :], new[k : _N - 1 - k], new[2 * k : _N - 1])
    new[_N - 1] = _next(old[_N - 1], new[0], new[_M - 1])


@njit(cache=True, nogil=True)
def _remainders(state: Words, divisors: Words, inverses: Words, out: Words) -> None:
    """Take each word modulo its divisor, by its inverse times 2**32; the quotient may be 1 less."""
    for i in range(out.size):
        word = _temper(state[i])
        quotient = np.uint32((np.uint64(word) * np.uint64(inverses[i])) >> np.uint64(32))
        left = np.uint32(word - quotient * divisors[i])
        out[i] = min(left, np.uint32(left - divisors[i]))  # below 0 it wraps round to a large number


@njit(cache=True, nogil=True)
def _dividing(n: int, n_first: int) -> tuple[Words, Words]:
    """Give what the first words are divided by, n, n - 1 and so on, and the inverses times 2**32."""
    divisors = (n - np.arange(n_first)).astype(np.uint32)
    inverses = np.uint64(1 << 32) // divisors.astype(np.uint64)
    return divisors, np.minimum(inverses, np.uint64(0xFFFFFFFF)).astype(np.uint32)


@njit(cache=True, nogil=True)
def _follow(ahead: Words, start: int, place: np.uint32) -> np.int64:
    """Follow what lies at a place through some swaps; -1 where one brings it to its own place."""
    first = np.uint32(start)
    wanted, met = np.uint32(place - first), np.uint32(0)  # counted from the first swap
    for i in range(ahead.size):
        met += np.uint32(np.uint32(i) + ahead[i] == wanted)
    if met == 0 and wanted >= np.uint32(ahead.size):
        return np.int64(place)
    for i in range(ahead.size):
        here = np.uint32(i)
        there = np.uint32(here + ahead[i])
        if there == wanted:
            return np.int64(-1)
        if here == wanted:
            wanted = there
    return np.int64(wanted) + start


@njit(cache=True, nogil=True)
def each_among_first(seeds: Words, items: Words, n: int, n_first: int) -> npt.NDArray[np.bool_]:
    """Tell for pairs of a seed and an item whether it is among the first, shape (k,).

    The permutation is not laid out: the item alone is followed.
    """
    divisors, inverses = _dividing(n, n_first)
    state, other, ahead = np.empty(_N, np.uint32), np.empty(_N, np.uint32), np.empty(_N, np.uint32)
    out = np.empty(seeds.size, dtype=np.bool_)
    for at in range(seeds.size):
        _seed(seeds[at], state)
        place = np.int64(items[at])
        for start in range(0, n_first, _N):
            _renew(state, other)
            state, other = other, state
            stop = min(n_first, start + _N)
            some = ahead[: stop - start]
            _remainders(state, divisors[start:stop], inverses[start:stop], some)
            place = _follow(some, start, np.uint32(place))
            if place < 0:
                break
        out[at] = place < n_first
    return out


@njit(cache=True, nogil=True)
def fill_rows(
    seeds: Words, rows: npt.NDArray[np.int64], shape: tuple[int, int], bits: npt.NDArray[np.uint8]
) -> None:
    """Set, in the row of each seed, the bits of the first entries of its permutation.

    The swaps are undone from the last on, with a mark in each of the first places: where the marks end up,
    those entries came from. A place is marked until its own swap is undone, as later swaps leave it alone.
    """
    n, n_first = shape
    divisors, inverses = _dividing(n, n_first)
    state, other, ahead = np.empty(_N, np.uint32), np.empty(_N, np.uint32), np.empty(n_first, np.uint32)
    marks = np.zeros((n + 7) // 8 * 8, dtype=np.uint8)
    eights = marks.view(np.uint64)
    for at in range(seeds.size):
        _seed(seeds[at], state)
        for start in range(0, n_first, _N):
            _renew(state, other)
            state, other = other, state
            stop = min(n_first, start + _N)
            _remainders(state, divisors[start:stop], inverses[start:stop], ahead[start:stop])
        marks[:n_first], marks[n_first:] = 1, 0
        for i in range(n_first - 1, -1, -1):
            here = np.uint64(i)
            j = here + np.uint64(ahead[i])
            held = marks[j]
            marks[j] = 1
            marks[here] = held
        row = bits[rows[at]]
        for word in range(row.size):
            # Eight bytes of 0 or 1 become eight bits: the product puts byte k into bit 56 + k.
            row[word] = np.uint8((eights[word] * np.uint64(0x0102040810204080)) >> np.uint64(56))


@njit(cache=True, nogil=True)
def look_up(tokens: Words, ends: npt.NDArray[np.int32], lists: Lists, out: npt.NDArray[np.float64]) -> int:
    """Write 1 where a token's bit is set in the row of the one before it, else 0.

    Returns:
        0, or 1 if a row is not filled, or 2 if a token has no row.
    """
    bits, filled = lists
    found = 0
    for at in range(ends.size):
        place = np.uint64(ends[at])
        item, row = np.uint64(tokens[place]), np.uint64(tokens[place - np.uint64(1)])
        if max(item, row) >= np.uint64(filled.size):
            return 2
        if not filled[row]:
            found = 1
        out[at] = (bits[row, item >> np.uint64(3)] >> (item & np.uint64(7))) & np.uint64(1)
    return found
