"""Comparing a corpus with a reference: every metric at one size, against a null from the reference itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.measure.bootstrap import trimmed
from headwater.measure.counts import of_counts
from headwater.measure.distinct import distinct
from headwater.measure.documents import Longs
from headwater.measure.entropy import chao_wang_jost
from headwater.measure.heterozygosity import heterozygosity
from headwater.measure.kneser_ney import fit
from headwater.measure.missing_mass import missing_mass
from headwater.measure.perplexity import QUANTILES
from headwater.measure.profile.sketch import Profile
from headwater.measure.tail_mass import tail_mass, tail_types

Floats = npt.NDArray[np.float64]
Score = Callable[[npt.NDArray[np.int32]], Floats]
_LEAST_DOCUMENTS = 8
_BLOCK = 64


@dataclass(frozen=True, slots=True)
class Row:
    """Compare one metric.

    Attributes:
        name: The metric.
        reference: Its median over samples of the reference.
        current: Its median over samples of the current corpus of equal size.
        difference: The median of current minus reference, pair by pair.
        null_low: The 2.5 % quantile of what the difference is between samples of the reference.
        null_high: The 97.5 % quantile.
        p: How often two samples of the reference differ at least as much, counting the observed difference.
    """

    name: str
    reference: float
    current: float
    difference: float
    null_low: float
    null_high: float
    p: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Compare two corpora; evidence, not a verdict.

    Attributes:
        rows: One for each metric.
        n_tokens: Size of every sample.
        n_splits: How many times the reference was split.
    """

    rows: tuple[Row, ...]
    n_tokens: int
    n_splits: int


def compare(
    reference: Profile, current: Profile, *, rng: np.random.Generator, n_splits: int = 50
) -> Comparison:
    """Compare a corpus with a reference by the documents that their profiles kept.

    Each split cuts the reference into a half that names the rare words and trains a language model, and two
    quarters; one quarter and a sample of the current corpus of the same size are measured against the other
    quarter. Documents move as wholes. The median over splits uses all documents of both, so it varies less
    than one difference of quarters; the null is narrowed by the square root of the ratio of the variances,
    (1 / N + 1 / N') / (2 / n) for N, N' and n words in the reference, the current corpus and a sample.

    Args:
        reference: A profile of human text that kept at least eight documents with words.
        current: A profile that kept at least one.
        rng: Where the splits come from.
        n_splits: How many, at least 1; the least p-value is 1 / (n_splits + 1). Fifty take some seconds.

    Returns:
        Tail mass, heterozygosity, entropy, missing mass, distinct-2, and quantiles of the log-perplexity of
        64-word blocks (`log-perplexity-…`, nats a word) under the model. Splits overlap and variances are
        taken to fall with size, so a p-value measures surprise against the reference's own variety and has
        its level nearly, not exactly.

    Raises:
        InputError: If there are too few documents, or no split.
    """
    human, made = reference.sample.documents(), current.sample.documents()
    if len(human) < _LEAST_DOCUMENTS or not made:
        raise InputError(
            f"a reference and a corpus of {len(human)} and {len(made)} documents cannot be compared",
            hint=f"profile at least {_LEAST_DOCUMENTS} documents of the reference and one of the other",
        )
    if n_splits < 1:
        raise InputError("a null needs at least one split")
    human, made = _numbered(human, made)
    n_made = sum(row.size for row in made)
    n_human = sum(row.size for row in human)
    n = min(n_made, min(sum(row.size for row in part) for part in _parts(human, rng)[1:]))
    scale = float(np.sqrt((1 / n_human + 1 / n_made) * n / 2))
    n_words = 1 + max(int(row.max(initial=0)) for row in (*human, *made))
    splits = [_split(human, made, rng, n=n, n_words=n_words) for _ in range(n_splits)]
    names = [name for name in splits[0][0] if all(name in m for measured in splits for m in measured)]
    return Comparison(tuple(row_of(name, splits, scale=scale) for name in names), n, n_splits)


Measured = dict[str, float]


