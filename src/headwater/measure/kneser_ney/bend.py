"""The compiled loops that sample at a temperature and from a nucleus; imports numba, so import it late.

A power of at least 1 is reached by rejection from the model's law. A power s below 1 flattens, and
(x + y + ...)^s <= x^s + y^s + ..., so the orders of the interpolation, each to the power s, make a
proposal that exceeds the wanted law little.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from headwater.measure.kneser_ney.kernels import (
    Floats,
    Ints,
    Tables,
    advance,
    distribution,
    draw,
    find,
    locate,
    step,
)

# Draws that rejection may waste on one token before the whole law is laid out.
_PATIENCE = 256


class Bend(NamedTuple):
    """Say how a sampler bends the model's law."""

    power: float  # 1 / temperature
    top_p: float
    bound: Floats  # an upper bound of the probabilities after each node; for powers of at least 1
    heat: Floats  # running sums over nodes of a child's own share to the power; for powers below 1
    least: Floats  # the least probability kept after each node; NaN until it is known
    context: Ints  # what stands before the stream


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
    """Sum every child's discounted share of its context to a power, from node to node."""
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
def _least_kept(law: Floats, power: float, top_p: float) -> float:
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
    """Weigh the orders of the interpolation and, last, the uniform law, each to the power."""
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
    """Draw a word from the bent law by rejection, and from the whole law where that fails."""
    node, depth = state
    if bend.top_p < 1.0 and np.isnan(bend.least[node]):
        bend.least[node] = _least_kept(distribution(t, node, depth), bend.power, bend.top_p)
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
