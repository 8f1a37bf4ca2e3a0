"""From a text to numbers: hashed n-grams, its shape, and its grammar as a stream for two language models."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from headwater.curate.statistical.fold import fold, points_of
from headwater.measure.tokens import scanned

Hashes = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]

_PACKED_CHARS = 1_200


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Hold what was measured of a text.

    Of the weights it depends on the list of frequent words alone.

    Attributes:
        index: Shape (n,), hashed n-grams that occur, each once.
        weight: Shape (n,), how much each counts; each block of n-grams has length 1.
        shape: Shape (n_shapes,), punctuation, lengths, variety, entropy, compression, burstiness.
        skeleton: Shape (n_tokens,), the grammar: frequent words, endings of others, punctuation.
        n_words: Words looked at.
    """

    index: npt.NDArray[np.int32]
    weight: npt.NDArray[np.float32]
    shape: Floats
    skeleton: Hashes
    n_words: int


def extract(text: str, frequent: Hashes) -> Features:
    """Measure a text.

    Args:
        text: Any text; what of it counts `fold` says.
        frequent: Shape (n,), ascending, numbers of the words that the skeleton keeps as they are.

    Returns:
        Its features; a text without words has an empty skeleton and no n-grams.
    """
    from headwater.curate.statistical import kernels

    folded = fold(text)
    lowered = folded.lower()
    if len(lowered) != len(folded):  # A letter such as a dotted capital I has a longer lower case.
        folded = lowered
    points = points_of(lowered)
    upper = points_of(folded) != points
    found = scanned(lowered)
    lengths, spans = found.ends - found.starts, np.stack([found.starts, found.ends], axis=1)
    grammar = kernels.skeleton(points, found.hashes, spans, frequent)
    index, weight = kernels.gather(points, found.hashes, grammar, _scratch())
    shape = (
        kernels.marks(points, upper),
        kernels.sentences(points, found.hashes.size),
        kernels.variety(found.hashes, lengths),
        kernels.entropies(points),
        _packed(lowered),
    )
    return Features(index, weight, np.concatenate(shape), grammar, int(found.hashes.size))


def _packed(text: str) -> Floats:
    data = text[:_PACKED_CHARS].encode("utf-8", "replace")
    share = len(zlib.compress(data, 1)) / max(len(data), 1)
    return np.array([share, share * np.log(max(len(data), 2))])


@cache
def _scratch() -> npt.NDArray[Any]:
    from headwater.curate.statistical.kernels import N_BUCKETS

    return np.zeros(3 * N_BUCKETS, dtype=np.uint8)