def row_of(name: str, splits: list[tuple[Measured, Measured, Measured]], *, scale: float) -> Row:
    """Sum up one metric over splits.

    Args:
        name: The metric.
        splits: For each split every metric of one sample of the reference, of another, and of the corpus.
        scale: What the null is narrowed by, above 0.

    Returns:
        The row.
    """
    base, other, now = (np.array([split[part][name] for split in splits]) for part in range(3))
    null, found = scale * (other - base), float(np.median(now - base))
    # A hair of slack keeps ties ties; no difference at all is no surprise.
    surprise = 1 + int((np.abs(null) >= abs(found) - 1e-12).sum())
    low, high = np.quantile(null, [0.025, 0.975])
    return Row(
        name=name,
        reference=float(np.median(base)),
        current=float(np.median(now)),
        difference=found,
        null_low=float(low),
        null_high=float(high),
        p=surprise / (null.size + 1),
    )


def _parts(rows: list[Longs], rng: np.random.Generator) -> tuple[list[Longs], list[Longs], list[Longs]]:
    order = rng.permutation(len(rows)).tolist()
    half, quarter = len(rows) // 2, len(rows) // 4
    cuts = (order[:half], order[half : half + quarter], order[half + quarter : half + 2 * quarter])
    one, two, three = ([rows[i] for i in part] for part in cuts)
    return one, two, three


def _split(
    human: list[Longs], made: list[Longs], rng: np.random.Generator, *, n: int, n_words: int
) -> tuple[Measured, Measured, Measured]:
    """Measure two quarters and a sample of the current corpus against a half."""
    half, one, two = _parts(human, rng)
    stream = np.concatenate(half)
    seen = np.bincount(stream, minlength=n_words) > 0
    n_types = int(seen.sum())
    # One type more stands for every word that the half does not know.
    known = np.where(seen, np.cumsum(seen) - 1, n_types).astype(np.int32)
    trained = known[stream]
    model = fit(trained, n_types=n_types + 1)
    tail = tail_types(np.bincount(trained, minlength=n_types + 1))
    measure = partial(_measure, known=known, tail=tail, score=model.scorer())
    sizes = [min(n, sum(row.size for row in part)) for part in (one, two)]
    size = min(sizes)
    found = [measure(trimmed(part, size, rng=rng)) for part in (one, two, made)]
    return found[0], found[1], found[2]


def _numbered(human: list[Longs], made: list[Longs]) -> tuple[list[Longs], list[Longs]]:
    """Number the words of both from 0, so that a split need only look them up."""
    rows = [*human, *made]
    places = np.unique(np.concatenate(rows).view(np.uint64), return_inverse=True)[1].astype(np.int64)
    found = np.split(places, np.cumsum([row.size for row in rows])[:-1])
    return found[: len(human)], found[len(human) :]


def _measure(
    rows: list[Longs], *, known: npt.NDArray[np.int32], tail: npt.NDArray[np.bool_], score: Score
) -> Measured:
    stream = np.concatenate(rows)
    counts, n_types = of_counts(np.bincount(stream)), tail.size - 1
    places = known[stream]
    found = {
        "tail-mass-1": tail_mass(np.bincount(places, minlength=n_types + 1), tail).value,
        "unknown-mass-1": float((places == n_types).mean()),
        "heterozygosity-1": heterozygosity(counts).value if stream.size > 1 else 0.0,
        "entropy-chao-wang-jost-1": chao_wang_jost(counts),
        "missing-mass-1": missing_mass(counts).value,
    }
    if any(row.size > 1 for row in rows):
        found["distinct-2-1"] = distinct(rows, length=2).value
    blocks = _blocks(score(places))
    if blocks.size:
        quantiles = np.quantile(blocks, QUANTILES).tolist()
        found |= {f"log-perplexity-{at:g}-1": value for at, value in zip(QUANTILES, quantiles, strict=True)}
    return found


def _blocks(scores: Floats) -> Floats:
    whole = scores.size // _BLOCK
    return np.asarray(-scores[: whole * _BLOCK].reshape(whole, _BLOCK).mean(axis=1))
