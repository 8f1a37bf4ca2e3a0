"""How much of a sample is not null, and how likely each of its members is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headwater.errors import InputError

Floats = NDArray[np.float64]

_N_BINS = 24


@dataclass(frozen=True, slots=True)
class Share:
    """An estimated share with its interval.

    Attributes:
        value: In [0, 1].
        low: Lower end.
        high: Upper end.
        n: Tests it stands on.
    """

    value: float
    low: float
    high: float
    n: int


def mixture_share(
    scores: ArrayLike,
    null: ArrayLike,
    alternative: ArrayLike,
    *,
    rng: np.random.Generator,
    level: float = 0.95,
    n_draws: int = 200,
) -> Share:
    """Estimate which share of a sample follows the alternative.

    By maximum likelihood on binned scores. Assumes that the sample mixes draws of the two laws that
    `null` and `alternative` are drawn from, and nothing else.

    Args:
        scores: The sample, shape (m,), m >= 1.
        null: Scores of known nulls, shape (n,), n >= 2.
        alternative: Scores of known alternatives, shape (k,), k >= 2.
        rng: Draws the bootstrap, which resamples all three.
        level: Coverage of the interval, in (0, 1).
        n_draws: Bootstrap samples.

    Returns:
        The share. The interval is the bootstrap's percentile interval, widened where the sample's own
        likelihood is flatter.

    Raises:
        InputError: If a sample is empty, not flat, or holds something that is not a number.

    Source:
        Mixture maximum likelihood by EM; Efron and Tibshirani (1993), chapter 13, for the interval.
    """
    s, h, g = _flat(scores, 1), _flat(null, 2), _flat(alternative, 2)
    grid = np.linspace(0.0, 1.0, _N_BINS + 1)[1:-1]  # Quantiles of each, so that the tails of both have bins.
    edges = np.unique(np.concatenate([np.quantile(h, grid), np.quantile(g, grid)]))
    counts = [np.bincount(np.searchsorted(edges, part), minlength=edges.size + 1) for part in (s, h, g)]
    value = float(_solve(*counts))
    drawn = np.array([[rng.multinomial(c.sum(), c / c.sum()) for c in counts] for _ in range(n_draws)])
    draws = _solve(*np.moveaxis(drawn, 1, 0))
    tail = (1.0 - level) / 2.0
    # The basic and the percentile interval disagree near 0 and 1; the hull of both covers there.
    low, high = np.quantile(draws, [tail, 1.0 - tail])
    ends = (low, high, 2 * value - high, 2 * value - low)
    return Share(value, float(max(0.0, min(ends))), float(min(1.0, max(ends))), int(s.size))


def _solve(sample: NDArray[np.int64], null: NDArray[np.int64], alternative: NDArray[np.int64]) -> Floats:
    """Find shares of greatest likelihood; bins nobody is known to fall into get half a count."""
    h, g = ((part + 0.5) / (part + 0.5).sum(axis=-1, keepdims=True) for part in (null, alternative))
    return greatest_shares(sample, h, g)


def greatest_share(sample: NDArray[np.int64], null: Floats, alternative: Floats) -> float:
    """Find the share of the alternative under which a sample is likeliest.

    Args:
        sample: Members in each bin, shape (n_bins,).
        null: Chance of each bin under the null, above 0, shape (n_bins,).
        alternative: Chance of each bin under the alternative, above 0, shape (n_bins,).

    Returns:
        In [0, 1].
    """
    return float(greatest_shares(sample, null, alternative))


def greatest_shares(sample: NDArray[np.int64], null: Floats, alternative: Floats) -> Floats:
    """Find `greatest_share` for samples and pairs of laws, (..., n_bins), at once."""
    h, g = null, alternative
    low, high = np.zeros(h.shape[:-1]), np.ones(h.shape[:-1])
    # The likelihood is concave in the share: bisect its slope.
    for _ in range(40):
        middle = 0.5 * (low + high)
        rises = np.sum(sample * (g - h) / (h + middle[..., None] * (g - h)), axis=-1) > 0.0
        low, high = np.where(rises, middle, low), np.where(rises, high, middle)
    return np.asarray(0.5 * (low + high))


def decreasing_density(p_values: ArrayLike) -> tuple[Floats, Floats]:
    """Estimate the density of p-values, which alternatives make small.

    Args:
        p_values: In (0, 1], shape (m,), m >= 1.

    Returns:
        Right ends of the pieces, ascending, the last one 1, and the density on each.

    Raises:
        InputError: If there is none, or one is out of range.

    Source:
        Grenander (1956), Skandinavisk Aktuarietidskrift 39: the slope of the least concave majorant of the
        distribution function.
    """
    p = np.sort(_flat(p_values, 1))
    if p[0] <= 0.0 or p[-1] > 1.0:
        raise InputError("p-values lie in (0, 1]")
    ends, counts = np.unique(p, return_counts=True)
    if ends[-1] < 1.0:
        ends, counts = np.append(ends, 1.0), np.append(counts, 0)
    widths, masses = np.diff(ends, prepend=0.0), counts / p.size
    pieces: list[tuple[float, float]] = []  # (width, mass)
    for width, mass in zip(widths.tolist(), masses.tolist(), strict=True):
        pieces.append((width, mass))
        while len(pieces) > 1 and pieces[-1][1] * pieces[-2][0] >= pieces[-2][1] * pieces[-1][0]:
            (w, m), (v, n) = pieces.pop(), pieces.pop()
            pieces.append((w + v, m + n))
    found = np.array(pieces)
    return np.minimum(np.cumsum(found[:, 0]), 1.0), found[:, 1] / found[:, 0]


def null_chance(p_values: ArrayLike, *, null_share: float) -> Floats:
    """Estimate for each test the chance that it is null.

    Args:
        p_values: In (0, 1], shape (m,), m >= 1.
        null_share: Share of nulls, in [0, 1].

    Returns:
        The local false-discovery rate: null_share over the estimated density, at most 1, shape (m,). It
        never falls as p rises.

    Raises:
        InputError: If there is no p-value, or a number is out of range.

    Source:
        Efron, Tibshirani, Storey and Tusher (2001), JASA 96; Strimmer (2008), BMC Bioinformatics 9, with
        Grenander's density.
    """
    if not 0.0 <= null_share <= 1.0:
        raise InputError(f"a share lies in [0, 1], not {null_share}")
    ends, density = decreasing_density(p_values)
    at = np.searchsorted(ends, _flat(p_values, 1), side="left").clip(max=ends.size - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = np.where(density[at] > 0.0, null_share / density[at], 1.0)
    return np.minimum(chance, 1.0)


def _flat(numbers: ArrayLike, least: int) -> Floats:
    array = np.asarray(numbers, dtype=np.float64)
    if array.ndim != 1 or array.size < least or not bool(np.isfinite(array).all()):
        raise InputError(f"a sample is a flat sequence of at least {least} numbers")
    return array
