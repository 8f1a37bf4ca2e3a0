"""The compiled loops of the Kneser-Ney model; numba is imported with this module, so import it late."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


class Tables(NamedTuple):
    """Hold the arrays of a model as the kernels read them, as `model` derives them."""

    word: Ints
    suffix: Ints
    first: Ints
    upto: npt.NDArray[np.int64]
    gamma: Floats
    discount: Floats
    unigram: Ints
    order: int
    escape: float


@njit(cache=True)
def find(t: Tables, node: int, word: int) -> int:
    """Find the child of a node by its word; -1 when there is none."""
    if node == 0:
        return int(t.unigram[word])
    low, high = t.first[node], t.first[node + 1]
    while low < high:
        middle = (low + high) >> 1
        if t.word[middle] < word:
            low = middle + 1
        else:
            high = middle
    return low if low < t.first[node + 1] and t.word[low] == word else -1


@njit(cache=True)
def advance(t: Tables, node: int, depth: int, word: int) -> tuple[int, int]:
    """Find the longest context known after one more word, and its depth."""
    while True:
        child = find(t, node, word)
        if child >= 0:
            return (child, depth + 1) if depth + 1 < t.order else (t.suffix[child], depth)
        if node == 0:
            return 0, 0
        node = t.suffix[node]
        depth -= 1


@njit(cache=True)
def locate(t: Tables, tokens: Ints) -> tuple[int, int]:
    """Find the longest known context that ends a stream, and its depth."""
    node, depth = 0, 0
    for token in tokens:
        node, depth = advance(t, node, depth, token)
    return node, depth


@njit(cache=True)
def step(t: Tables, node: int, depth: int, word: int) -> tuple[float, int, int]:
    """Give the chance of a word after a context, and the context after it."""
    chance, share = 0.0, 1.0
    after, after_depth = -1, 0
    while True:
        child = find(t, node, word)
        if node == 0:
            chance += share * t.escape / t.unigram.size
            share *= 1.0 - t.escape
        if child >= 0:
            count = t.upto[child + 1] - t.upto[child]
            total = t.upto[t.first[node + 1]] - t.upto[t.first[node]]
            chance += share * (count - t.discount[depth + 1, min(count, 3)]) / total
            if after < 0:
                after, after_depth = (child, depth + 1) if depth + 1 < t.order else (t.suffix[child], depth)
        if node == 0:
            return chance, max(after, 0), after_depth
        share *= t.gamma[node]
        node = t.suffix[node]
        depth -= 1


@njit(cache=True)
def score(t: Tables, tokens: Ints, skip: int) -> Floats:
    """Score tokens from left to right; the first `skip` are context only."""
    out = np.empty(tokens.size - skip)
    node, depth = locate(t, tokens[:skip])
    for i in range(skip, tokens.size):
        chance, node, depth = step(t, node, depth, tokens[i])
        out[i - skip] = np.log(chance)
    return out


@njit(cache=True)
def draw(t: Tables, node: int, depth: int, rng: np.random.Generator) -> tuple[int, int, int]:
    """Draw a word: the word, its node or -1, and the depth it was found at.

    One number picks an occurrence, and the first D of a word's c occurrences send the draw to the
    next shorter context, which is what interpolation with absolute discounts says.
    """
    while True:
        low, high = t.first[node], t.first[node + 1]
        if node == 0 and t.escape > 0.0 and rng.random() < t.escape:
            return min(int(rng.random() * t.unigram.size), t.unigram.size - 1), -1, 0
        if low < high:
            start = t.upto[low]
            place = rng.random() * (t.upto[high] - start)
            while high - low > 1:
                middle = (low + high) >> 1
                if t.upto[middle] - start <= place:
                    low = middle
                else:
                    high = middle
            count = t.upto[low + 1] - t.upto[low]
            if place - (t.upto[low] - start) >= t.discount[depth + 1, min(count, 3)]:
                return t.word[low], low, depth
        node = t.suffix[node]
        depth -= 1


@njit(cache=True)
def sample(t: Tables, context: Ints, n: int, rng: np.random.Generator) -> Ints:
    """Draw a stream that goes on after a context."""
    out = np.empty(n, dtype=np.int32)
    node, depth = locate(t, context)
    for i in range(n):
        word, child, found = draw(t, node, depth, rng)
        out[i] = word
        if child >= 0 and found == depth:
            node, depth = (child, depth + 1) if depth + 1 < t.order else (t.suffix[child], depth)
        else:
            node, depth = advance(t, node, depth, word)
    return out


@njit(cache=True)
def distribution(t: Tables, node: int, depth: int) -> Floats:
    """Lay out the whole distribution after a context, shape (n_types,)."""
    chain = np.empty(depth + 1, dtype=np.int64)
    for level in range(depth, -1, -1):
        chain[level] = node
        node = t.suffix[node]
    out = np.zeros(t.unigram.size)
    for level in range(depth + 1):
        node = chain[level]
        low, high = t.first[node], t.first[node + 1]
        out *= t.gamma[node] if level > 0 else 0.0
        for child in range(low, high):
            count = t.upto[child + 1] - t.upto[child]
            left = count - t.discount[level + 1, min(count, 3)]
            out[t.word[child]] += left / (t.upto[high] - t.upto[low])
        if level == 0:
            out *= 1.0 - t.escape
            out += t.escape / t.unigram.size
    return out
