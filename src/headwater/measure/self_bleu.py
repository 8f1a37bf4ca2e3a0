"""Self-BLEU: how well every document is explained by all the others, exactly and in linear time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.measure.documents import Longs, checked, gram_numbers
from headwater.measure.estimate import Estimate, normal

Floats = npt.NDArray[np.float64]


def self_bleu(documents: Sequence[npt.ArrayLike], *, max_length: int = 4) -> Estimate:
    """Measure the mean BLEU of every document against all others.

    Clipping asks for the most that any *other* document has of an n-gram, so the two greatest counts of every
    n-gram answer it for all documents at once.

    Args:
        documents: At least two that are not empty, each long enough for one n-gram of the greatest length.
        max_length: BLEU's longest n-gram, at least 1.

    Returns:
        A score in [0, 1], 1 for copies. A precision of 0 gives a document 0: nothing is smoothed. It grows
        with the number of documents, `n`; the interval treats their scores as independent.

    Raises:
        InputError: If there are fewer than two documents, or one is too short.

    Source:
        Zhu et al. (2018), "Texygen"; BLEU is Papineni et al. (2002), section 2.3, with the closest
        reference length, the shorter of two equally close.
    """
    rows = checked(documents, least=2)
    sizes = np.array([row.size for row in rows])
    if sizes.min() < max_length:
        raise InputError(
            f"a document of {sizes.min()} words has no n-gram of {max_length}",
            hint="leave short documents out, or lower max_length",
        )
    with np.errstate(divide="ignore"):
        logs = np.mean([np.log(_precisions(rows, k)) for k in range(1, max_length + 1)], axis=0)
    scores = np.exp(logs + np.minimum(0.0, 1 - _closest(sizes) / sizes))
    error = float(scores.std(ddof=1) / np.sqrt(scores.size))
    return normal(f"self-bleu-{max_length}-1", float(scores.mean()), error, n=len(rows), limits=(0.0, 1.0))


def _precisions(rows: list[Longs], length: int) -> Floats:
    """Clip every document's n-gram counts at the most any other has."""
    grams = gram_numbers(rows, length)
    owner = np.repeat(np.arange(len(rows)), [row.size for row in grams])
    keys, counts = np.unique(np.concatenate(grams) * len(rows) + owner, return_counts=True)
    gram, document = np.divmod(keys, len(rows))
    # Per n-gram, greatest count first.
    order = np.lexsort((-counts, gram))
    starts = np.flatnonzero(np.diff(gram[order], prepend=-1))
    group = np.cumsum(np.diff(gram[order], prepend=-1) != 0) - 1
    best = counts[order][starts][group]
    following = np.append(starts[1:], order.size)
    has_second = starts + 1 < following
    second = np.where(has_second, counts[order][np.minimum(starts + 1, order.size - 1)], 0)[group]
    is_best = np.zeros(order.size, dtype=bool)
    is_best[starts] = True
    others = np.where(is_best, second, best)
    clipped = np.minimum(counts[order], others)
    shared = np.bincount(document[order], weights=clipped, minlength=len(rows))
    return np.asarray(shared / np.array([row.size for row in grams]))


def _closest(sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Find every document's closest length among the others', ties to the short."""
    ranked = np.argsort(sizes, kind="stable")
    ordered = sizes[ranked]
    out = np.empty_like(sizes)
    below = np.append(-1, ordered[:-1])
    above = np.append(ordered[1:], -1)
    for place, document in enumerate(ranked.tolist()):
        near = [s for s in (int(below[place]), int(above[place])) if s >= 0]
        out[document] = min(near, key=lambda s: (abs(s - int(sizes[document])), s))
    return out
