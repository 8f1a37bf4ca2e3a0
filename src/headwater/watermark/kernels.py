"""The compiled loop over texts; numba is imported with this module, so import it late."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Tokens = npt.NDArray[np.uint32]
Longs = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]
Words = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]

_MISSING = np.uint32(0xFFFFFFFF)
# Odd factors of a multiplicative hash, one for each place of an n-gram; the highest bits are used.
_FACTORS = np.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1], dtype=np.uint32)
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


@njit(cache=True, nogil=True)
def _same(tokens: Tokens, rule: Rule, one: np.int32, other: np.int32) -> bool:
    for back in range(0 if rule.whole else 1, rule.width + 1):
        if tokens[one - back] != tokens[other - back]:
            return False
    return True


@njit(cache=True, nogil=True)
def _hash(tokens: Tokens, rule: Rule, out: Tokens) -> None:
    """Hash what must be new at each place of a text from its first whole context on."""
    out[:] = np.uint32(0)
    for back in range(0 if rule.whole else 1, rule.width + 1):
        factor, some = _FACTORS[back], tokens[rule.width - back : rule.width - back + out.size]
        for at in range(out.size):
            out[at] += some[at] * factor


@njit(cache=True, nogil=True)
def _longest(starts: Longs) -> int:
    longest = 0
    for text in range(starts.size - 1):
        longest = max(longest, starts[text + 1] - starts[text])
    return longest


@njit(cache=True, nogil=True)
def gather(tokens: Tokens, starts: Longs, rule: Rule, out: tuple[Places, Longs]) -> int:
    """Write where the n-grams that count end, and how many each text has."""
    position, n_scored = out
    longest, bits = _longest(starts), 12  # 16 KiB, half of a fast cache: few texts meet what others left
    while 1 << bits < 2 * longest:
        bits += 1
    # A slot holds the place of a first occurrence; one before the start of the text is of another text.
    slots, hashes = np.full(1 << bits, -1, dtype=np.int32), np.empty(longest, dtype=np.uint32)
    last, shift, one, k = np.uint64((1 << bits) - 1), np.uint32(32 - bits), np.uint64(1), np.uint64(0)
    for text in range(starts.size - 1):
        # Places of 32 bits and indices without a sign: a third less time.
        start, stop, before = np.int32(starts[text]), starts[text + 1], k
        first, full = np.int32(start + rule.width), k + np.uint64(rule.limit)
        some = hashes[: max(0, stop - first)]
        _hash(tokens[start:stop], rule, some)
        for ahead in range(some.size):
            place, at = np.int32(first + ahead), np.uint64(some[ahead] >> shift)
            held = slots[at]
            if held >= start:  # rare: what follows stays out of the way of what is new
                while held >= start and not _same(tokens, rule, held, place):
                    at = (at + one) & last
                    held = slots[at]
                if held >= start:
                    continue
            slots[at] = place
            position[k] = place
            k += one
            if k == full:
                break
        n_scored[text] = k - before
    return int(k)


@njit(cache=True, nogil=True)
def lay(tokens: Tokens, ends: Places, table: Tokens) -> None:
    """Write out the n-grams that end at some places, shape (k, width + 1)."""
    length = table.shape[1]
    if length == 4:  # the native width, written out: three times as quick
        for row in range(ends.size):
            first, out = np.uint64(ends[row] - 3), table[row]
            out[0], out[1] = tokens[first], tokens[first + np.uint64(1)]
            out[2], out[3] = tokens[first + np.uint64(2)], tokens[first + np.uint64(3)]
        return
    for row in range(ends.size):
        first, out = np.uint64(ends[row] - (length - 1)), table[row]
        for column in range(length):
            out[column] = tokens[first + np.uint64(column)]


@njit(cache=True, nogil=True)
def _cell(table: Tokens, row: int, shift: np.uint64) -> np.uint64:
    """Hash an n-gram to a cell of a sketch; splitmix64 takes in one token after the other."""
    state = np.uint64(0)
    for column in range(table.shape[1]):
        state += np.uint64(table[row, column]) + np.uint64(0x9E3779B97F4A7C15)
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state ^= state >> np.uint64(31)
    return state >> shift


@njit(cache=True, nogil=True)
def count(table: Tokens, shift: np.uint64, once: Words, again: Words) -> None:
    """Mark the cells of n-grams as met once, or again."""
    for row in range(table.shape[0]):
        cell = _cell(table, row, shift)
        word, bit = cell >> np.uint64(6), np.uint64(1) << (cell & np.uint64(63))
        again[word] |= once[word] & bit
        once[word] |= bit


@njit(cache=True, nogil=True)
def counted(table: Tokens, shift: np.uint64, cells: Words) -> npt.NDArray[np.bool_]:
    """Tell which n-grams have a marked cell, shape (k,)."""
    out = np.empty(table.shape[0], dtype=np.bool_)
    for row in range(table.shape[0]):
        cell = _cell(table, row, shift)
        out[row] = (cells[cell >> np.uint64(6)] >> (cell & np.uint64(63))) & np.uint64(1)
    return out


@njit(cache=True, nogil=True)
def after(contexts: Tokens, tokens: Tokens, starts: Longs) -> Tokens:
    """Lay out the n-grams that tokens would end, context by context."""
    width = contexts.shape[1]
    out = np.empty((tokens.size, width + 1), dtype=np.uint32)
    for text in range(starts.size - 1):
        context = contexts[text]
        if width == 3:  # the native width, written out: four times as quick
            one, two, three = context[0], context[1], context[2]
            for row in range(starts[text], starts[text + 1]):
                out[row, 0], out[row, 1], out[row, 2], out[row, 3] = one, two, three, tokens[row]
            continue
        for row in range(starts[text], starts[text + 1]):
            for column in range(width):
                out[row, column] = context[column]
            out[row, width] = tokens[row]
    return out


@njit(cache=True, nogil=True)
def latest(uniforms: Floats, chances: Floats, starts: Longs) -> Longs:
    """Find the first greatest ln(u) / chance of each part, counted from its start."""
    out = np.zeros(starts.size - 1, dtype=np.int64)
    for part in range(out.size):
        start, best = starts[part], -np.inf
        for at in range(start, starts[part + 1]):
            # ln(u) <= u - 1 spares nearly all logarithms; the factor is more than rounding can err.
            if uniforms[at] - 1.0 > best * chances[at] * (1.0 + 1e-9):
                time = np.log(uniforms[at]) / chances[at]
                if time > best:
                    best, out[part] = time, at - start
    return out


@njit(cache=True, nogil=True)
def drawn(chances: Floats, starts: Longs, uniforms: Floats) -> Longs:
    """Draw from each part by one uniform number, counted from its start."""
    out = np.empty(starts.size - 1, dtype=np.int64)
    for part in range(out.size):
        start, stop = starts[part], starts[part + 1]
        total = 0.0
        for at in range(start, stop):
            total += chances[at]
        wanted, upto, at = uniforms[part] * total, chances[start], start
        while upto <= wanted and at < stop - 1:
            at += 1
            upto += chances[at]
        out[part] = at - start
    return out
