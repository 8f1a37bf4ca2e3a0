"""The compiled loop over texts; numba is imported with this module, so import it late."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Tokens = npt.NDArray[np.uint32]
Longs = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]

_MISSING = np.uint32(0xFFFFFFFF)
# Odd factors of a multiplicative hash, one for each place of an n-gram; the highest bits are used.
_FACTORS = np.array(
    [0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F],
    dtype=np.uint64,
)
MAX_WIDTH = _FACTORS.size - 1


class Rule(NamedTuple):
    """Say which n-grams count; the fields are those of a scheme."""

    whole: bool  # whether the n-gram must be new, instead of its context
    limit: int
    width: int


@njit(cache=True, nogil=True)
def lead(tokens: Tokens, starts: Longs, width: int) -> Tokens:
    """Put `width` missing tokens before every text."""
    out = np.full(tokens.size + width * (starts.size - 1), _MISSING)
    for text in range(starts.size - 1):
        start, stop = starts[text], starts[text + 1]
        ahead = width * (text + 1)
        out[start + ahead : stop + ahead] = tokens[start:stop]
    return out


@njit(cache=True, nogil=True, inline="always")
def _same(tokens: Tokens, rule: Rule, one: int, other: int) -> bool:
    for back in range(0 if rule.whole else 1, rule.width + 1):
        if tokens[one - back] != tokens[other - back]:
            return False
    return True


@njit(cache=True, nogil=True)
def _slot_bits(starts: Longs) -> int:
    bits = 12  # 16 KiB, half of a fast cache: few texts meet what others left
    for text in range(starts.size - 1):
        while 1 << bits < 2 * (starts[text + 1] - starts[text]):
            bits += 1
    return bits


@njit(cache=True, nogil=True)
def _copy(tokens: Tokens, firsts: Places, table: Tokens) -> None:
    for row in range(firsts.size):
        for column in range(table.shape[1]):
            table[row, column] = tokens[firsts[row] + column]


@njit(cache=True, nogil=True)
def gather(tokens: Tokens, starts: Longs, rule: Rule, out: tuple[Tokens, Places, Longs]) -> int:
    """Write the n-grams that count, where they end, and how many each text has."""
    table, position, n_scored = out
    bits = _slot_bits(starts)
    # A slot holds the place of a first occurrence; one before the start of the text is of another text.
    slots = np.full(1 << bits, -1, dtype=np.int32)
    last, shift, width, begin = (1 << bits) - 1, np.uint64(64 - bits), rule.width, 0 if rule.whole else 1
    k = 0
    for text in range(starts.size - 1):
        start, stop, before = starts[text], starts[text + 1], k
        for place in range(start + width, stop):
            state = np.uint64(0)
            for back in range(begin, width + 1):
                state += np.uint64(tokens[place - back]) * _FACTORS[back]
            at = np.intp(state >> shift)
            held = slots[at]
            while held >= start and not _same(tokens, rule, held, place):
                at = (at + 1) & last
                held = slots[at]
            if held < start:
                slots[at] = place
                position[k] = place
                k += 1
                if k - before == rule.limit:
                    break
        n_scored[text] = k - before
    _copy(tokens, position[:k] - np.int32(width), table)
    return k
