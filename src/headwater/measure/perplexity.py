"""Perplexity: of held-out text under a model, and its quantiles over documents under a frozen reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.measure.documents import Longs, checked
from headwater.measure.estimate import LEVEL, Estimate, normal

Floats = npt.NDArray[np.float64]
Score = Callable[[Longs], npt.ArrayLike]
QUANTILES = (0.05, 0.5, 0.95, 0.995)


def held_out(documents: Sequence[npt.ArrayLike], *, score: Score) -> Estimate:
    """Measure the perplexity of human text under a model, token by token.

    Args:
        documents: Rows of tokens that the model was not fitted to.
        score: Log-probabilities of a document's tokens in nats, such as a model's `score`.

    Returns:
        exp(-mean log-probability), at least 1 for a probability model, infinite if a token has chance 0. The
        interval takes documents to be independent (a ratio of means); its error is NaN for one document.

    Raises:
        InputError: If there is no token, or the model gives NaN or another number of scores.

    Source:
        Jelinek et al. (1977), "Perplexity: a measure of the difficulty of speech recognition tasks".
    """
    scores = _scores(documents, score)
    n = sum(row.size for row in scores)
    loss = -float(sum(row.sum() for row in scores)) / n
    if len(scores) == 1 or not np.isfinite(loss):
        return Estimate("perplexity-held-out-1", float(np.exp(loss)), np.nan, np.nan, np.nan, LEVEL, n)
    # The residuals of a ratio: how much more a document loses than its length explains.
    residual = np.array([-row.sum() - loss * row.size for row in scores])
    error = np.sqrt(len(scores) / (len(scores) - 1) * (residual**2).sum()) / n
    value = float(np.exp(loss))
    return normal("perplexity-held-out-1", value, float(value * error), n=n, limits=(0.0, np.inf))


def by_document(documents: Sequence[npt.ArrayLike], *, score: Score, block: int | None = None) -> Floats:
    """Measure the perplexity of every document, or of every block of tokens.

    Args:
        documents: Rows of tokens; empty ones do not count.
        score: As for `held_out`.
        block: Tokens in a block, so that lengths are equal; the rest of a document does not count. None takes
            whole documents, whose spread then depends on their lengths.

    Returns:
        Shape (n_documents,) or (n_blocks,), in order; none if no document fills a block.

    Raises:
        InputError: As for `held_out`, or if a block has no tokens.
    """
    if block is not None and block < 1:
        raise InputError(f"no blocks of {block} tokens")
    means = [_block_means(row, block or row.size) for row in _scores(documents, score)]
    return np.exp(-np.concatenate(means))


def quantile(perplexities: npt.ArrayLike, *, at: float) -> Estimate:
    """Estimate a quantile of perplexities over documents.

    Args:
        perplexities: Shape (n,), from `by_document`; infinite ones are fine.
        at: Which quantile, in (0, 1).

    Returns:
        The sample quantile (the least value with at least that share at or below), with an interval between
        order statistics that holds for any law of independent documents; its ends are infinite or 0 where the
        sample is too small for one. The error is NaN.

    Raises:
        InputError: If there is none, one is NaN, or the quantile is out of range.

    Source:
        David and Nagaraja (2003), "Order statistics", section 7.1: distribution-free intervals.
    """
    from scipy.stats import binom

    values = np.sort(np.asarray(perplexities, dtype=np.float64))
    if values.ndim != 1 or values.size == 0 or bool(np.isnan(values).any()):
        raise InputError("perplexities are one row of numbers, at least one, none of them NaN")
    if not 0.0 < at < 1.0:
        raise InputError(f"a quantile lies strictly between 0 and 1, not {at}")
    n = values.size
    low, high = (int(binom.ppf(p, n, at)) for p in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    value = float(values[max(0, int(np.ceil(at * n)) - 1)])
    ends = (float(values[low - 1]) if low >= 1 else 0.0, float(values[high]) if high < n else np.inf)
    return Estimate(f"perplexity-quantile-{at:g}-1", value, np.nan, *ends, LEVEL, n)


def _scores(documents: Sequence[npt.ArrayLike], score: Score) -> list[Floats]:
    rows = [row for row in checked(documents) if row.size]
    scores = [np.asarray(score(row), dtype=np.float64) for row in rows]
    for row, found in zip(rows, scores, strict=True):
        if found.shape != row.shape or bool(np.isnan(found).any()):
            raise InputError(f"a model scores {row.size} tokens with {row.size} numbers, none of them NaN")
    return scores


def _block_means(row: Floats, block: int) -> Floats:
    whole = row.size // block
    return np.asarray(row[: whole * block].reshape(whole, block).mean(axis=1))
