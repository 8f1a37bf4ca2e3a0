"""Marked spans of texts that are marked in part: intervals of every length, each tested exactly.

The intervals are of scored tokens: 32 times every power of 2 that is shorter than the text, at every
quarter of their length. All of one length have one law, so of each length only the greatest sum is looked
up, and finding spans costs less than scoring.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from headwater.watermark.law import Floats, Law, Longs

# A sum that is not so many standard deviations above its mean counts as p = 1, which is never too small.
_NOTABLE = 3.0


@dataclass(frozen=True, slots=True)
class Span:
    """Say where a text is marked.

    Attributes:
        start: First token.
        stop: The token behind the last.
        n_scored: Tokens that count in the interval that was tested, whose ends are not those of the span.
        total: Sum of their scores.
        log_p: ln of its p-value, corrected for the number of intervals that cover the text.
    """

    start: int
    stop: int
    n_scored: int
    total: float
    log_p: float


def log_p_best(scores: Floats, n_scored: Longs, law: Law) -> Floats:
    """Test every text by the interval that stands out most.

    Null law: the text chosen without knowledge of the key; p is uniform or larger (Bonferroni).

    Args:
        scores: Shape (k,), text after text.
        n_scored: Shape (m,), how many each text has.
        law: Of their sums.

    Returns:
        ln p, shape (m,), corrected for the number of intervals; 0 for 32 scores or fewer.
    """
    from headwater.watermark import cover

    n_levels = cover.n_levels(int(n_scored.max(initial=0)))
    greatest = np.empty((n_scored.size, n_levels))
    cover.peaks(scores, n_scored, greatest)
    lengths = np.broadcast_to(cover.SHORTEST << np.arange(n_levels), greatest.shape)
    log_p = _log_p(greatest.ravel(), lengths.ravel(), law).reshape(greatest.shape).min(axis=1, initial=0.0)
    with np.errstate(divide="ignore"):
        return np.asarray(np.where(log_p < 0.0, np.minimum(log_p + np.log(cover.counts(n_scored)), 0.0), 0.0))


def spans(scores: Floats, law: Law, *, level: float) -> tuple[Span, ...]:
    """List the spans of one text, the plainest first.

    Of the intervals whose corrected p-value is at most `level`, the best is taken, its ends are moved to
    where the scores fall off, and what overlaps is left out; then the best of the others.

    Args:
        scores: Shape (n,), of the tokens that count.
        law: Of their sums.
        level: Chance, in (0, 1), that a text without a mark has any span.

    Returns:
        Spans by places in `scores`; they do not overlap.
    """
    from headwater.watermark import cover

    start, length, sums = cover.intervals(scores)
    log_p = _log_p(sums, length, law) + math.log(max(1, sums.size))
    found: list[Span] = []
    for at in np.argsort(log_p, kind="stable"):
        if log_p[at] > math.log(level):
            break
        first, last = int(start[at]), int(start[at] + length[at])
        if all(last <= span.start or first >= span.stop for span in found):
            first, last = _refined(scores, law, (first, last), found)
            found.append(Span(first, last, int(length[at]), float(sums[at]), float(log_p[at])))
    return tuple(found)


def _log_p(sums: Floats, n: Longs, law: Law) -> Floats:
    log_p = np.zeros(sums.size)
    notable = np.flatnonzero(sums - law.mean * n > _NOTABLE * law.sd * np.sqrt(n))
    log_p[notable] = law.log_survival(sums[notable], n[notable])
    return log_p


def _refined(scores: Floats, law: Law, ends: tuple[int, int], taken: list[Span]) -> tuple[int, int]:
    """Move ends to the segment that a mark of the interval's strength explains best.

    Source:
        For scores of an exponential family this is nearly the segment of greatest likelihood: what a score
        adds to it changes sign about half way between the mean without a mark and the mean with one.
    """
    from headwater.watermark import cover

    start, stop = ends
    low = max([span.stop for span in taken if span.stop <= start], default=0)
    high = min([span.start for span in taken if span.start >= stop], default=scores.size)
    low, high = max(low, 2 * start - stop), min(high, 2 * stop - start)
    for _ in range(2):
        middle = 0.5 * (law.mean + float(scores[start:stop].mean()))
        first, last = cover.heaviest(scores[low:high], middle)
        start, stop = low + first, low + last
    return start, stop
