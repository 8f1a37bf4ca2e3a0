"""Every n-gram of a token stream up to an order, as one trie in breadth-first arrays.

Node 0 is the empty n-gram. A node stands for an n-gram; its children are that n-gram followed by one
more word, and lie side by side in the order of their words. Levels follow each other, so a child's
number is greater than its parent's.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from headwater.measure.counts import places, tally

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Trie:
    """Hold the n-grams of a stream and their counts.

    Attributes:
        word: Shape (n_nodes,), the last word of each n-gram; -1 for node 0.
        suffix: Shape (n_nodes,), the node of the n-gram without its first word; -1 for node 0.
        first: Shape (n_nodes + 1,), where each node's children start; they end where the next node's do.
        count: Shape (n_nodes,), occurrences at the last level, distinct left neighbours at the others
            (the start of the stream is one such neighbour); 0 for node 0.
        offset: Shape (order + 2,), where each level starts; the last entry is n_nodes.
    """

    word: Ints
    suffix: Ints
    first: Ints
    count: Ints
    offset: Longs


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """Hold the n-grams of one length, numbered in the order of their words."""

    word: Longs
    parent: Longs  # number within the level above
    suffix: Longs  # number within the level above
    n_times: Longs
    at: Longs  # for every position of the stream, the n-gram that ends there; -1 where none does


def grow(tokens: Longs, order: int) -> Trie:
    """Build the trie of a stream.

    Args:
        tokens: Shape (n,), n >= 1, type numbers of at least 0.
        order: Length of the longest n-gram, at least 1.

    Returns:
        The trie. Levels longer than the stream are empty.

    Source:
        Chen and Goodman (1999), "An empirical study of smoothing techniques for language modeling", 2.7:
        lower orders count distinct left neighbours.
    """
    levels = [_words(tokens)]
    for _ in range(1, order):
        levels.append(_longer(levels[0], levels[-1]))
    sizes = np.array([1, *(level.word.size for level in levels)], dtype=np.int64)
    offset = np.concatenate([[0], np.cumsum(sizes)])
    n_children = [
        np.bincount(level.parent, minlength=size) for level, size in zip(levels, sizes[:-1], strict=True)
    ]
    n_children.append(np.zeros(levels[-1].word.size, dtype=np.int64))
    return Trie(
        word=_joined([-1], [level.word for level in levels]),
        suffix=_joined([-1], [level.suffix + offset[k] for k, level in enumerate(levels)]),
        first=_joined([1], [1 + np.cumsum(np.concatenate(n_children))]),
        count=_joined([0], _counts(levels)),
        offset=offset,
    )


def _words(tokens: Longs) -> _Level:
    word, n_times = tally(tokens)
    root = np.zeros(word.size, dtype=np.int64)
    return _Level(word=word, parent=root, suffix=root, n_times=n_times, at=places(tokens))


def _longer(words: _Level, shorter: _Level) -> _Level:
    """Extend every n-gram of a level by the word that follows it."""
    # An n-gram that ends at p is the one that ends at p - 1, without its last word's neighbours, and p.
    before, last = shorter.at[:-1], words.at[1:]
    whole = before >= 0
    keys = before[whole] * words.word.size + last[whole]
    distinct, numbers, n_times = np.unique(keys, return_inverse=True, return_counts=True)
    at = np.full(words.at.size, -1, dtype=np.int64)
    at[1:][whole] = numbers
    parent, word = np.divmod(distinct, words.word.size)
    # Wherever an n-gram ends, the one without its first word is the same.
    ends = np.empty(distinct.size, dtype=np.int64)
    ends[numbers] = np.flatnonzero(whole) + 1
    return _Level(
        word=words.word[word],
        parent=parent.astype(np.int64),
        suffix=shorter.at[ends],
        n_times=n_times,
        at=at,
    )


def _counts(levels: list[_Level]) -> list[Longs]:
    counts = []
    for level, longer in pairwise(levels):
        count = np.bincount(longer.suffix, minlength=level.word.size)
        # What opens the stream has the start as a left neighbour, so that no n-gram counts nothing.
        opening = level.at[level.at >= 0][:1]
        count[opening] += 1
        counts.append(count)
    return [*counts, levels[-1].n_times]


def _joined(head: list[int], parts: list[Longs]) -> Ints:
    return np.concatenate([np.array(head, dtype=np.int64), *parts]).astype(np.int32)
