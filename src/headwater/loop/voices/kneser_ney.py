"""An n-gram model with Kneser-Ney smoothing: the family that a loop has unless told otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from headwater.loop.voices.voice import Laws, Task
from headwater.measure import kneser_ney
from headwater.measure.kneser_ney import KneserNey
from headwater.watermark.abreast import Law
from headwater.watermark.scheme import Floats, Tokens

_SPAN = 16  # tokens that a model looks back at most


@dataclass(frozen=True, slots=True, eq=False)
class NGrams:
    """Hold a trained model; it knows every token of the tokenizer, seen or not.

    Attributes:
        model: The model.
        score: Its scorer, whose tables are derived once.
    """

    model: KneserNey
    score: Callable[[npt.NDArray[np.int32]], Floats]

    def laws(self, *, top_p: float, rng: np.random.Generator) -> Laws:
        """Draw an order, and give its law, cut to its nucleus."""
        after = self.model.closed().components(top_p=top_p)

        def laws(texts: Sequence[Tokens]) -> list[Law]:
            return list(after(np.stack([text[-_SPAN:] for text in texts]).astype(np.int32), rng))

        return laws

    def log_p(self, row: Tokens) -> Floats:
        """Give the log probability of each token in nats."""
        return self.score(row.astype(np.int32))


def train(rows: Sequence[Tokens], task: Task) -> NGrams:
    """Train on texts, end to end."""
    stream = np.concatenate(rows).astype(np.int64)
    model = kneser_ney.fit(stream, n_types=task.n_types, order=task.order)
    return NGrams(model, model.scorer())
