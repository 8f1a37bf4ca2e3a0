"""The compiled loops of the Kneser-Ney model; numba is imported with this module, so import it late.

They stand in one file because numba's cache sees changes of a function's own file only.

A power of at least 1 (a temperature of at most 1) is reached by rejection from the model's law. A power s
below 1 flattens, and (x + y + ...)^s <= x^s + y^s + ..., so the orders of the interpolation, each to the
power s, make a proposal that exceeds the wanted law little.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


# Draws that rejection may waste on one token before the whole law is laid out.
_PATIENCE = 256


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


class Bend(NamedTuple):
    """Say how a sampler bends the model's law."""

    power: float  # 1 / temperature
    top_p: float
    bound: Floats  # an upper bound of the probabilities after each node; for powers of at least 1
    heat: Floats  # running sums over nodes of a child's own share to the power; for powers below 1
    least: Floats  # the least probability kept after each node; NaN until it is known
    context: Ints  # what stands before the stream


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
def chances(t: Tables) -> Floats:
    """Give each node's chance after the n-gram it extends, shape (n_nodes,)."""
    out = np.empty(t.word.size)
    for parent in range(t.gamma.size):
        low, high = t.first[parent], t.first[parent + 1]
        total = t.upto[high] - t.upto[low]
        for node in range(low, high):
            count = t.upto[node + 1] - t.upto[node]
            if parent == 0:
                out[node] = (1.0 - t.escape) * count / total + t.escape / t.unigram.size
                continue
            depth, shorter = 1, t.suffix[parent]
            while shorter > 0:
                depth, shorter = depth + 1, t.suffix[shorter]
            # A suffix stands on an earlier level, so its chance is known.
            own = (count - t.discount[depth + 1, min(count, 3)]) / total
            out[node] = own + t.gamma[parent] * out[t.suffix[node]]
    return out


@njit(cache=True)
def score_known(t: Tables, chance: Floats, tokens: Ints) -> Floats:
    """Score as `score` does, with all nodes' chances known: one search a token."""
    out = np.empty(tokens.size)
    node, depth = 0, 0
    for i in range(tokens.size):
        share, child = 1.0, find(t, node, tokens[i])
        while child < 0 and node > 0:
            share *= t.gamma[node]
            node, depth = t.suffix[node], depth - 1
            child = find(t, node, tokens[i])
        if child < 0:
            out[i], node, depth = np.log(share * t.escape / t.unigram.size), 0, 0
            continue
        out[i] = np.log(share * chance[child])
        node, depth = (child, depth + 1) if depth + 1 < t.order else (t.suffix[child], depth)
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


@njit(cache=True)
def bounds(t: Tables) -> Floats:
    """Bound the greatest probability after each context, from short to long."""
    out = np.ones(t.gamma.size)
    depth, level_end = 0, 1
    for node in range(t.gamma.size):
        if node == level_end:
            depth, level_end = depth + 1, t.first[node]
        low, high = t.first[node], t.first[node + 1]
        most = 0.0
        for child in range(low, high):
            count = t.upto[child + 1] - t.upto[child]
            most = max(most, count - t.discount[depth + 1, min(count, 3)])
        if high > low:
            most /= t.upto[high] - t.upto[low]
        if node == 0:
            out[node] = most * (1.0 - t.escape) + t.escape / t.unigram.size
        else:
            out[node] = most + t.gamma[node] * out[t.suffix[node]]
    return out


@njit(cache=True)
def heats(t: Tables, power: float) -> Floats:
    """Sum every child's discounted share to a power, from node to node."""
    out = np.zeros(t.upto.size)
    depth, level_end = 0, 1
    for node in range(t.gamma.size):
        if node == level_end:
            depth, level_end = depth + 1, t.first[node]
        low, high = t.first[node], t.first[node + 1]
        for child in range(low, high):
            count = t.upto[child + 1] - t.upto[child]
            left = max(0.0, count - t.discount[depth + 1, min(count, 3)])
            out[child + 1] = (left / (t.upto[high] - t.upto[low])) ** power
    return np.cumsum(out)


