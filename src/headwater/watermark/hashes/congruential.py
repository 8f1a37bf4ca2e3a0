"""The linear congruential hash of SynthID-Text; numba is imported with this module, so import it late."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Tokens = npt.NDArray[np.uint32]

_FACTOR = 6364136223846793005
_STRETCH = 1024  # tokens at a time


@njit(cache=True, nogil=True)
def table_bits(ngrams: Tokens, layers: Tokens) -> Tokens:
    """Look up the bits of all layers, packed, of the 16 bits of state that matter.

    Args:
        ngrams: Shape (n, length).
        layers: Shape (65536,), the packed bits after each state, from `layer_table`.

    Returns:
        Shape (n,).
    """
    n, length = ngrams.shape
    out = np.empty(n, dtype=np.uint32)
    factor, one, low = np.uint32(_FACTOR & 0xFFFF), np.uint32(1), np.uint32(0xFFFF)
    for at in range(n):
        state = one
        for place in range(length):
            state = ((state + ngrams[at, place]) * factor + one) & low
        out[at] = layers[state]
    return out


@njit(cache=True, nogil=True)
def ones_at(
    tokens: Tokens, ends: npt.NDArray[np.int32], length: int, ones: npt.NDArray[np.uint8]
) -> npt.NDArray[np.float64]:
    """Look up a number for the state after each n-gram, as they lie in a text.

    The state is linear in the tokens, so it is computed for a stretch of text at a time, n-grams that do
    not count among them: many go at once.

    Args:
        tokens: Shape (n,).
        ends: Shape (k,), where n-grams end, rising.
        length: Of an n-gram.
        ones: Shape (65536,), by state.

    Returns:
        Shape (k,).
    """
    factor, constant, power = np.uint32(_FACTOR & 0xFFFF), np.uint32(0), np.uint32(1)
    for _ in range(length):
        constant, power = constant + power, power * factor
    constant += power
    states, out, at = np.empty(_STRETCH, dtype=np.uint32), np.empty(ends.size), np.int64(0)
    while at < ends.size:
        first = ends[at]
        some = states[: min(_STRETCH, tokens.size - first)]
        some[:] = constant
        power = np.uint32(1)
        for back in range(length):
            power *= factor
            lagged = tokens[first - back : first - back + some.size]
            for i in range(some.size):
                some[i] += lagged[i] * power
        begin, stop = np.uint64(first), at + np.searchsorted(ends[at : at + some.size], first + some.size)
        for i in range(at, stop):
            out[i] = ones[np.uint64(some[np.uint64(ends[i]) - begin] & np.uint32(0xFFFF))]
        at = stop
    return out


def layer_table(keys: npt.NDArray[np.int64], table: npt.NDArray[np.uint8]) -> Tokens:
    """Lay out the packed bits of all layers after each 16-bit state.

    The hash is taken modulo 65536, and sums and products keep their low bits to themselves, so only
    the low 16 bits of tokens, keys and state count.

    Args:
        keys: Shape (depth,), depth at most 32.
        table: Shape (65536,), zeros and ones.

    Returns:
        Shape (65536,).
    """
    state = np.arange(65536, dtype=np.uint64)
    packed = np.zeros(65536, dtype=np.uint32)
    for layer, key in enumerate(keys.astype(np.uint64)):
        place = ((state + key) * np.uint64(_FACTOR) + np.uint64(1)) & np.uint64(0xFFFF)
        packed |= table[place].astype(np.uint32) << np.uint32(layer)
    return packed


@njit(cache=True, nogil=True)
def long_bits(ngrams: Tokens, keys: npt.NDArray[np.uint64], start: int) -> Tokens:
    """Compute the bits of all layers, packed, with twelve more rounds for each layer.

    Args:
        ngrams: Shape (n, length).
        keys: Shape (depth,), depth at most 32.
        start: State before the first token, 63 bits.

    Returns:
        Shape (n,).
    """
    n, length = ngrams.shape
    factor, one = np.uint64(_FACTOR), np.uint64(1)
    out = np.empty(n, dtype=np.uint32)
    for at in range(n):
        state = np.uint64(start)
        for place in range(length):
            state = (state + np.uint64(ngrams[at, place])) * factor + one
        packed = np.uint32(0)
        for layer in range(keys.size):
            x = np.int64((state + keys[layer]) * factor + one)
            for _ in range(12):
                x = np.int64((np.uint64(x) + one) * factor + one) >> np.int64(5)  # the sign comes along
            packed |= np.uint32((x >> np.int64(30)) & np.int64(1)) << np.uint32(layer)
        out[at] = packed
    return out
