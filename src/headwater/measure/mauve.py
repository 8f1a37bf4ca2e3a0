"""MAUVE: the area under the divergence frontier of two samples, on features that the caller gives."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.measure.estimate import Estimate, bare
from headwater.measure.features import Floats, checked_pair

_SCALE = 5.0
_N_MIXTURES = 25
_VARIANCE_KEPT = 0.9
_ROUNDS, _STARTS = 100, 5


def mauve(
    one: npt.ArrayLike, other: npt.ArrayLike, *, rng: np.random.Generator, n_clusters: int | None = None
) -> Estimate:
    """Measure the area under the divergence frontier of two quantised samples.

    Features are scaled to length 1, reduced to 90 % of their variance and clustered by k-means, as the
    reference program does; what k-means finds depends on `rng`, so compare
    values made with one seed.

    Args:
        one: Shape (n, d), no row of zeros.
        other: Shape (m, d).
        rng: Where the starts of k-means come from.
        n_clusters: How many, at least 2; None for min(n, m) / 10, at least 2 and at most 500.

    Returns:
        An area in (0, 1], 1 for equal histograms. It falls with the number of clusters a point.

    Raises:
        InputError: If a sample is no sample, a row is zero, or there are fewer points than clusters.

    Source:
        Pillutla et al. (2021), "MAUVE", equations 1 to 3, scaling constant 5; the implementation's defaults.
    """
    first, second = checked_pair(one, other, least=2)
    pooled = np.concatenate([first, second])
    lengths = np.linalg.norm(pooled, axis=1, keepdims=True)
    if not bool((lengths > 0).all()):
        raise InputError("a row of zeros has no direction", hint="leave it out or shift the features")
    smaller = min(first.shape[0], second.shape[0])
    k = min(500, max(2, round(smaller / 10))) if n_clusters is None else n_clusters
    if not 2 <= k <= pooled.shape[0]:
        raise InputError(f"no {k} clusters of {pooled.shape[0]} points")
    place = _clusters(_reduced(pooled / lengths), k, rng)
    n = first.shape[0]
    p, q = (np.bincount(part, minlength=k) / part.size for part in (place[:n], place[n:]))
    return bare("mauve-1", frontier_area(p, q), n=smaller)


def frontier_area(p: npt.ArrayLike, q: npt.ArrayLike) -> float:
    """Measure the area under the divergence frontier of two histograms.

    Args:
        p: Shape (k,), shares that sum to 1.
        q: Shape (k,), shares that sum to 1.

    Returns:
        An area in (0, 1].

    Raises:
        InputError: If they are no two histograms over the same bins.

    Source:
        Pillutla et al. (2021), equations 1 to 3: points (exp(-c KL(q|r)), exp(-c KL(p|r))) for r between p
        and q, with the ends (0, 1) and (1, 0), joined by straight lines.
    """
    one, other = np.asarray(p, dtype=np.float64), np.asarray(q, dtype=np.float64)
    for shares in (one, other):
        good = shares.ndim == 1 and shares.shape == one.shape and bool((shares >= 0).all())
        if not good or not np.isclose(shares.sum(), 1.0):
            raise InputError("two histograms are shares over the same bins, and sum to 1")
    weights = np.linspace(1e-6, 1 - 1e-6, _N_MIXTURES)
    x = [np.exp(-_SCALE * _kl(other, w * one + (1 - w) * other)) for w in weights]
    y = [np.exp(-_SCALE * _kl(one, w * one + (1 - w) * other)) for w in weights]
    xs, ys = np.array([1.0, *x, 0.0]), np.array([0.0, *y, 1.0])
    # The two orders of integration differ by rounding only; their mean is symmetric in the samples.
    along_x = abs(float(np.trapezoid(ys, xs)))
    return (along_x + abs(float(np.trapezoid(xs, ys)))) / 2


def _kl(p: Floats, r: Floats) -> float:
    inside = p > 0
    return float((p[inside] * np.log(p[inside] / r[inside])).sum())


def _reduced(points: Floats) -> Floats:
    """Project on the principal axes that hold 90 % of the variance."""
    centred = points - points.mean(axis=0)
    values, vectors = np.linalg.eigh(centred.T @ centred)
    values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1]
    if values.sum() <= 1e-12:
        return points[:, :1]
    kept = int(np.searchsorted(np.cumsum(values) / values.sum(), _VARIANCE_KEPT)) + 1
    return np.asarray(points @ vectors[:, :kept])


def _clusters(points: Floats, k: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Run k-means from several starts and keep the tightest."""
    from scipy.cluster.vq import kmeans2

    distinct, place = np.unique(points, axis=0, return_inverse=True)
    if distinct.shape[0] <= k:
        return place.reshape(-1).astype(np.int64)
    best, least = place, np.inf
    for _ in range(_STARTS):
        with warnings.catch_warnings():
            # An empty cluster is an empty bin, which the area does not mind.
            warnings.simplefilter("ignore", UserWarning)
            centres, place = kmeans2(points, k, iter=_ROUNDS, minit="++", seed=rng)
        loss = float(((points - centres[place]) ** 2).sum())
        if loss < least:
            best, least = place, loss
    return best.astype(np.int64)
