"""MurmurHash3 x86-32 as SGLang's watermark uses it, vectorised."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Tokens = npt.NDArray[np.uint32]


def _rotate(words: Tokens, bits: int) -> Tokens:
    return (words << np.uint32(bits)) | (words >> np.uint32(32 - bits))


def mix(state: Tokens, word: Tokens) -> Tokens:
    """Take one word into the state: the body of the hash."""
    mixed = _rotate(word * np.uint32(0xCC9E2D51), 15) * np.uint32(0x1B873593)
    return _rotate(state ^ mixed, 13) * np.uint32(5) + np.uint32(0xE6546B64)


def finish(state: Tokens) -> Tokens:
    """Spread every bit over the word: the end of the hash."""
    state = (state ^ (state >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    state = (state ^ (state >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return state ^ (state >> np.uint32(16))


def _contexts(ngrams: Tokens) -> Tokens:
    """Hash the contexts, without a key."""
    width = ngrams.shape[1] - 1
    state = np.zeros(len(ngrams), dtype=np.uint32)
    for at in range(width):
        state = mix(state, ngrams[:, at])
    return finish(state ^ np.uint32(4 * width))


def _keyed(n: int, keys: Sequence[int]) -> Tokens:
    state = np.zeros(n, dtype=np.uint32)
    for key in keys:
        state = mix(mix(state, np.full(n, key & 0xFFFFFFFF, np.uint32)), np.full(n, key >> 32, np.uint32))
    return state


def words(ngrams: Tokens, key: int) -> Tokens:
    """Give the pseudo-random word of the last token of each n-gram.

    Args:
        ngrams: Shape (n, width + 1).
        key: 64 bits.

    Returns:
        Shape (n,).
    """
    state = mix(_keyed(len(ngrams), [key]), _contexts(ngrams))
    return finish(mix(state, ngrams[:, -1]) ^ np.uint32(16))


def coin(ngrams: Tokens, keys: Sequence[int]) -> Tokens:
    """Give the word that says which of two keys marks after each context.

    Args:
        ngrams: Shape (n, width + 1); the last token does not count.
        keys: Two of 64 bits.

    Returns:
        Shape (n,).
    """
    return finish(mix(_keyed(len(ngrams), keys), _contexts(ngrams)) ^ np.uint32(20))
