"""What a voice is: a trained model that gives the law of the next token, and what it makes of a text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from headwater.watermark import sampler
from headwater.watermark.abreast import Law
from headwater.watermark.scheme import Floats, Tokens

Ints = npt.NDArray[np.int64]
Laws = Callable[[Sequence[Tokens]], list[Law]]


class Voice(Protocol):
    """Hold a trained model."""

    def laws(self, *, top_p: float, rng: np.random.Generator) -> Laws:
        """Begin to write.

        Args:
            top_p: In (0, 1]; the most probable words that together have this much are kept.
            rng: Draws what the model itself leaves to chance.

        Returns:
            From texts so far, which grow by a token a call and of which the last may drop out, to the law
            of the next token of each: tokens, shape (k,), and their chances, shape (k,), which sum to 1.
        """

    def log_p(self, row: Tokens) -> Floats:
        """Give the log probability of each token of a text in nats, shape (n,)."""


@dataclass(frozen=True, slots=True)
class Task:
    """Say what to train.

    Attributes:
        n_types: Types of the tokenizer.
        order: Longest n-gram, where that is a choice.
        seed: Of what training leaves to chance.
    """

    n_types: int
    order: int
    seed: int


Train = Callable[[Sequence[Tokens], Task], Voice]


def nucleus(tokens: npt.NDArray[np.integer], chances: Floats, top_p: float) -> Law:
    """Keep the most probable tokens.

    Args:
        tokens: Shape (k,).
        chances: Shape (k,), which sum to 1.
        top_p: In (0, 1].

    Returns:
        Tokens and chances above 0 that sum to 1.
    """
    kept, _ = sampler.nucleus(chances, top_p)
    kept = kept[chances[kept] > 0.0]
    return tokens[kept], chances[kept] / chances[kept].sum()
