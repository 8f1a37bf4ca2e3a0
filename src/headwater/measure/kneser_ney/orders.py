"""The law of one order of a model, compiled: an order is drawn, and its few words are laid out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from headwater.measure.kneser_ney.kernels import Floats, Ints, Tables, least_kept, locate

Longs = npt.NDArray[np.int64]


@njit(cache=True)
def order_of(t: Tables, context: Ints, rng: np.random.Generator) -> tuple[int, int]:
    """Draw the order of the next word: node and depth; -1 for the uniform law."""
    node, depth = locate(t, context)
    while node > 0 and (t.first[node] == t.first[node + 1] or rng.random() < t.gamma[node]):
        node = t.suffix[node]
        depth -= 1
    return (-1, 0) if node == 0 and rng.random() < t.escape else (node, depth)


@njit(cache=True)
def orders_of(t: Tables, contexts: Ints, rng: np.random.Generator) -> tuple[Longs, Longs]:
    """Draw the orders of the words after contexts, one by one: nodes, depths."""
    nodes, depths = np.empty(len(contexts), dtype=np.int64), np.empty(len(contexts), dtype=np.int64)
    for at in range(len(contexts)):
        nodes[at], depths[at] = order_of(t, contexts[at], rng)
    return nodes, depths


@njit(cache=True)
def law_of(t: Tables, node: int, depth: int, top_p: float) -> tuple[Ints, Floats]:
    """Lay out the law of one order, cut to its nucleus: words, and their chances."""
    if node < 0:
        return np.arange(t.unigram.size).astype(np.int32), np.full(t.unigram.size, 1.0 / t.unigram.size)
    low, high = t.first[node], t.first[node + 1]
    law = np.empty(high - low)
    for child in range(low, high):
        count = t.upto[child + 1] - t.upto[child]
        law[child - low] = count - t.discount[depth + 1, min(count, 3)]
    law /= law.sum()
    kept = np.flatnonzero(law >= least_kept(law, 1.0, top_p)) if top_p < 1.0 else np.arange(law.size)
    return t.word[low + kept], law[kept] / law[kept].sum()
