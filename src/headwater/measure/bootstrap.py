"""Uncertainty from documents: the block bootstrap, samples of equal size, and split-half nulls.

Tokens of one document are not independent, so intervals that count tokens are too narrow for text. The
document is the block: it is drawn, kept and left out as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.measure.documents import Longs, checked
from headwater.measure.estimate import Estimate, normal

Floats = npt.NDArray[np.float64]
Statistic = Callable[[list[Longs]], float]
Comparison = Callable[[list[Longs], list[Longs]], float]
LEAST_RESAMPLES = 2


def blocks(
    documents: Sequence[npt.ArrayLike],
    *,
    statistic: Statistic,
    rng: np.random.Generator,
    n_resamples: int = 200,
    name: str = "bootstrap-1",
) -> Estimate:
    """Give a statistic an interval by drawing documents with replacement.

    The interval is centred on the estimate and uses the spread of the resamples only: a resample repeats
    documents, so it is less diverse than the sample, and its quantiles would be off.

    Args:
        documents: At least two rows of integers.
        statistic: A function of documents.
        rng: Where the resamples come from.
        n_resamples: How many, at least 2.
        name: The name of the estimate.

    Returns:
        The statistic of the sample with its bootstrap standard error and normal interval; n is the number of
        documents.

    Raises:
        InputError: If there are fewer than two documents or resamples, or the statistic is not finite.

    Source:
        Efron and Tibshirani (1993), "An introduction to the bootstrap", section 6.2; blocks
        as in Künsch (1989).
    """
    rows = checked(documents, least=2)
    if n_resamples < LEAST_RESAMPLES:
        raise InputError("a standard error needs at least two resamples")
    draws = rng.integers(0, len(rows), size=(n_resamples, len(rows)))
    # A resample of empty documents only has no statistic; it is drawn again by leaving it out.
    picked = ([rows[i] for i in draw] for draw in draws.tolist())
    values = np.array([statistic(sample) for sample in picked if any(row.size for row in sample)])
    value = float(statistic(rows))
    if not np.isfinite(value) or not bool(np.isfinite(values).all()):
        raise InputError("the statistic is not finite on every resample")
    return normal(name, value, float(values.std(ddof=1)), n=len(rows))


def units(
    *samples: Sequence[Any] | npt.NDArray[Any],
    measure: Callable[..., Estimate],
    rng: np.random.Generator,
    n_resamples: int = 200,
) -> Estimate:
    """Give a metric of texts or points an interval by drawing these with replacement.

    Each sample is drawn from by itself, as many units as it has, and the interval is centred on the estimate,
    as in `blocks`. A distance of resamples is larger than that of the samples, and a diversity is smaller:
    only their spread is used.

    Args:
        samples: Texts, or points of shape (n, d); each of at least two.
        measure: A metric without an interval of its own, such as `vendi`, `compression_ratio`, `mauve` with
            its seed fixed, or a Wasserstein distance.
        rng: Where the resamples come from.
        n_resamples: How many, at least 2.

    Returns:
        The metric's estimate with its bootstrap standard error and normal interval.

    Raises:
        InputError: If a sample has fewer than two units or there are fewer than two resamples.

    Source:
        Efron and Tibshirani (1993), "An introduction to the bootstrap", section 6.2.
    """
    if n_resamples < LEAST_RESAMPLES or any(len(sample) < 2 for sample in samples):
        raise InputError("a standard error needs at least two resamples of two units")
    whole, values = measure(*samples), []
    for _ in range(n_resamples):
        drawn = (_drawn(sample, rng.integers(0, len(sample), size=len(sample))) for sample in samples)
        values.append(measure(*drawn).value)
    return normal(whole.name, whole.value, spread(values), n=whole.n, limits=(0.0, np.inf))


def _drawn(sample: Sequence[Any] | npt.NDArray[Any], places: npt.NDArray[np.int64]) -> Any:
    return sample[places] if isinstance(sample, np.ndarray) else [sample[i] for i in places.tolist()]


def spread(values: Sequence[float]) -> float:
    """Give the standard deviation of what is finite, and NaN for fewer than two."""
    finite = np.array([value for value in values if np.isfinite(value)])
    return float(finite.std(ddof=1)) if finite.size >= LEAST_RESAMPLES else np.nan


def trimmed(documents: Sequence[npt.ArrayLike], n_tokens: int, *, rng: np.random.Generator) -> list[Longs]:
    """Draw documents until there are exactly n tokens, and cut the last.

    Args:
        documents: Rows of integers.
        n_tokens: How many tokens, at least 1.
        rng: Where the order comes from.

    Returns:
        Documents with n tokens together.

    Raises:
        InputError: If there are fewer tokens.
    """
    rows = checked(documents)
    if not 1 <= n_tokens <= sum(row.size for row in rows):
        raise InputError(f"no {n_tokens} tokens in {sum(row.size for row in rows)}")
    kept: list[Longs] = []
    left = n_tokens
    for place in rng.permutation(len(rows)).tolist():
        if left == 0:
            break
        kept.append(rows[place][:left])
        left -= kept[-1].size
    return kept


def halves(
    documents: Sequence[npt.ArrayLike], *, rng: np.random.Generator
) -> tuple[list[Longs], list[Longs]]:
    """Split documents at random into two halves with equally many tokens.

    Args:
        documents: At least two rows of integers that are not empty.
        rng: Where the split comes from.

    Returns:
        Two lists; the larger half loses the end of its last documents.

    Raises:
        InputError: If there are fewer than two documents with tokens.
    """
    rows = [row for row in checked(documents, least=2) if row.size]
    if len(rows) < 2:
        raise InputError("one document cannot be split between two halves", hint="give at least two")
    order = rng.permutation(len(rows)).tolist()
    one, other = ([rows[i] for i in part] for part in (order[: len(rows) // 2], order[len(rows) // 2 :]))
    n = min(sum(row.size for row in one), sum(row.size for row in other))
    return _cut(one, n), _cut(other, n)


def split_half_null(
    documents: Sequence[npt.ArrayLike],
    *,
    comparison: Comparison,
    rng: np.random.Generator,
    n_splits: int = 200,
) -> Floats:
    """Compare halves of one collection: what there is when nothing differs.

    Args:
        documents: The reference, at least two rows of integers that are not empty.
        comparison: A function of two collections, reference first.
        rng: Where the splits come from.
        n_splits: How many, at least 1.

    Returns:
        Shape (n_splits,). It is the null for samples of half the reference's size; larger samples vary less,
        so using it for them errs on the side of no alarm.

    Raises:
        InputError: If there are too few documents or splits.
    """
    if n_splits < 1:
        raise InputError("a null needs at least one split")
    return np.array([comparison(*halves(documents, rng=rng)) for _ in range(n_splits)])


def _cut(rows: list[Longs], n_tokens: int) -> list[Longs]:
    kept: list[Longs] = []
    for row in rows:
        kept.append(row[:n_tokens])
        n_tokens -= kept[-1].size
    return [row for row in kept if row.size]
