"""A verifier that selects among synthetic samples: only what it accepts is trained on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from headwater.collapse.batch import concatenate
from headwater.collapse.mix.intervention import Draft, Stage
from headwater.errors import InputError

Accept = Callable[[NDArray[Any], np.random.Generator], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True, eq=False)
class Verifier:
    """Keep only synthetic samples that a verifier accepts; draw until they suffice.

    Attributes:
        accept: Function of samples and a generator that tells which are accepted, bool, shape (n,).
        rounds: How often samples are drawn again at most.
    """

    name: ClassVar[str] = "verifier"
    stage: ClassVar[Stage] = Stage.FILTER
    accept: Accept
    rounds: int = 100

    def __call__(self, draft: Draft) -> Draft:
        """Replace rejected synthetic samples by accepted ones; human samples stay.

        Raises:
            InputError: If hardly a sample passes.
        """
        human, machine = draft.batch.take(draft.batch.human), draft.batch.take(~draft.batch.human)
        wanted, drawn = len(machine), len(machine)
        kept = machine.take(self._accepted(machine.data, draft.rng))
        for _ in range(self.rounds):
            if len(kept) >= wanted:
                draft.notes["verified_of_drawn"] = len(kept) / max(1, drawn)
                return replace(draft, batch=concatenate(human, kept.take(np.arange(wanted))))
            fresh = draft.synthetic(max(1, wanted))
            drawn += len(fresh)
            kept = concatenate(kept, fresh.take(self._accepted(fresh.data, draft.rng)))
        raise InputError("the verifier accepts nearly nothing", hint="raise rounds, or loosen it")

    def expected_share(self, share: float, *, generation: int, size: int) -> float:
        """Leave the share as it is: only synthetic samples make way, for synthetic ones."""
        return share

    def _accepted(self, data: NDArray[Any], rng: np.random.Generator) -> NDArray[np.bool_]:
        accepted = np.asarray(self.accept(data, rng))
        if accepted.shape != (len(data),) or accepted.dtype != np.bool_:
            raise InputError("a verifier gives one truth value for each sample")
        return accepted


def imperfect(
    right: Callable[[NDArray[Any]], NDArray[np.bool_]], *, keeps_right: float, keeps_wrong: float
) -> Accept:
    """Make a verifier that errs at given rates.

    Args:
        right: Tells which samples are right, bool, shape (n,).
        keeps_right: Probability to keep a right one, in [0, 1].
        keeps_wrong: Probability to keep a wrong one, in [0, 1].

    Returns:
        The function that `Verifier` takes.

    Raises:
        InputError: If a probability is out of range.

    Source:
        Feng et al. (2025), arXiv 2406.07515, section 3.
    """
    if not all(0.0 <= x <= 1.0 for x in (keeps_right, keeps_wrong)):
        raise InputError("probabilities lie in [0, 1]")

    def accept(data: NDArray[Any], rng: np.random.Generator) -> NDArray[np.bool_]:
        return np.asarray(rng.random(len(data)) < np.where(right(data), keeps_right, keeps_wrong))

    return accept
