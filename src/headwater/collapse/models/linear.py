"""Linear regression, ordinary and ridge: the synthetic data is labels on fresh features."""

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
class FittedLinear:
    """Hold regression weights.

    Attributes:
        slope: Shape (d,).
        noise: Standard deviation of the labels it makes.
    """

    slope: Floats
    noise: float

    def sample(self, size: int, rng: np.random.Generator, *, sampling: Sampling = FAITHFUL) -> Data:
        """Draw rows of d standard normal features and a label, shape (size, d + 1)."""
        sampling.only("temperature", model="linear")
        x = rng.standard_normal((size, self.slope.size))
        noise = self.noise * math.sqrt(sampling.temperature) * rng.standard_normal(size)
        return np.column_stack([x, x @ self.slope + noise])

    def score(self, data: Data) -> Floats:
        """Give the log density of each label given its features, shape (n,)."""
        rows = np.asarray(data, dtype=np.float64)
        z = (rows[:, -1] - rows[:, :-1] @ self.slope) / self.noise
        return np.asarray(-0.5 * (z**2 + math.log(2.0 * math.pi * self.noise**2)), dtype=np.float64)

    def summary(self) -> Mapping[str, float]:
        """Give the squared length of the weights, the error where the truth is 0."""
        return {"slope_squared": float(self.slope @ self.slope)}


@dataclass(frozen=True, slots=True)
class Linear:
    """Fit by least squares, with a ridge penalty where asked for.

    Attributes:
        penalty: Ridge penalty per row, >= 0; 0 is ordinary least squares.
        noise: Standard deviation of the labels of every generation, above 0.

    Raises:
        InputError: If a number is out of range.
    """

    name: ClassVar[str] = "linear"
    weighted: ClassVar[bool] = True
    penalty: float = 0.0
    noise: float = 1.0

    def __post_init__(self) -> None:
        if not (0.0 <= self.penalty < math.inf and 0.0 < self.noise < math.inf):
            raise InputError("a ridge penalty is >= 0 and label noise is positive")

    def fit(self, data: Data, *, rng: np.random.Generator, weights: Floats | None = None) -> FittedLinear:
        """Fit to rows of features and a label.

        Args:
            data: Shape (n, d + 1), the label last.
            rng: Not used.
            weights: Shape (n,).

        Returns:
            The fitted model; of several solutions the shortest.

        Raises:
            InputError: If there is no feature or data is not finite.
        """
        rows = numbers(data, dimensions=2, model=self.name)
        if rows.shape[1] < 2:
            raise InputError("a row has at least one feature and a label")
        x, y = rows[:, :-1], rows[:, -1]
        w = as_weights(weights, len(rows))
        gram = (x * w[:, None]).T @ x + self.penalty * np.eye(x.shape[1])
        slope = np.linalg.lstsq(gram, (x * w[:, None]).T @ y, rcond=None)[0]
        return FittedLinear(np.asarray(slope, dtype=np.float64), self.noise)
