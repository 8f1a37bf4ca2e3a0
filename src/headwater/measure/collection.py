"""Every metric of one collection of documents, with the interval that drawing documents again gives it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.measure import kneser_ney
from headwater.measure.bootstrap import LEAST_RESAMPLES, spread
from headwater.measure.counts import Counts, of_counts
from headwater.measure.documents import Longs, checked, gram_numbers
from headwater.measure.estimate import Estimate, bare, normal
from headwater.measure.hill import ORDERS, hill_number
from headwater.measure.table import METRICS, Metric

Floats = npt.NDArray[np.float64]
_LENGTHS = (1, 2, 3, 4)


def measured(
    documents: Sequence[npt.ArrayLike], *, rng: np.random.Generator, n_resamples: int = 50
) -> Mapping[str, Estimate]:
    """Measure documents by every metric that needs no second collection and no text.

    Args:
        documents: Rows of integers, at least one that is not empty.
        rng: Where resamples come from, and the halves of the language model.
        n_resamples: How often all documents are drawn with replacement, at least 2.

    Returns:
        Estimates by name, in the order of `METRICS`; none for a metric that so little text does not have.
        Hill numbers are rarefied to the largest power of two up to half of the words. Perplexities are those
        of one half under a trigram of the other. Intervals are over documents, by the block bootstrap or, for
        means over documents, by their own spread; NaN for one document. For numbers of types they err on the
        wide side, since a resample lacks types that occur in one document.

    Raises:
        InputError: If there is no word, or fewer than two resamples.

    Source:
        The bootstrap is that of `bootstrap.blocks`: centred on the estimate, with the spread of resamples.
    """
    rows = [row for row in checked(documents) if row.size]
    if n_resamples < LEAST_RESAMPLES:
        raise InputError("a standard error needs at least two resamples")
    draws = rng.integers(0, len(rows), size=(n_resamples if len(rows) > 1 else 0, len(rows)))
    found = {one.name: one for one in (*_counted(rows, draws), *_grams(rows, draws), *_own(rows, rng))}
    return {name: found[name] for name in METRICS if name in found}


def _counted(rows: list[Longs], draws: Longs) -> Iterator[Estimate]:
    """Give what is measured on counts of types, and along the stream."""
    places = np.unique(np.concatenate(rows), return_inverse=True)[1].astype(np.int64)
    parts = np.split(places, np.cumsum([row.size for row in rows])[:-1])
    streams = [places, *(np.concatenate([parts[i] for i in draw]) for draw in draws.tolist())]
    counts = [of_counts(np.bincount(stream)) for stream in streams]
    yield from _hills(counts)
    for metric in METRICS.values():
        if metric.takes == "counts":
            yield from _drawn(metric, [partial(metric.measure, c) for c in counts])
        elif metric.takes == "tokens":
            yield from _drawn(metric, [partial(metric.measure, stream) for stream in streams])


def _hills(counts: list[Counts]) -> Iterator[Estimate]:
    """Give Hill numbers at one size, the largest power of two up to half of the words."""
    n = 1 << max(0, (counts[0].n // 2).bit_length() - 1)
    for order in ORDERS:
        whole, *values = (hill_number(c, order=order, n=min(n, c.n)) for c in counts)
        yield _estimate(bare(f"hill-{order}-1", whole, n=n), values, limits=(1.0, float(n)))


def _grams(rows: list[Longs], draws: Longs) -> Iterator[Estimate]:
    """Give the shares of n-grams that are different, numbered once for all resamples."""
    for length in _LENGTHS:
        grams = gram_numbers(rows, length)
        name, ids = f"distinct-{length}-1", np.concatenate(grams)
        if ids.size == 0:
            continue
        values = [_different(np.concatenate([grams[i] for i in draw])) for draw in draws.tolist()]
        yield _estimate(bare(name, _different(ids), n=ids.size), values, limits=(0.0, 1.0))


def _different(ids: Longs) -> float:
    return float(np.count_nonzero(np.bincount(ids))) / ids.size if ids.size else np.nan


def _own(rows: list[Longs], rng: np.random.Generator) -> Iterator[Estimate]:
    """Give what is a mean over documents, and so has an interval over them already."""
    long = [row for row in rows if row.size >= _LENGTHS[-1]]
    for metric in METRICS.values():
        if metric.takes == "documents" and not metric.name.startswith("distinct"):
            with suppress(InputError):
                yield metric.measure(long)
    order = rng.permutation(len(rows)).tolist()
    learned, held = ([rows[i] for i in part] for part in (order[::2], order[1::2]))
    if not held:
        return
    known = np.unique(np.concatenate(learned))
    numbered = [_known(row, known) for row in held]
    # One type more stands for every word that the half does not know.
    model = kneser_ney.fit(_known(np.concatenate(learned), known), n_types=known.size + 1)
    # One pass over all words is fifty times faster than one a document, whose first two words it joins.
    scores = np.split(model.score(np.concatenate(numbered)), np.cumsum([row.size for row in held])[:-1])
    for metric in METRICS.values():
        given = iter(scores)
        if metric.takes == "documents and score":
            yield metric.measure(numbered, lambda _row, given=given: next(given))
        elif metric.takes == "perplexities":
            yield metric.measure([float(np.exp(-row.mean())) for row in scores])


def _known(row: Longs, known: Longs) -> npt.NDArray[np.int32]:
    place = np.minimum(np.searchsorted(known, row), known.size - 1)
    return np.where(known[place] == row, place, known.size).astype(np.int32)


def _drawn(metric: Metric, measures: list[Callable[[], Estimate]]) -> Iterator[Estimate]:
    """Measure the sample and every resample; nothing where the sample has no such metric."""
    with suppress(InputError):
        whole = measures[0]()
        values = []
        for measure in measures[1:]:
            with suppress(InputError):
                values.append(measure().value)
        least = 1.0 if metric.unit == "exponent" and metric.name.startswith("zipf") else 0.0
        most = 1.0 if metric.unit in {"share", "chance"} else np.inf
        yield _estimate(whole, values, limits=(least, most))


def _estimate(whole: Estimate, values: list[float], *, limits: tuple[float, float]) -> Estimate:
    return normal(whole.name, whole.value, spread(values), n=whole.n, limits=limits)
