"""Importance weights: the golden ratio for known provenance, a detector's confidence otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from headwater.collapse.batch import Batch
from headwater.collapse.mix.intervention import Draft, Stage
from headwater.collapse.theory import golden_weight
from headwater.errors import InputError

Confidence = Callable[[Batch, np.random.Generator], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Golden:
    """Give human samples the golden weight together, and synthetic ones the rest.

    A batch of one kind only is left as it is.
    """

    name: ClassVar[str] = "golden"
    stage: ClassVar[Stage] = Stage.WEIGH

    def __call__(self, draft: Draft) -> Draft:
        """Weigh the batch."""
        human = draft.batch.human
        n_human = int(human.sum())
        n_machine = human.size - n_human
        if n_human == 0 or n_machine == 0:
            return draft
        w = golden_weight(n_human / n_machine)
        weights = np.where(human, w / n_human, (1.0 - w) / n_machine)
        return replace(draft, batch=draft.batch.weighted(weights * human.size))

    def expected_share(self, share: float, *, generation: int, size: int) -> float:
        """Give the golden weight of the share's odds."""
        return share if share in {0.0, 1.0} else golden_weight(share / (1.0 - share))


@dataclass(frozen=True, slots=True, eq=False)
class Importance:
    """Draw the training set again, by how human a detector believes it to be.

    Attributes:
        confidence: Function of the batch and a generator that gives the detector's confidence that each
            sample is synthetic, in [0, 1], shape (n,).
        exponent: Weights are (1 - confidence)^exponent, >= 0.
        oversample: Samples drawn for every one there is, above 0.
        most: How often one sample is drawn at most, >= 1.

    Raises:
        InputError: If a number is out of range.

    Source:
        Drayson, Yilmaz and Lampos (2025), arXiv 2502.15654: exponent 10, 1.5 times, three repeats.
    """

    name: ClassVar[str] = "importance"
    stage: ClassVar[Stage] = Stage.WEIGH
    confidence: Confidence
    exponent: float = 10.0
    oversample: float = 1.5
    most: int = 3

    def __post_init__(self) -> None:
        if not (self.exponent >= 0.0 and 0.0 < self.oversample <= self.most):
            raise InputError("exponent >= 0 and 0 < oversample <= repeats at most")

    def __call__(self, draft: Draft) -> Draft:
        """Draw with replacement by weight, no sample more often than allowed.

        Raises:
            InputError: If the confidence is no number in [0, 1] a sample, or rules out all.
        """
        n = len(draft.batch)
        belief = np.asarray(self.confidence(draft.batch, draft.rng), dtype=np.float64)
        if belief.shape != (n,) or not bool(np.all((belief >= 0) & (belief <= 1))):
            raise InputError("a detector's confidence is a number in [0, 1] for each sample")
        weights = (1.0 - belief) ** self.exponent
        if not weights.sum() > 0:
            raise InputError("the detector is certain that every sample is synthetic")
        wanted = round(self.oversample * n)
        drawn = draft.rng.multinomial(wanted, weights / weights.sum())
        repeats = np.minimum(drawn, self.most)
        return replace(draft, batch=draft.batch.take(np.repeat(np.arange(n), repeats)))

    def expected_share(self, share: float, *, generation: int, size: int) -> float:
        """Give NaN: it depends on the detector."""
        return float("nan")


def simulated_confidence(sharpness: float) -> Confidence:
    """Simulate a detector that is right more often the sharper it is.

    Args:
        sharpness: b >= 1; 1 is a coin.

    Returns:
        Confidence drawn from Beta(1, b) for human samples and from Beta(b, 1) for synthetic ones.

    Raises:
        InputError: If the sharpness is below 1.
    """
    if not 1.0 <= sharpness < np.inf:
        raise InputError(f"a detector's sharpness is at least 1, not {sharpness}")

    def confidence(batch: Batch, rng: np.random.Generator) -> NDArray[np.float64]:
        u = rng.random(len(batch)) ** (1.0 / sharpness)
        return np.where(batch.human, 1.0 - u, u)

    return confidence
