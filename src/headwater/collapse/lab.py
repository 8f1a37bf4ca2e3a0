"""What a recursion is: a model, its human data, sizes, and the plan by which generations are mixed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater.collapse.human import Human
from headwater.collapse.mix import Plan, plan
from headwater.collapse.models import Model
from headwater.errors import InputError

Floats = NDArray[np.float64]
Mapper = Callable[..., Iterable[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Lab:
    """Describe one recursion; generation 0 is trained on human data alone.

    Attributes:
        model: The family that every generation is fitted from.
        human: Where human samples come from.
        size: Samples M that join in a generation, >= 1.
        generations: Last generation, >= 0.
        plan: How training sets are made from generation 1 on.
        replicates: Independent repetitions; 0 asks for expectations without a simulation.

    Raises:
        InputError: If a number is out of range.
    """

    model: Model
    human: Human
    size: int
    generations: int
    plan: Plan = field(default_factory=plan)
    replicates: int = 1

    def __post_init__(self) -> None:
        if self.size < 1 or self.generations < 0 or self.replicates < 0:
            raise InputError("size >= 1, generations >= 0 and replicates >= 0 are needed")


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """Hold what an engine recorded.

    Attributes:
        statistics: By name, one row a generation and one column a replicate.
        human_share: Effective human share of every training set, the same shape.
        notes: What interventions counted, summed over replicates, one entry a generation.
    """

    statistics: Mapping[str, Floats]
    human_share: Floats
    notes: tuple[Mapping[str, float], ...] = ()
