"""A Gaussian kernel density with Scott's bandwidth."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from headwater.collapse.models.model import Data, Floats, as_weights, numbers
from headwater.collapse.sampling import FAITHFUL, Sampling
from headwater.errors import InputError

_BLOCK = 256  # rows scored at once


@dataclass(frozen=True, slots=True, eq=False)
class FittedKde:
    """Hold the kernels of a density.

    Attributes:
        points: Shape (n, d).
        weights: Shape (n,), sum 1.
        bandwidth: Standard deviation of the kernels by dimension, shape (d,), all positive.
    """

    points: Floats
    weights: Floats
    bandwidth: Floats

    def sample(self, size: int, rng: np.random.Generator, *, sampling: Sampling = FAITHFUL) -> Data:
        """Draw samples, shape (size, d)."""
        sampling.only(model="kde")
        chosen = rng.choice(len(self.points), size=size, p=self.weights)
        return self.points[chosen] + self.bandwidth * rng.standard_normal((size, self.bandwidth.size))

    def score(self, data: Data) -> Floats:
        """Give log densities, shape (n,)."""
        from scipy.special import logsumexp

        x = np.asarray(data, dtype=np.float64) / self.bandwidth
        kernels = self.points / self.bandwidth
        constant = float(np.sum(np.log(self.bandwidth))) + 0.5 * self.bandwidth.size * math.log(2.0 * math.pi)
        out = np.empty(len(x))
        for start in range(0, len(x), _BLOCK):
            rows = x[start : start + _BLOCK]
            squares = ((rows[:, None] - kernels[None]) ** 2).sum(axis=2)
            out[start : start + _BLOCK] = logsumexp(-0.5 * squares, axis=1, b=self.weights)
        return out - constant

    def summary(self) -> Mapping[str, float]:
        """Give the total variance of the density."""
        centre = self.weights @ self.points
        spread = float(self.weights @ ((self.points - centre) ** 2).sum(axis=1))
        return {"variance": spread + float(self.bandwidth @ self.bandwidth)}


@dataclass(frozen=True, slots=True)
class Kde:
    """Fit a kernel density.

    Attributes:
        factor: Multiplies Scott's bandwidth sd * n^(-1/(d + 4)) with ddof = 1, above 0.

    Raises:
        InputError: If the factor is not positive.
    """

    name: ClassVar[str] = "kde"
    weighted: ClassVar[bool] = True
    factor: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 < self.factor < math.inf:
            raise InputError(f"a bandwidth is positive, not {self.factor}")

    def fit(self, data: Data, *, rng: np.random.Generator, weights: Floats | None = None) -> FittedKde:
        """Fit to vectors.

        Args:
            data: Shape (n, d), n >= 2, of positive variance in every dimension.
            rng: Not used.
            weights: Shape (n,).

        Returns:
            The fitted model.

        Raises:
            InputError: If there is no variance to choose a bandwidth by, or data is not finite.

        Source:
            Scott (1992), Multivariate Density Estimation, equation 6.44.
        """
        x = numbers(data, dimensions=2, model=self.name)
        w = as_weights(weights, len(x))
        sd = np.sqrt(w @ (x - w @ x) ** 2)
        if not bool(np.all(sd > 0)):
            raise InputError("a kernel density needs variance in every dimension")
        effective = 1.0 / float(w @ w)
        sd = sd / math.sqrt(1.0 - 1.0 / effective)
        return FittedKde(x, w, self.factor * sd * effective ** (-1.0 / (x.shape[1] + 4)))
