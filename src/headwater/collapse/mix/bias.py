"""Sampling bias: every generation is sampled colder, cut, searched or scaled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from headwater.collapse.mix.intervention import Draft, Stage
from headwater.collapse.sampling import Sampling


@dataclass(frozen=True, slots=True)
class Bias:
    """Sample the models of all generations in a way that is not faithful.

    Attributes:
        temperature: T above 0.
        top_p: Mass kept, in (0, 1].
        beam: Beams of a beam search, >= 1.
        scale: lambda above 0, on the variance of a continuous model.

    Raises:
        InputError: If a number is out of range.
    """

    name: ClassVar[str] = "bias"
    stage: ClassVar[Stage] = Stage.SAMPLE
    temperature: float = 1.0
    top_p: float = 1.0
    beam: int = 1
    scale: float = 1.0

    def __post_init__(self) -> None:
        self.sampling()

    def sampling(self) -> Sampling:
        """Give the way in which models are sampled."""
        return Sampling(self.temperature, self.top_p, self.beam, self.scale)

    def __call__(self, draft: Draft) -> Draft:
        """Set the way in which the model is sampled."""
        return replace(draft, sampling=self.sampling())

    def expected_share(self, share: float, *, generation: int, size: int) -> float:
        """Leave the share as it is."""
        return share
