"""A categorical law over types: the empirical distribution of tokens; Zipf's law as a truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from headwater.collapse.models.model import Data, Floats, as_weights, tokens
from headwater.collapse.sampling import FAITHFUL, Sampling
from headwater.errors import InputError


@dataclass(frozen=True, slots=True, eq=False)
class FittedCategorical:
    """Hold the probabilities of types.

    Attributes:
        p: Shape (k,), sum 1.
    """

    p: Floats

    def sample(self, size: int, rng: np.random.Generator, *, sampling: Sampling = FAITHFUL) -> Data:
        """Draw tokens, int64, shape (size,)."""
        law = sampling.only("temperature", "top_p", model="categorical").bend(self.p)
        edges = np.cumsum(law)
        found = np.searchsorted(edges, rng.random(size) * edges[-1], side="right")
        return np.asarray(np.minimum(found, self.p.size - 1), dtype=np.int64)

    def score(self, data: Data) -> Floats:
        """Give log probabilities, shape (n,); minus infinity for types without mass."""
        x = np.asarray(data)
        known = (x >= 0) & (x < self.p.size)
        with np.errstate(divide="ignore"):
            return np.asarray(np.where(known, np.log(self.p[np.where(known, x, 0)]), -np.inf))

    def summary(self) -> Mapping[str, float]:
        """Give types, heterozygosity and entropy in nats of the fitted law (plug-in)."""
        p = self.p[self.p > 0]
        return {
            "types": float(p.size),
            "heterozygosity": 1.0 - float(p @ p),
            "entropy_nats": 0.0 - float(p @ np.log(p)),  # not -0
        }


@dataclass(frozen=True, slots=True)
class Categorical:
    """Fit relative frequencies."""

    name: ClassVar[str] = "categorical"
    weighted: ClassVar[bool] = True

    def fit(
        self, data: Data, *, rng: np.random.Generator, weights: Floats | None = None
    ) -> FittedCategorical:
        """Fit to tokens.

        Args:
            data: Whole numbers >= 0, shape (n,), n >= 1.
            rng: Not used.
            weights: Shape (n,).

        Returns:
            The fitted model; one type gives a point mass.

        Raises:
            InputError: If there is no token, or one is negative or not whole.
        """
        x = tokens(data, dimensions=1, model=self.name)
        p = np.bincount(x, weights=as_weights(weights, x.size))
        return FittedCategorical(np.asarray(p, dtype=np.float64))


def zipf(n_types: int, *, exponent: float = 1.0) -> Floats:
    """Compute Zipf's law.

    Args:
        n_types: k >= 1.
        exponent: beta >= 0.

    Returns:
        p_i ~ i^-beta, shape (k,), sum 1.

    Raises:
        InputError: If a number is out of range.
    """
    if n_types < 1 or not 0.0 <= exponent < np.inf:
        raise InputError("Zipf's law has at least one type and an exponent >= 0")
    p = np.arange(1, n_types + 1, dtype=np.float64) ** -exponent
    return np.asarray(p / p.sum(), dtype=np.float64)
