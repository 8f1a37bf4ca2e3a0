"""Overlap: which of the reference's words a corpus still has, against parts of the reference itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from headwater.collapse.monitor.stage import Coordinate
from headwater.errors import InputError
from headwater.measure.bootstrap import trimmed
from headwater.measure.counts import of_counts, rarefied_supports
from headwater.measure.profile import Profile
from headwater.measure.tail_mass import tail_types

Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
LEAST_DOCUMENTS = 8
_GRID = 100


@dataclass(frozen=True, slots=True)
class Overlap:
    """Say which words of the reference are still there.

    Attributes:
        tail_loss: L, the share of the rarest words found in a part of the reference that is not found in as
            large a part of the corpus; below 0 if more are found.
        kept: Words of the reference found, as a share of those found in a part of the reference.
        effective: Size of the human sample with as many of the reference's words, as a share of the sample;
            value, and ends of a 95 % interval.
        n_words: Size of every sample.
    """

    tail_loss: Coordinate
    kept: float
    effective: tuple[float, float, float]
    n_words: int


def overlap(
    reference: Profile, current: Profile, *, rng: np.random.Generator, n_splits: int = 199
) -> Overlap:
    """Count which words of the reference are found again in a corpus, at equal size.

    Each split cuts the reference's documents into a half that names the words, and two quarters. What the
    corpus has of them is held against the first quarter; the second gives the null, narrowed as in
    `measure.profile.compare`.

    Args:
        reference: A profile of human text with at least eight documents.
        current: A profile with at least one.
        rng: Where the splits come from.
        n_splits: How many, at least 1.

    Returns:
        The overlap; p-values are one-sided and at least 1 / (n_splits + 1).

    Raises:
        InputError: If there are too few documents or words.
    """
    human, made = _documents(reference, LEAST_DOCUMENTS, "reference"), _documents(current, 1, "corpus")
    n_human, n_made = (sum(row.size for row in rows) for rows in (human, made))
    human, made = _numbered(human, made)
    rows = np.array([_split(human, made, rng) for _ in range(n_splits)])
    n = int(np.median(rows[:, 4]))
    scale = float(np.sqrt((1 / n_human + 1 / n_made) * n / 2))
    loss, null_loss, kept, size = (rows[:, i] for i in range(4))
    null = scale * null_loss
    value = float(np.median(loss))
    low, high = (float(end) for end in np.quantile(null, [0.025, 0.975]))
    p = (1 + int((null >= value - 1e-12).sum())) / (n_splits + 1)
    spread = np.quantile(scale * (rows[:, 5] - 1.0), [0.025, 0.975])
    r = float(np.median(size))
    # The spread is that of human text; what is left of less text varies with its own size.
    width = np.sqrt(min(1.0, max(r, 0.0)))
    ends = (r - width * float(spread[1]), r - width * float(spread[0]))
    return Overlap(
        Coordinate("tail-loss-1", value, low, high, p), float(np.median(kept)), (r, ends[0], ends[1]), n
    )


def _documents(profile: Profile, least: int, what: str) -> list[Longs]:
    rows = [row for row in profile.sample.documents() if row.size]
    if len(rows) < least:
        n = profile.sample.least.keys.size
        raise InputError(
            f"the {what} has {n} different document{'s' * (n != 1)} with words; at least {least} are needed",
            hint="name more text: a null comes from splitting the reference's documents",
        )
    return rows


def _split(human: list[Longs], made: list[Longs], rng: np.random.Generator) -> Floats:
    """Measure one split: loss, null loss, share kept, effective size, words, null effective size."""
    order = rng.permutation(len(human)).tolist()
    half, quarter = len(human) // 2, len(human) // 4
    cuts = (order[:half], order[half : half + quarter], order[half + quarter : half + 2 * quarter])
    parts = [[human[i] for i in cut] for cut in cuts]
    n = min(sum(row.size for row in rows) for rows in (*parts[1:], made))
    named = np.bincount(np.concatenate(parts[0]))
    tail = tail_types(named)
    one, two, now = (_counts(trimmed(rows, n, rng=rng), named) for rows in (parts[1], parts[2], made))
    base = max(1, int((one[tail] > 0).sum()))
    loss, null = (1.0 - int((found[tail] > 0).sum()) / base for found in (now, two))
    kept = int((now > 0).sum()) / max(1, int((one > 0).sum()))
    return np.array([loss, null, kept, _effective(one, now), n, _effective(one, two)])


def _numbered(human: list[Longs], made: list[Longs]) -> tuple[list[Longs], list[Longs]]:
    """Number the words from 0, so that a split need only count them."""
    rows = [*human, *made]
    places = np.unique(np.concatenate(rows), return_inverse=True)[1].astype(np.int64)
    found = np.split(places, np.cumsum([row.size for row in rows])[:-1])
    return found[: len(human)], found[len(human) :]


def _counts(rows: list[Longs], named: Longs) -> Longs:
    """Count the words that the half names; every other word is left out."""
    counts = np.bincount(np.concatenate(rows), minlength=named.size)[: named.size]
    return np.where(named > 0, counts, 0)


def _effective(human: Longs, found: Longs) -> float:
    """Solve for the share of the human words with as many types, beyond all of them along the tangent."""
    whole, types = int(human.sum()), int((found > 0).sum())
    seen, once = int((human > 0).sum()), int((human == 1).sum())
    if types >= seen or whole == 0:
        return 1.0 + (types - seen) / max(1, once)
    counts = of_counts(human[human > 0])
    low, high = 0, whole  # Too few types at low, enough at high.
    while high - low > 1:
        sizes = np.unique(np.linspace(low, high, _GRID).astype(np.int64))[1:-1]
        enough = int((rarefied_supports(counts, sizes) < types).sum())
        low, high = (int(([low, *sizes, high])[enough + i]) for i in range(2))
    return high / whole
