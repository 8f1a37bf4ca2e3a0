"""What happens to earlier data: replace it, accumulate it, or subsample what has accumulated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from headwater.collapse.batch import concatenate
from headwater.collapse.mix.intervention import Draft, Stage


@dataclass(frozen=True, slots=True)
class Replace:
    """Train on this generation's samples alone."""

    name: ClassVar[str] = "replace"
    stage: ClassVar[Stage] = Stage.KEEP

    def __call__(self, draft: Draft) -> Draft:
        """Leave the batch as it is."""
        return draft

    def expected_share(self, share: float, *, generation: int, size: int) -> float:
        """Leave the share as it is."""
        return share


@dataclass(frozen=True, slots=True)
class Accumulate:
    """Train on everything so far, the first human training set included."""

    name: ClassVar[str] = "accumulate"
    stage: ClassVar[Stage] = Stage.KEEP

    def __call__(self, draft: Draft) -> Draft:
        """Put the pool in front of the batch."""
        return replace(draft, batch=concatenate(draft.pool, draft.batch))

    def expected_share(self, share: float, *, generation: int, size: int) -> float:
        """Average the human first generation with the later ones."""
        return (1.0 + generation * share) / (generation + 1.0)


@dataclass(frozen=True, slots=True)
class AccumulateSubsample:
    """Train on as many samples as ever, drawn from everything so far."""

    name: ClassVar[str] = "accumulate-subsample"
    stage: ClassVar[Stage] = Stage.KEEP

    def __call__(self, draft: Draft) -> Draft:
        """Draw from pool and batch, keeping their order."""
        n_old = len(draft.pool)
        n = n_old + len(draft.batch)
        chosen = np.sort(draft.rng.choice(n, size=min(draft.size, n), replace=False))
        old, new = np.split(chosen, [np.searchsorted(chosen, n_old)])
        return replace(draft, batch=concatenate(draft.pool.take(old), draft.batch.take(new - n_old)))

    def expected_share(self, share: float, *, generation: int, size: int) -> float:
        """Average the human first generation with the later ones."""
        return (1.0 + generation * share) / (generation + 1.0)
