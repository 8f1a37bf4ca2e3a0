"""The compiled loop over texts; numba is imported with this module, so import it late."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Tokens = npt.NDArray[np.uint32]
Longs = npt.NDArray[np.int64]


class Rule(NamedTuple):
    """Say which n-grams count; the fields are those of a scheme."""

    whole: bool  # whether the n-gram must be new, instead of its context
    padded: bool
    limit: int
    width: int


@njit(cache=True, nogil=True)
def _at(tokens: Tokens, place: int, start: int) -> np.uint32:
    return tokens[place] if place >= start else np.uint32(0xFFFFFFFF)


@njit(cache=True, nogil=True)
def _same(tokens: Tokens, rule: Rule, places: tuple[int, int, int]) -> bool:
    """Compare what ends at two places of one text."""
    one, other, start = places
    for back in range(0 if rule.whole else 1, rule.width + 1):
        if _at(tokens, one - back, start) != _at(tokens, other - back, start):
            return False
    return True


@njit(cache=True, nogil=True)
def _slot(tokens: Tokens, rule: Rule, place: int, start: int) -> np.uint64:
    state = np.uint64(0x243F6A8885A308D3)
    for back in range(0 if rule.whole else 1, rule.width + 1):
        state = (state ^ np.uint64(_at(tokens, place - back, start))) * np.uint64(0x9E3779B97F4A7C15)
        state ^= state >> np.uint64(29)
    return state


@njit(cache=True, nogil=True)
def gather(tokens: Tokens, starts: Longs, rule: Rule, out: tuple[Tokens, Longs, Longs]) -> int:
    """Write the n-grams that count, where they end, and how many each text has."""
    table, position, n_scored = out
    longest = 1
    for text in range(starts.size - 1):
        longest = max(longest, starts[text + 1] - starts[text])
    bits = 4
    while 1 << bits < 2 * longest:
        bits += 1
    # A slot holds the place of a first occurrence; one before the start of the text is of another text.
    slots = np.full(1 << bits, -1, dtype=np.int32)
    last = (1 << bits) - 1
    k = 0
    for text in range(starts.size - 1):
        start, stop = starts[text], starts[text + 1]
        first = start if rule.padded else start + rule.width
        for place in range(first, stop):
            at = np.int64(_slot(tokens, rule, place, start) & np.uint64(last))
            while slots[at] >= start and not _same(tokens, rule, (slots[at], place, start)):
                at = (at + 1) & last
            if slots[at] >= start:
                continue
            slots[at] = place
            for back in range(rule.width + 1):
                table[k, rule.width - back] = _at(tokens, place - back, start)
            position[k] = place
            k += 1
            n_scored[text] += 1
            if n_scored[text] == rule.limit:
                break
    return k
