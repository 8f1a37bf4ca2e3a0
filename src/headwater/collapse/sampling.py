"""How a model is sampled: temperature, nucleus, beam and scale, the second force beside drift."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from headwater.collapse.theory import temper
from headwater.errors import InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sampling:
    """Say how samples are drawn; the default is faithful to the model.

    Attributes:
        temperature: T above 0; probabilities are raised to 1/T.
        top_p: In (0, 1]; after tempering only the most probable outcomes of this mass are kept.
        beam: Beams of a beam search, >= 1; 1 samples.
        scale: lambda above 0, the factor on the variance of a continuous model.

    Raises:
        InputError: If a number is out of range.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    beam: int = 1
    scale: float = 1.0

    def __post_init__(self) -> None:
        for name in ("temperature", "scale"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0.0):
                raise InputError(
                    f"the {name} is a positive number, not {value}", hint="1 is faithful sampling"
                )
        if not 0.0 < self.top_p <= 1.0:
            raise InputError(f"top-p lies in (0, 1], not {self.top_p}", hint="1 is faithful")
        if self.beam != int(self.beam) or self.beam < 1:
            raise InputError(f"a beam search has at least 1 beam, not {self.beam}")

    def faithful(self) -> bool:
        """Tell whether samples follow the model's own law."""
        return self == Sampling()

    def only(self, *knobs: str, model: str) -> Sampling:
        """Refuse what a model cannot do.

        Args:
            knobs: Names of the attributes it can honour.
            model: What the message calls the model.

        Returns:
            The same sampling.

        Raises:
            InputError: If another knob is turned.
        """
        default = Sampling()
        for name in ("temperature", "top_p", "beam", "scale"):
            if name not in knobs and getattr(self, name) != getattr(default, name):
                raise InputError(
                    f"the model {model} cannot be sampled with {name} {getattr(self, name)}",
                    hint=f"it knows {', '.join(knobs)}" if knobs else "it is only sampled faithfully",
                )
        return self

    def bend(self, p: Floats) -> Floats:
        """Change a discrete law as temperature and nucleus do.

        Args:
            p: Probabilities, shape (k,), sum 1.

        Returns:
            The law samples follow, shape (k,), sum 1.
        """
        bent = p if self.temperature == 1.0 else temper(p, self.temperature)
        if self.top_p < 1.0:
            order = np.argsort(-bent, kind="stable")
            before = np.cumsum(bent[order]) - bent[order]
            kept = np.zeros(bent.size, dtype=bool)
            kept[order[before < self.top_p]] = True
            bent = np.where(kept, bent, 0.0)
            bent = bent / bent.sum()
        return bent


FAITHFUL = Sampling()
