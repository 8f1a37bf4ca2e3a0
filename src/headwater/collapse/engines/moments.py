"""Sufficient statistics: a Gaussian recursion at a cost that does not depend on the sample size.

A fit to M normal samples needs only their mean and their sum of squares, which are independent: one
normal number and one gamma number. Pools merge by adding moments, so accumulating costs no more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from headwater.errors import InputError

Floats = NDArray[np.float64]
_BLOCK = 2_500  # replicates


@dataclass(frozen=True, slots=True)
class GaussianLoop:
    """Say which Gaussian recursion to run; generation 0 is fitted to M human samples.

    Attributes:
        size: Samples M that join in every generation.
        ddof: 0 or 1; the fitted variance divides by n - ddof.
        scale: Sampling bias lambda.
        human: How many of the M are fresh and human from generation 1 on.
        accumulate: Whether generations are fitted to everything so far.

    Raises:
        InputError: If a number is out of range.
    """

    size: int
    ddof: int = 0
    scale: float = 1.0
    human: int = 0
    accumulate: bool = False

    def __post_init__(self) -> None:
        if self.ddof not in {0, 1}:
            raise InputError(f"ddof is 0 or 1, not {self.ddof}")
        if self.size <= self.ddof:
            raise InputError("an unbiased variance needs two samples", hint="take more, or ddof=0")
        if not (0 <= self.human <= self.size and 0.0 < self.scale < np.inf):
            raise InputError("0 to M samples are human, and the scale is positive")


@dataclass(frozen=True, slots=True, eq=False)
class GaussianTrace:
    """Fitted parameters by generation (rows) and replicate (columns).

    Attributes:
        mean: Fitted means, shape (generations + 1, replicates).
        variance: Fitted variances, the same shape.
    """

    mean: Floats
    variance: Floats


@dataclass(slots=True, eq=False)
class _Moments:
    """Count, mean and sum of squares about it, one column a replicate."""

    count: int
    mean: Floats
    squares: Floats

    def join(self, other: _Moments) -> None:
        # Chan, Golub and LeVeque (1983): merge without loss of digits.
        total = self.count + other.count
        delta = other.mean - self.mean
        self.mean = self.mean + delta * (other.count / total)
        self.squares = self.squares + other.squares + delta * delta * (self.count * other.count / total)
        self.count = total


def simulate(
    loop: GaussianLoop,
    rng: np.random.Generator,
    *,
    generations: int,
    replicates: int,
    truth: tuple[float, float] = (0.0, 1.0),
) -> GaussianTrace:
    """Run a Gaussian recursion by its sufficient statistics.

    Args:
        loop: Which recursion.
        rng: Where randomness comes from.
        generations: Last generation, >= 0.
        replicates: Independent repetitions, >= 1.
        truth: Mean and variance of the human data; a variance of 0 stays 0.

    Returns:
        Full trajectories of mean and variance.

    Raises:
        InputError: If a number is out of range.

    Source:
        Fisher (1925): mean and variance of normal samples are independent, normal and chi-square.
    """
    if generations < 0 or replicates < 1 or not (np.isfinite(truth[0]) and 0.0 <= truth[1] < np.inf):
        raise InputError("generations >= 0, replicates >= 1 and a finite truth are needed")
    mean = np.empty((generations + 1, replicates))
    variance = np.empty((generations + 1, replicates))
    if loop.human == 0 and not loop.accumulate:
        _replace(loop, rng, mean=mean, variance=variance, truth=truth)
    else:
        _mixed(loop, rng, mean=mean, variance=variance, truth=truth)
    return GaussianTrace(mean, variance)


def _replace(
    loop: GaussianLoop,
    rng: np.random.Generator,
    *,
    mean: Floats,
    variance: Floats,
    truth: tuple[float, float],
) -> None:
    """Fill the trajectories block by block of replicates, so that the working rows stay in cache."""
    m, last_column = loop.size, mean.shape[1]
    for start in range(0, last_column, _BLOCK):
        columns = slice(start, min(start + _BLOCK, last_column))
        n = columns.stop - start
        mu, v = np.full(n, float(truth[0])), np.full(n, float(truth[1]))
        normal, gamma, sd = np.empty(n), np.empty(n), np.empty(n)
        for g in range(mean.shape[0]):
            bias = loop.scale if g else 1.0
            rng.standard_normal(out=normal)
            rng.standard_gamma((m - 1) / 2.0, out=gamma)
            np.sqrt(v, out=sd)
            sd *= math.sqrt(bias / m)
            normal *= sd
            mu += normal
            gamma *= 2.0 * bias / (m - loop.ddof)
            v *= gamma
            mean[g, columns], variance[g, columns] = mu, v


def _mixed(
    loop: GaussianLoop,
    rng: np.random.Generator,
    *,
    mean: Floats,
    variance: Floats,
    truth: tuple[float, float],
) -> None:
    replicates = mean.shape[1]
    true_mean, true_variance = (np.full(replicates, float(value)) for value in truth)
    seen = _draw(loop.size, true_mean, true_variance, rng)
    for g in range(mean.shape[0]):
        if g:
            new = _draw(loop.human, true_mean, true_variance, rng)
            new.join(_draw(loop.size - loop.human, mean[g - 1], loop.scale * variance[g - 1], rng))
            if loop.accumulate:
                seen.join(new)
            else:
                seen = new
        mean[g] = seen.mean
        variance[g] = seen.squares / (seen.count - loop.ddof)


def _draw(count: int, mean: Floats, variance: Floats, rng: np.random.Generator) -> _Moments:
    if count == 0:
        return _Moments(0, np.zeros_like(mean), np.zeros_like(mean))
    average = mean + np.sqrt(variance / count) * rng.standard_normal(mean.size)
    return _Moments(count, average, variance * (2.0 * rng.standard_gamma((count - 1) / 2.0, size=mean.size)))
