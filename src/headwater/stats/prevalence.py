"""How much of a sample is not null, as a sum over its members, so that every part of it has its share too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headwater.errors import InputError
from headwater.stats.conformal import effective_size
from headwater.stats.mixture import Floats, Share, greatest_share, greatest_shares

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Counts = NDArray[np.int64]
LEAST_SITES = 10
_NULL, _TAIL, _ALTERNATIVE = (0.2, 0.4, 0.6, 0.8, 0.9), (0.95, 0.98, 0.99), (0.1, 0.25, 0.5, 0.75, 0.9)
_LEAST_IN_TAIL = 5
_LEAST_SHARE = 0.02


@final
@dataclass(frozen=True, slots=True)
class Contrast:
    """Two laws of a score on common bins.

    Attributes:
        edges: Between the bins, ascending, shape (n_bins - 1,).
        null: Scores of known nulls in each bin, shape (n_bins,); weighted ones need not be whole.
        alternative: Scores of known alternatives in each bin, shape (n_bins,).
        n_null: Known nulls; of weighted ones, how many equal ones say as much.
    """

    edges: Floats
    null: Floats
    alternative: Floats
    n_null: int

    def bins(self, scores: ArrayLike) -> Counts:
        """Give the bin of each score, shape (m,)."""
        return np.searchsorted(self.edges, np.asarray(scores, dtype=np.float64))

    @property
    def auroc(self) -> float:
        """Give the chance that an alternative scores above a null, ties by half."""
        h, g = self.null / self.null.sum(), self.alternative / self.alternative.sum()
        return float(np.sum(g * (np.cumsum(h) - 0.5 * h)))

    def log_ratio(self, scores: ArrayLike) -> Floats:
        """Give ln of the likelihood ratio of each score, shape (m,)."""
        h, g = self._rising()
        return np.asarray((np.log(g) - np.log(h))[self.bins(scores)])

    def share(self, scores: ArrayLike) -> float:
        """Give the share of alternatives under which scores are likeliest, in [0, 1]."""
        return greatest_share(np.bincount(self.bins(scores), minlength=self.null.size), *self._rising())

    def parts(self, counts: Counts, *, rng: np.random.Generator, n_draws: int) -> tuple[Floats, Floats]:
        """Say how much of a generated document each bin stands for.

        A part is linear in the ratio of likelihoods, and scaled so that known nulls have 0 on average and
        known alternatives 1. So the mean of the parts of any sample that mixes the two laws estimates its
        share of alternatives, and for the whole sample it is the estimate of greatest likelihood. The chance
        of being an alternative is taken never to fall as the score rises; were it not so, the mean would be
        right all the same, and less sure.

        Args:
            counts: Of the whole sample in each bin, shape (n_bins,).
            rng: Draws known nulls and alternatives again, from which each time the ratio is learned anew.
            n_draws: How often.

        Returns:
            The parts, shape (n_bins,), below 0 and above 1 too; and those under each draw, shape
            (n_draws, n_bins).

        Source:
            The efficient score of a mixture's share, centred and scaled: Lindsay (1995), Mixture Models,
            section 2; Forman (2008), Data Mining and Knowledge Discovery 17, for the adjustment.
        """
        n_null, n_other = self.n_null, int(self.alternative.sum())
        nulls = rng.multinomial(n_null, self.null / self.null.sum(), n_draws)
        others = rng.multinomial(n_other, self.alternative / self.alternative.sum(), n_draws)
        return _parts(counts, self.null, self.alternative), _parts(
            counts, nulls.astype(np.float64), others.astype(np.float64)
        )

    def _rising(self) -> tuple[Floats, Floats]:
        return _rising(self.null, self.alternative)


def _rising(null: Floats, alternative: Floats) -> tuple[Floats, Floats]:
    """Give the laws closest to the counts whose ratio never falls as the score rises."""
    from scipy.optimize import isotonic_regression

    h, g = ((law + 0.5) / (law + 0.5).sum() for law in (null, alternative))
    chance = isotonic_regression(g / (g + h), weights=g + h).x
    return (g + h) * (1.0 - chance), (g + h) * chance


def _parts(counts: Counts, null: Floats, alternative: Floats) -> Floats:
    """Learn the ratio and scale it, for each row of known counts; shape of `null`."""
    pairs = zip(np.atleast_2d(null), np.atleast_2d(alternative), strict=True)
    laws = np.array([_rising(*pair) for pair in pairs])  # (n_draws, 2, n_bins)
    h, g = (laws[:, at].reshape(null.shape) for at in (0, 1))
    share = np.clip(greatest_shares(counts, h, g), _LEAST_SHARE, 1.0 - _LEAST_SHARE)[..., None]
    ratio = (g - h) / (h + share * (g - h))
    return _scaled(
        ratio, null / null.sum(-1, keepdims=True), alternative / alternative.sum(-1, keepdims=True)
    )


def _scaled(ratio: Floats, null: Floats, alternative: Floats) -> Floats:
    zero = np.sum(null * ratio, axis=-1, keepdims=True)
    # Laws that a draw makes equal say nothing; the bound keeps them from saying anything at all.
    width = np.maximum(np.sum(alternative * ratio, axis=-1, keepdims=True) - zero, 1e-3)
    return np.asarray((ratio - zero) / width)


def contrast(null: ArrayLike, alternative: ArrayLike, *, weights: ArrayLike | None = None) -> Contrast:
    """Put two samples of known scores on common bins.

    Args:
        null: Scores of known nulls, shape (n,), n >= 2.
        alternative: Scores of known alternatives, shape (k,), k >= 2.
        weights: How many nulls each stands for, shape (n,); one each if not given.

    Returns:
        The contrast; bins are quantiles of each sample, finer where nulls are rare and few in all, since a
        ratio that is learned from the scores it is then applied to takes chance for difference.

    Raises:
        InputError: If a sample is too small, not flat, or holds something that is not a number.
    """
    h, g = (np.asarray(part, dtype=np.float64) for part in (null, alternative))
    for part in (h, g):
        if part.ndim != 1 or part.size < 2 or not bool(np.isfinite(part).all()):
            raise InputError("a sample is a flat sequence of at least 2 numbers")
    w = np.ones(h.size) if weights is None else np.asarray(weights, dtype=np.float64)
    tail = [level for level in _TAIL if h.size * (1.0 - level) >= _LEAST_IN_TAIL]
    edges = np.unique(np.concatenate([np.quantile(h, [*_NULL, *tail]), np.quantile(g, _ALTERNATIVE)]))
    at = np.searchsorted(edges, h)
    n_null = effective_size(w)
    counts = np.bincount(at, w * (n_null / w.sum()), minlength=edges.size + 1)
    other = np.bincount(np.searchsorted(edges, g), np.ones(g.size), minlength=edges.size + 1)
    null_counts, other_counts = (np.asarray(part, dtype=np.float64) for part in (counts, other))
    return Contrast(edges, null_counts, other_counts, n_null)


def share_of(
    counts: csr_array, parts: Floats, draws: Floats, *, rng: np.random.Generator, level: float = 0.95
) -> Share:
    """Add up the parts of a sample, with an interval over its sites.

    Args:
        counts: Documents by site and bin, sparse, shape (n_sites, n_bins).
        parts: From `Contrast.parts`, shape (n_bins,).
        draws: From `Contrast.parts`, shape (n_draws, n_bins).
        rng: Draws sites again.
        level: Coverage of the interval, in (0, 1).

    Returns:
        The share and its interval, cut to [0, 1]. Sites are drawn as wholes, since pages of one site are
        alike; with fewer than 10 sites, documents are drawn. The interval is the hull of the bootstrap's
        basic and percentile intervals, as in `mixture_share`.

    Source:
        Davison and Hinkley (1997), Bootstrap Methods and their Application, section 3.8.
    """
    whole = np.asarray(counts.sum(axis=0)).ravel()
    n = int(whole.sum())
    value = float(whole @ parts) / n
    found = np.array([_again(counts, whole, draw, rng) for draw in draws])
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(found, [tail, 1.0 - tail])
    share = min(max(value, 0.0), 1.0)
    # An estimate outside [0, 1] is moved to its end, and the interval reaches as far from there.
    ends = np.array([low, high, 2 * value - high, 2 * value - low])
    ends = np.clip(np.concatenate([ends, ends + (share - value)]), 0.0, 1.0)
    return Share(share, float(ends.min()), float(ends.max()), n)


def _again(counts: Any, whole: Counts, parts: Floats, rng: np.random.Generator) -> float:
    n_sites = counts.shape[0]
    if n_sites < LEAST_SITES:
        drawn = rng.multinomial(whole.sum(), whole / whole.sum())
    else:
        drawn = rng.multinomial(n_sites, np.full(n_sites, 1.0 / n_sites)) @ counts
    return float(drawn @ parts) / float(drawn.sum())
