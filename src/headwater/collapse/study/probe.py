"""A model that is examined in every generation: what a look finds joins what a run records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from headwater.collapse.models.model import Data, Fitted, Floats, Model
from headwater.collapse.sampling import FAITHFUL, Sampling

Look = Callable[[Fitted, Data], Mapping[str, float]]


@dataclass(frozen=True, slots=True, eq=False)
class FittedProbe:
    """Hold a fitted model and what was seen of it.

    Attributes:
        model: The model.
        seen: Numbers by name.
    """

    model: Fitted
    seen: Mapping[str, float]

    def sample(self, size: int, rng: np.random.Generator, *, sampling: Sampling = FAITHFUL) -> Data:
        """Sample the model."""
        return self.model.sample(size, rng, sampling=sampling)

    def score(self, data: Data) -> Floats:
        """Score by the model."""
        return self.model.score(data)

    def summary(self) -> Mapping[str, float]:
        """Give the model's summary and what was seen."""
        return {**self.model.summary(), **self.seen}


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """Look at every model that is fitted.

    Attributes:
        model: The family.
        look: Function of the fitted model and its training data that gives numbers by name.
    """

    model: Model
    look: Look

    @property
    def name(self) -> str:
        """Name the family that is probed."""
        return self.model.name

    @property
    def weighted(self) -> bool:
        """Tell whether the family honours weights."""
        return self.model.weighted

    def fit(self, data: Data, *, rng: np.random.Generator, weights: Floats | None = None) -> FittedProbe:
        """Fit the family and look.

        Args:
            data: What the family takes.
            rng: Where randomness comes from.
            weights: What the family takes.

        Returns:
            The fitted model with what was seen.
        """
        fitted = self.model.fit(data, rng=rng, weights=weights)
        return FittedProbe(fitted, self.look(fitted, data))
