"""Sufficient statistics in many dimensions: mean and scatter matrix, at a cost that does not depend on M.

M samples on few dimensions leave a scatter of lower rank, and every later generation stays on the plane of
the first; so recursions run in coordinates of that plane, in which no matrix is singular.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from headwater.collapse.engines.moments import GaussianLoop
from headwater.errors import InputError

Floats = NDArray[np.float64]
_LEAST_LOG = -1e300  # of a singular covariance, as the model gives it
_BLOCK_NUMBERS = 1 << 20  # of all matrices of a block of replicates


@dataclass(frozen=True, slots=True, eq=False)
class VectorTrace:
    """Fitted parameters by generation (rows) and replicate (columns).

    Attributes:
        mean_squared: Squared lengths of the fitted means, shape (generations + 1, replicates).
        variance: Traces of the fitted covariances, the same shape.
        log_determinant: Their log determinants, the same shape; -1e300 for a singular one.
    """

    mean_squared: Floats
    variance: Floats
    log_determinant: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Moments:
    """Hold count, mean (replicates, r) and scatter about it (replicates, r, r)."""

    count: int
    mean: Floats
    scatter: Floats

    def joined(self, other: _Moments) -> _Moments:
        # Chan, Golub and LeVeque (1983): merge without loss of digits.
        total = self.count + other.count
        delta = other.mean - self.mean
        outer = delta[:, :, None] * delta[:, None, :] * (self.count * other.count / total)
        mean = self.mean + delta * (other.count / total)
        return _Moments(total, mean, self.scatter + other.scatter + outer)


@dataclass(frozen=True, slots=True, eq=False)
class _Plane:
    """Hold where coordinates lie: point (replicates, d), axes (replicates, d, r); None for all of space."""

    point: Floats | None = None
    axes: Floats | None = None

    def record(self, mean: Floats, factor: Floats) -> tuple[Floats, Floats, Floats]:
        """Measure a model whose covariance is factor @ factor.T in these coordinates."""
        if self.axes is None or self.point is None:
            logs = np.log(np.abs(np.diagonal(factor, axis1=1, axis2=2))).sum(axis=1)
            return (mean**2).sum(axis=1), (factor**2).sum(axis=(1, 2)), np.maximum(2.0 * logs, _LEAST_LOG)
        there = self.point + (self.axes @ mean[:, :, None])[:, :, 0]
        variance = ((self.axes @ factor) ** 2).sum(axis=(1, 2))
        return (there**2).sum(axis=1), variance, np.full(len(mean), _LEAST_LOG)


def simulate_vectors(
    loop: GaussianLoop, rng: np.random.Generator, *, dimension: int, generations: int, replicates: int
) -> VectorTrace:
    """Run a Gaussian recursion in d dimensions on standard normal human data.

    Args:
        loop: Which recursion; with fresh human samples it needs M > d.
        rng: Where randomness comes from.
        dimension: d >= 1.
        generations: Last generation, >= 0; generation 0 is fitted to human samples.
        replicates: Independent repetitions, >= 1.

    Returns:
        Full trajectories.

    Raises:
        InputError: If a number is out of range, or fresh samples leave the plane of the first.

    Source:
        Bartlett (1933): a Wishart matrix is A A' with chi on the diagonal and normals below.
    """
    if min(dimension, replicates) < 1 or generations < 0:
        raise InputError("dimension >= 1, generations >= 0 and replicates >= 1 are needed")
    if loop.human and loop.size <= dimension:
        raise InputError(f"{loop.size} samples give no covariance of full rank in {dimension} dimensions")
    found = [np.empty((generations + 1, replicates)) for _ in range(3)]
    width = max(1, _BLOCK_NUMBERS // dimension**2)
    for start in range(0, replicates, width):
        columns = slice(start, min(start + width, replicates))
        _block(loop, rng, dimension, [table[:, columns] for table in found])
    return VectorTrace(*found)


def _block(loop: GaussianLoop, rng: np.random.Generator, dimension: int, tables: list[Floats]) -> None:
    generations, replicates = tables[0].shape
    plane, seen = _first(loop.size, rng, dimension, replicates)
    rank = seen.mean.shape[1]
    mean, factor = seen.mean, _root(seen.scatter / (seen.count - loop.ddof))
    eye, origin = np.broadcast_to(np.eye(rank), factor.shape), np.zeros_like(mean)
    pure = loop.human == 0 and not loop.accumulate
    for g in range(generations):
        if g:
            bent = factor * math.sqrt(loop.scale)
            average, half = _drawn(loop.size - loop.human, mean, bent, rng)
            if pure:  # A product of factors is a factor, and keeps digits that a sum of squares would lose.
                mean, factor = average, half / math.sqrt(loop.size - loop.ddof)
            else:
                new = _Moments(loop.size - loop.human, average, half @ half.mT)
                if loop.human:
                    fresh, other = _drawn(loop.human, origin, eye, rng)
                    new = _Moments(loop.human, fresh, other @ other.mT).joined(new)
                seen = seen.joined(new) if loop.accumulate else new
                mean, factor = seen.mean, _root(seen.scatter / (seen.count - loop.ddof))
        for table, values in zip(tables, plane.record(mean, factor), strict=True):
            table[g] = values


def _root(covariance: Floats) -> Floats:
    """Factor matrices into triangles, those too that rounding has left without full rank."""
    try:
        return np.asarray(np.linalg.cholesky(covariance), dtype=np.float64)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(covariance)
        half = vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :]
        return np.asarray(np.linalg.qr(half.mT, mode="r"), dtype=np.float64).mT


def _first(size: int, rng: np.random.Generator, dimension: int, replicates: int) -> tuple[_Plane, _Moments]:
    """Draw the human samples: in all of space, or as the plane that they span, their scatter as its unit."""
    point = rng.standard_normal((replicates, dimension)) / math.sqrt(size)
    if size > dimension:
        half = _wishart(size - 1, dimension, replicates, rng)
        return _Plane(), _Moments(size, point, half @ half.mT)
    axes = rng.standard_normal((replicates, dimension, size - 1))
    unit = np.broadcast_to(np.eye(size - 1), (replicates, size - 1, size - 1))
    return _Plane(point, axes), _Moments(size, np.zeros((replicates, size - 1)), unit)


def _drawn(count: int, mean: Floats, factor: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw the mean of samples, and a factor of their scatter."""
    if count == 0:
        return mean, np.zeros((*factor.shape[:2], 0))
    z = rng.standard_normal(mean.shape) / math.sqrt(count)
    average = mean + (factor @ z[:, :, None])[:, :, 0]
    return average, factor @ _wishart(count - 1, mean.shape[1], len(mean), rng)


def _wishart(freedom: int, dimension: int, replicates: int, rng: np.random.Generator) -> Floats:
    """Draw a factor of standard Wishart matrices, with as many columns as their rank."""
    if freedom < dimension:
        return rng.standard_normal((replicates, dimension, freedom))
    below, diagonal = np.tril_indices(dimension, -1), np.arange(dimension)
    half = np.zeros((replicates, dimension, dimension))
    half[:, below[0], below[1]] = rng.standard_normal((replicates, below[0].size))
    gammas = rng.standard_gamma((freedom - diagonal) / 2.0, (replicates, dimension))
    half[:, diagonal, diagonal] = np.sqrt(2.0 * gammas)
    return half
