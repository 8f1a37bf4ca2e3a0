"""What an intervention is: one step from a generation's collected samples to its training set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

import numpy as np

from headwater.collapse.batch import Batch, of
from headwater.collapse.human import Human
from headwater.collapse.models.model import Fitted
from headwater.collapse.sampling import FAITHFUL, Sampling


class Stage(IntEnum):
    """Order in which a plan is carried out, whatever order it was written in."""

    SAMPLE = 0
    SHARE = 1
    FILTER = 2
    REVIEW = 3
    KEEP = 4
    WEIGH = 5


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """Hold one generation's training set while it is made.

    Attributes:
        generation: Which one, >= 1; generation 0 is trained on human data alone.
        size: Samples M that join in a generation.
        human: Where human samples come from.
        fitted: The last generation's model.
        pool: All samples of earlier generations.
        batch: The training set as it stands.
        rng: Where randomness comes from.
        sampling: How the model is sampled.
        new: What this generation adds to the pool; set when its training set is made.
        collect: Function that gives that many more samples of the same kind as the batch.
        notes: What interventions counted, by name.
    """

    generation: int
    size: int
    human: Human
    fitted: Fitted
    pool: Batch
    batch: Batch
    rng: np.random.Generator
    sampling: Sampling = FAITHFUL
    new: Batch | None = None
    collect: Callable[[int], Batch] | None = None
    notes: dict[str, float] = field(default_factory=dict)

    def synthetic(self, n: int) -> Batch:
        """Draw samples from the last generation's model."""
        data = self.fitted.sample(n, self.rng, sampling=self.sampling)
        return of(data, human=False, born=self.generation)

    def from_human(self, n: int) -> Batch:
        """Draw fresh human samples."""
        return of(self.human.fresh(n, self.rng), human=True, born=self.generation)

    def more(self, n: int) -> Batch:
        """Draw samples of the same mixture as the batch; nothing for n = 0."""
        if n <= 0:
            return self.batch.take(np.arange(0))
        return self.synthetic(n) if self.collect is None else self.collect(n)


class Intervention(Protocol):
    """Change a draft; one file each, one line each in `INTERVENTIONS`."""

    @property
    def name(self) -> str:
        """Name the intervention; it goes into results and never changes meaning."""

    @property
    def stage(self) -> Stage:
        """Say when it is carried out."""

    def __call__(self, draft: Draft) -> Draft:
        """Carry it out."""

    def expected_share(self, share: float, *, generation: int, size: int) -> float:
        """Give the human share expected after it; NaN where there is no theory.

        `share` is that of the batch before it, taken to be the same in every generation from 1 on.
        """
