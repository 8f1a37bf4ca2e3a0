"""A Gaussian in d dimensions with a full covariance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from headwater.collapse.models.model import Data, Floats, as_weights, numbers
from headwater.collapse.sampling import FAITHFUL, Sampling
from headwater.errors import InputError


@dataclass(frozen=True, slots=True, eq=False)
class FittedGaussianNd:
    """Hold a mean and a covariance, which may be singular.

    Attributes:
        mean: Shape (d,).
        covariance: Shape (d, d), symmetric, positive semi-definite.
    """

    mean: Floats
    covariance: Floats

    def sample(self, size: int, rng: np.random.Generator, *, sampling: Sampling = FAITHFUL) -> Data:
        """Draw samples, shape (size, d); both factors multiply the covariance."""
        sampling.only("temperature", "scale", model="gaussian-nd")
        values, vectors = self._spectrum()
        sd = np.sqrt(values * (sampling.scale * sampling.temperature))
        return self.mean + (rng.standard_normal((size, sd.size)) * sd) @ vectors.T

    def score(self, data: Data) -> Floats:
        """Give log densities, shape (n,); minus infinity off a singular model's plane."""
        x = np.asarray(data, dtype=np.float64) - self.mean
        values, vectors = self._spectrum()
        alive = values > values.max(initial=0.0) * 1e-12
        z = x @ vectors
        inside = np.sum(z[:, alive] ** 2 / values[alive], axis=1) + np.sum(
            np.log(2.0 * math.pi * values[alive])
        )
        off = np.sum(z[:, ~alive] ** 2, axis=1) > 1e-12 * (1.0 + np.sum(x * x, axis=1))
        return np.asarray(np.where(off, -np.inf, -0.5 * inside), dtype=np.float64)

    def summary(self) -> Mapping[str, float]:
        """Give the mean's squared length, total variance and log determinant."""
        values, _ = self._spectrum()
        with np.errstate(divide="ignore"):
            log_determinant = float(np.sum(np.log(values)))
        return {
            "mean_squared": float(self.mean @ self.mean),
            "variance": float(np.trace(self.covariance)),
            "log_determinant": max(log_determinant, -1e300),
        }

    def _spectrum(self) -> tuple[Floats, Floats]:
        values, vectors = np.linalg.eigh(self.covariance)
        return np.maximum(values, 0.0), vectors


@dataclass(frozen=True, slots=True)
class GaussianNd:
    """Fit mean and covariance by maximum likelihood, or without bias.

    Attributes:
        ddof: 0 divides by n, 1 by n - 1.

    Raises:
        InputError: If ddof is neither.
    """

    name: ClassVar[str] = "gaussian-nd"
    weighted: ClassVar[bool] = True
    ddof: int = 0

    def __post_init__(self) -> None:
        if self.ddof not in {0, 1}:
            raise InputError(f"ddof is 0 or 1, not {self.ddof}")

    def fit(self, data: Data, *, rng: np.random.Generator, weights: Floats | None = None) -> FittedGaussianNd:
        """Fit to vectors.

        Args:
            data: Shape (n, d), n > ddof.
            rng: Not used.
            weights: Shape (n,).

        Returns:
            The fitted model, singular for fewer than d + 1 samples.

        Raises:
            InputError: If there are too few samples, or they are not finite.
        """
        x = numbers(data, dimensions=2, model=self.name)
        if len(x) <= self.ddof:
            raise InputError("an unbiased covariance needs two samples", hint="take more, or ddof=0")
        w = as_weights(weights, len(x))
        mean = w @ x
        centred = x - mean
        covariance = (centred * w[:, None]).T @ centred / (1.0 - self.ddof * float(w @ w))
        return FittedGaussianNd(mean, covariance)
