"""A one-dimensional Gaussian."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from headwater.collapse.models.model import Data, Floats, as_weights, numbers
from headwater.collapse.sampling import FAITHFUL, Sampling
from headwater.errors import InputError


@dataclass(frozen=True, slots=True)
class FittedGaussian:
    """Hold a mean and a variance.

    Attributes:
        mean: mu.
        variance: sigma^2 >= 0; 0 is a point mass.
    """

    mean: float
    variance: float

    def sample(self, size: int, rng: np.random.Generator, *, sampling: Sampling = FAITHFUL) -> Data:
        """Draw samples, shape (size,); temperature and scale both multiply the variance."""
        sampling.only("temperature", "scale", model="gaussian")
        sd = math.sqrt(self.variance * sampling.scale * sampling.temperature)
        return self.mean + sd * rng.standard_normal(size)

    def score(self, data: Data) -> Floats:
        """Give log densities, shape (n,); a point mass gives plus or minus infinity."""
        x = np.asarray(data, dtype=np.float64)
        if self.variance == 0.0:
            return np.where(x == self.mean, np.inf, -np.inf)
        log_scale = math.log(2.0 * math.pi * self.variance)
        return np.asarray(-0.5 * ((x - self.mean) ** 2 / self.variance + log_scale), dtype=np.float64)

    def summary(self) -> Mapping[str, float]:
        """Give mean and variance."""
        return {"mean": self.mean, "variance": self.variance}


@dataclass(frozen=True, slots=True)
class Gaussian:
    """Fit mean and variance by maximum likelihood, or without bias.

    Attributes:
        ddof: 0 divides the sum of squares by n, 1 by n - 1.

    Raises:
        InputError: If ddof is neither.
    """

    name: ClassVar[str] = "gaussian"
    weighted: ClassVar[bool] = True
    ddof: int = 0

    def __post_init__(self) -> None:
        if self.ddof not in {0, 1}:
            raise InputError(f"ddof is 0 or 1, not {self.ddof}")

    def fit(self, data: Data, *, rng: np.random.Generator, weights: Floats | None = None) -> FittedGaussian:
        """Fit to numbers.

        Args:
            data: Shape (n,), n > ddof.
            rng: Not used.
            weights: Shape (n,); with ddof=1 the variance is divided by 1 - sum w^2.

        Returns:
            The fitted model; variance 0 for equal numbers.

        Raises:
            InputError: If there are too few numbers, or they are not finite.
        """
        x = numbers(data, dimensions=1, model=self.name)
        if x.size <= self.ddof:
            raise InputError("an unbiased variance needs two samples", hint="take more, or ddof=0")
        w = as_weights(weights, x.size)
        mean = float(w @ x)
        variance = float(w @ (x - mean) ** 2)
        return FittedGaussian(mean, variance / (1.0 - self.ddof * float(w @ w)))
