"""An imperfect detector that removes what it flags, and collects as much again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from headwater.collapse.batch import Batch, concatenate
from headwater.collapse.mix.intervention import Draft, Stage
from headwater.collapse.theory import human_share_after_filter
from headwater.errors import InputError

_ROUNDS = 200


@dataclass(frozen=True, slots=True)
class Detector:
    """Remove flagged samples until M unflagged ones are there.

    Attributes:
        tpr: Share of marked synthetic samples that are flagged, in [0, 1].
        fpr: Share of human samples that are flagged, in [0, 1].
        adoption: Share of synthetic samples that carry a mark (1 for a detector that needs none).
        block: Samples that are judged together, such as the tokens of a document.

    Raises:
        InputError: If a number is out of range.
    """

    name: ClassVar[str] = "detector"
    stage: ClassVar[Stage] = Stage.FILTER
    tpr: float
    fpr: float = 0.0
    adoption: float = 1.0
    block: int = 1

    def __post_init__(self) -> None:
        if not all(0.0 <= x <= 1.0 for x in (self.tpr, self.fpr, self.adoption)) or self.block < 1:
            raise InputError("rates and adoption lie in [0, 1], and a block has a sample at least")

    def __call__(self, draft: Draft) -> Draft:
        """Filter the batch, and fill it up with filtered samples of the same mixture.

        Raises:
            InputError: If hardly a sample passes.
        """
        kept = self._filter(draft.batch, draft)
        for _ in range(_ROUNDS):
            if len(kept) >= draft.size:
                return replace(draft, batch=self._trim(kept, draft))
            kept = concatenate(kept, self._filter(draft.more(draft.size), draft))
        raise InputError("the detector removes nearly everything", hint="lower its rates")

    def expected_share(self, share: float, *, generation: int, size: int) -> float:
        """Apply Bayes' rule."""
        caught = self.tpr * self.adoption
        return human_share_after_filter(synthetic=1.0 - share, caught=caught, fpr=self.fpr)

    def _filter(self, batch: Batch, draft: Draft) -> Batch:
        first = batch.human[:: self.block]
        rate = np.where(first, self.fpr, self.tpr * self.adoption)
        flagged = draft.rng.random(first.size) < rate
        for word, mine in (("human", first), ("synthetic", ~first)):
            key = f"flagged_{word}"
            draft.notes[key] = draft.notes.get(key, 0.0) + float(np.sum(flagged & mine)) * self.block
        return batch.take(~np.repeat(flagged, self.block)[: len(batch)])

    def _trim(self, kept: Batch, draft: Draft) -> Batch:
        # Whole blocks are dropped at random, so that the mixture stays as it is; the rest is cut.
        n_blocks = -(-len(kept) // self.block)
        wanted = -(-draft.size // self.block)
        chosen = np.sort(draft.rng.choice(n_blocks, size=wanted, replace=False))
        index = (chosen[:, None] * self.block + np.arange(self.block)).ravel()
        return kept.take(index[index < len(kept)][: draft.size])