@njit(cache=True)
def least_kept(law: Floats, power: float, top_p: float) -> float:
    """Find the probability of the last word of a nucleus, without a sort."""
    kept = law[law > 0.0]
    wanted = top_p * np.sum(kept**power)
    while True:
        pivot = kept[kept.size // 2]
        above = kept[kept > pivot]
        mass = np.sum(above**power)
        equal = np.sum(kept == pivot) * pivot**power
        if above.size and mass >= wanted:
            kept = above
        elif mass + equal >= wanted:
            return float(pivot)
        else:
            below = kept[kept < pivot]
            if below.size == 0:  # rounding left the whole a hair short
                return float(pivot)
            wanted -= mass + equal
            kept = below


@njit(cache=True)
def _pick(law: Floats, power: float, least: float, rng: np.random.Generator) -> int:
    """Draw from a laid-out law, bent and cut."""
    weight = np.where(law >= least, law, 0.0) ** power
    upto = np.cumsum(weight)
    return min(int(np.searchsorted(upto, rng.random() * upto[-1], side="right")), law.size - 1)


@njit(cache=True)
def _offers(t: Tables, bend: Bend, node: int, depth: int) -> Floats:
    """Weigh the orders of the interpolation and, last, the uniform law."""
    out = np.empty(depth + 2)
    share = 1.0
    for level in range(depth, -1, -1):
        if level == 0:
            out[depth + 1] = t.unigram.size * (share * t.escape / t.unigram.size) ** bend.power
            share *= 1.0 - t.escape
        heat = bend.heat[t.first[node + 1]] - bend.heat[t.first[node]]
        out[level] = heat * share**bend.power
        if level > 0:
            share *= t.gamma[node]
            node = t.suffix[node]
    return out


@njit(cache=True)
def _proposal(t: Tables, bend: Bend, state: tuple[int, int], word: int) -> float:
    """Sum what every order offers for a word."""
    node, depth = state
    offered, share = 0.0, 1.0
    for level in range(depth, -1, -1):
        if level == 0:
            offered += (share * t.escape / t.unigram.size) ** bend.power
            share *= 1.0 - t.escape
        child = find(t, node, word)
        if child >= 0:
            offered += (bend.heat[child + 1] - bend.heat[child]) * share**bend.power
        if level > 0:
            share *= t.gamma[node]
            node = t.suffix[node]
    return offered


@njit(cache=True)
def _draw_hot(t: Tables, bend: Bend, state: tuple[int, int], rng: np.random.Generator) -> int:
    """Draw a word from the proposal."""
    node, depth = state
    upto = np.cumsum(_offers(t, bend, node, depth))
    level = min(int(np.searchsorted(upto, rng.random() * upto[-1], side="right")), depth + 1)
    if level == depth + 1:
        return min(int(rng.random() * t.unigram.size), t.unigram.size - 1)
    for _ in range(depth - level):
        node = t.suffix[node]
    low, high = t.first[node], t.first[node + 1]
    place = bend.heat[low] + rng.random() * (bend.heat[high] - bend.heat[low])
    found = low + int(np.searchsorted(bend.heat[low : high + 1], place, side="right")) - 1
    return int(t.word[min(found, high - 1)])


@njit(cache=True)
def _draw_bent(t: Tables, bend: Bend, state: tuple[int, int], rng: np.random.Generator) -> int:
    """Draw a word from the bent law by rejection, or from the whole law."""
    node, depth = state
    if bend.top_p < 1.0 and np.isnan(bend.least[node]):
        bend.least[node] = least_kept(distribution(t, node, depth), bend.power, bend.top_p)
    # A hair of slack, as two ways to one probability may round differently.
    least = bend.least[node] * (1.0 - 1e-12) if bend.top_p < 1.0 else 0.0
    for _ in range(_PATIENCE):
        if bend.power >= 1.0:
            word, _child, _found = draw(t, node, depth, rng)
            chance, _after, _depth = step(t, node, depth, word)
            kept = (chance / bend.bound[node]) ** (bend.power - 1.0)
        else:
            word = _draw_hot(t, bend, state, rng)
            chance, _after, _depth = step(t, node, depth, word)
            kept = chance**bend.power / _proposal(t, bend, state, word)
        if chance >= least and rng.random() < kept:
            return word
    return _pick(distribution(t, node, depth), bend.power, least, rng)


@njit(cache=True)
def sample_bent(t: Tables, bend: Bend, n: int, rng: np.random.Generator) -> Ints:
    """Draw a stream from the law raised to a power and cut to its nucleus."""
    out = np.empty(n, dtype=np.int32)
    node, depth = locate(t, bend.context)
    for i in range(n):
        out[i] = _draw_bent(t, bend, (node, depth), rng)
        node, depth = advance(t, node, depth, out[i])
    return out
