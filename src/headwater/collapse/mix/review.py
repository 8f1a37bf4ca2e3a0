"""Humans in the loop: a budget of samples of every generation is looked at and replaced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from headwater.collapse.batch import Batch
from headwater.collapse.mix.intervention import Draft, Stage
from headwater.collapse.models.model import Fitted
from headwater.errors import InputError

Acquire = Callable[[Batch, Fitted, int, np.random.Generator], NDArray[np.int64]]
Answer = Callable[[NDArray[Any], np.random.Generator], NDArray[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class HumanLoop:
    """Have people replace the samples that an acquisition function picks.

    Attributes:
        budget: Samples a generation, >= 0; at most M.
        acquire: Function of the batch, the last model, a number and a generator that gives the numbers
            of the samples to look at, all different; None picks at random.
        answer: Function of the picked samples and a generator that gives what people make of them; None
            puts fresh human samples in their place.

    Raises:
        InputError: If the budget is negative.
    """

    name: ClassVar[str] = "human-loop"
    stage: ClassVar[Stage] = Stage.REVIEW
    budget: int
    acquire: Acquire | None = None
    answer: Answer | None = None

    def __post_init__(self) -> None:
        if self.budget < 0:
            raise InputError(f"a budget is not negative, as {self.budget} is")

    def __call__(self, draft: Draft) -> Draft:
        """Replace the picked samples by human ones."""
        n = min(self.budget, len(draft.batch))
        if n == 0:
            return draft
        chosen = self._choose(draft, n)
        batch = draft.batch
        if self.answer is None:
            made = draft.human.fresh(n, draft.rng)
        else:
            made = self.answer(batch.data[chosen], draft.rng)
        data, human, born = batch.data.copy(), batch.human.copy(), batch.born.copy()
        data[chosen], human[chosen], born[chosen] = made, True, draft.generation
        draft.notes["reviewed_human"] = float(np.sum(batch.human[chosen]))
        return replace(draft, batch=Batch(data, human, born, batch.weights))

    def expected_share(self, share: float, *, generation: int, size: int) -> float:
        """Add the budget's part of the rest; NaN for an acquisition of one's own."""
        if self.acquire is not None:
            return float("nan")
        return share + (1.0 - share) * min(self.budget, size) / size

    def _choose(self, draft: Draft, n: int) -> NDArray[np.int64]:
        if self.acquire is None:
            return draft.rng.choice(len(draft.batch), size=n, replace=False)
        chosen = np.asarray(self.acquire(draft.batch, draft.fitted, n, draft.rng))
        if chosen.dtype.kind not in "iu" or np.unique(chosen).size != n or chosen.size != n:
            raise InputError(f"an acquisition function picks {n} different samples")
        return chosen


def surprise(batch: Batch, fitted: Fitted, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Pick the samples that the last model finds least likely.

    Args:
        batch: What may be picked from.
        fitted: The last generation's model.
        n: How many.
        rng: Not used.

    Returns:
        Numbers of samples, shape (n,).

    Source:
        Gambetta et al. (2024), arXiv 2410.12341.
    """
    return np.argsort(fitted.score(batch.data), kind="stable")[:n]
