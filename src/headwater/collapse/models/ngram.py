"""An interpolated Kneser-Ney n-gram language model of one stream of tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from headwater.collapse.models.model import Data, Floats, tokens
from headwater.collapse.sampling import FAITHFUL, Sampling
from headwater.errors import InputError
from headwater.measure import kneser_ney


@dataclass(frozen=True, slots=True, eq=False)
class FittedNgram:
    """Hold a language model and the counts it was fitted to.

    Attributes:
        model: The Kneser-Ney model.
        counts: Occurrences of every type in the training set, shape (n_types,).
    """

    model: kneser_ney.KneserNey
    counts: Data

    def sample(self, size: int, rng: np.random.Generator, *, sampling: Sampling = FAITHFUL) -> Data:
        """Draw one stream of tokens, shape (size,)."""
        sampling.only("temperature", "top_p", model="ngram")
        return self.model.sample(size, rng=rng, temperature=sampling.temperature, top_p=sampling.top_p)

    def score(self, data: Data) -> Floats:
        """Give the log probability of each token after those before it, shape (n,)."""
        return self.model.score(data)

    def summary(self) -> Mapping[str, float]:
        """Give types, heterozygosity and entropy in nats of the tokens (plug-in)."""
        p = self.counts[self.counts > 0] / self.counts.sum()
        return {
            "types": float(p.size),
            "heterozygosity": 1.0 - float(p @ p),
            "entropy_nats": 0.0 - float(p @ np.log(p)),  # not -0
        }


@dataclass(frozen=True, slots=True)
class Ngram:
    """Fit a Kneser-Ney model.

    Attributes:
        order: Length of the longest n-gram, >= 1.
        discount: One absolute discount for all, or None for three an order, estimated.
        closed: Whether the model stays within the types it has seen, as drift without mutation does.
        n_types: Size of the vocabulary, or None for the largest token seen.

    Raises:
        InputError: If the order is below 1.
    """

    name: ClassVar[str] = "ngram"
    weighted: ClassVar[bool] = False
    order: int = 3
    discount: float | None = 0.75
    closed: bool = True
    n_types: int | None = None

    def __post_init__(self) -> None:
        if self.order < 1:
            raise InputError(f"an n-gram has at least one word, not {self.order}")

    def fit(self, data: Data, *, rng: np.random.Generator, weights: Floats | None = None) -> FittedNgram:
        """Fit to a stream of tokens.

        Args:
            data: Whole numbers >= 0, shape (n,), n >= 1.
            rng: Not used.
            weights: Not honoured; a run draws samples again by weight.

        Returns:
            The fitted model.

        Raises:
            InputError: If there is no token, or one is out of range.
        """
        x = tokens(data, dimensions=1, model=self.name)
        n_types = int(x.max()) + 1 if self.n_types is None else self.n_types
        model = kneser_ney.fit(x, n_types=n_types, order=self.order, discount=self.discount)
        return FittedNgram(model.closed() if self.closed else model, np.bincount(x, minlength=n_types))
