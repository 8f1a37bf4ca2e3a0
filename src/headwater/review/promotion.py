"""Whether a mix may be trained on: it must keep more of a recursion's tail alive than a random one does."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from headwater.collapse import Lab, models, run
from headwater.collapse.human import Law
from headwater.collapse.mix import Reserve, plan
from headwater.collapse.models.model import Data, Fitted
from headwater.collapse.study.probe import Probe
from headwater.errors import InputError

Floats = npt.NDArray[np.float64]
_HEAD = 0.8


@dataclass(frozen=True, slots=True)
class Trial:
    """Say how mixes are tried.

    Attributes:
        share: Of each generation that is drawn from the mix, in (0, 1).
        generations: How many.
        size: Samples of each.
        n_seeds: Recursions a mix, at least 2.
    """

    share: float = 0.2
    generations: int = 15
    size: int = 20_000
    n_seeds: int = 5

    def __post_init__(self) -> None:
        """Check ranges.

        Raises:
            InputError: If one is out of range.
        """
        if not (0.0 < self.share < 1.0 and min(self.generations, self.size) >= 1 and self.n_seeds >= 2):
            raise InputError("a trial has a share in (0, 1), a generation, a sample and two seeds at least")


@dataclass(frozen=True, slots=True)
class Difference:
    """Hold how much a mix is above the control.

    Attributes:
        mix: Mean over seeds with the mix.
        control: Mean over seeds with the control.
        low: Lower end of the 95 % interval (Student's t) of the mean difference, mix less control.
        high: Upper end.
    """

    mix: float
    control: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Finding:
    """Hold what a trial found.

    Attributes:
        tail: Share of the reference's tail types that are alive in the last generation.
        distance: Total variation of the last generation from the reference.
        promoted: Whether the tail is surely larger and the distance not surely greater.
    """

    tail: Difference
    distance: Difference
    promoted: bool

    def to_json(self) -> dict[str, Any]:
        """Give it as a JSON value."""
        return asdict(self)


def promote(
    reference: Floats, mix: Floats, control: Floats, trial: Trial, *, rng: np.random.Generator
) -> Finding:
    """Try a mix against a control of the same human effort in the lab.

    Every recursion starts from the reference law and replaces each generation, but for a share that is drawn
    from the mix or the control. Both see the same random numbers.

    Args:
        reference: Law of types in human text, shape (k,), sum 1.
        mix: Law of types in the new mix, each document counted by its weight, shape (k,).
        control: The same of documents that people judged after a random draw, shape (k,).
        trial: How.
        rng: Where seeds come from.

    Returns:
        The finding.

    Raises:
        InputError: If a law is none, or they are of different types.
    """
    for law in (reference, mix, control):
        if law.shape != reference.shape or law.ndim != 1 or not math.isclose(float(law.sum()), 1.0):
            raise InputError("a trial compares three laws over the same types")
    ends = np.array(
        [
            [_recursion(reference, law, trial, seed) for law in (mix, control)]
            for seed in rng.integers(2**32, size=trial.n_seeds)
        ]
    )  # (n_seeds, 2, 2): seed, mix or control, tail or distance
    tail, distance = (_difference(ends[:, :, at]) for at in range(2))
    return Finding(tail, distance, promoted=tail.low > 0.0 and distance.low <= 0.0)


def tail_of(law: Floats) -> npt.NDArray[np.bool_]:
    """Name the types outside the most frequent ones with four fifths of the mass."""
    order = np.argsort(-law, kind="stable")
    outside = np.cumsum(law[order]) > _HEAD
    tail = np.zeros(law.size, dtype=np.bool_)
    tail[order[outside]] = True
    return tail & (law > 0)


def law_of(documents: Sequence[npt.NDArray[np.int64]], weight: Sequence[float], n_types: int) -> Floats:
    """Give the law of types over weighted documents.

    Args:
        documents: Types of each document's words, numbers in [0, n_types); others are left out.
        weight: How many documents each stands for, above 0.
        n_types: k.

    Returns:
        Shape (k,), sum 1.

    Raises:
        InputError: If no document has a known word.
    """
    total = np.zeros(n_types)
    for tokens, worth in zip(documents, weight, strict=True):
        known = tokens[tokens < n_types]
        total += worth * np.bincount(known, minlength=n_types)
    if not total.sum() > 0:
        raise InputError("no document has a word that the reference knows")
    return np.asarray(total / total.sum())


def _recursion(reference: Floats, human: Floats, trial: Trial, seed: int) -> tuple[float, float]:
    look = partial(_look, reference, tail_of(reference))
    lab = Lab(
        Probe(models.Categorical(), look),
        Law(partial(_draw, reference)),
        trial.size,
        trial.generations,
        plan(Reserve(trial.share, partial(_draw, human))),
    )
    seen = run(lab, np.random.default_rng(seed), engine="generic").statistics
    return float(seen["tail"][-1, 0]), float(seen["distance"][-1, 0])


def _draw(law: Floats, n: int, rng: np.random.Generator) -> Data:
    edges = np.cumsum(law)
    found = np.searchsorted(edges, rng.random(n) * edges[-1], side="right")
    return np.asarray(np.minimum(found, law.size - 1), dtype=np.int64)


def _look(reference: Floats, tail: npt.NDArray[np.bool_], fitted: Fitted, data: Data) -> Mapping[str, float]:
    del data
    p = np.exp(fitted.score(np.arange(reference.size)))
    return {"tail": float((p[tail] > 0).mean()), "distance": float(np.abs(p - reference).sum() / 2.0)}


def _difference(ends: Floats) -> Difference:
    from scipy.stats import t

    gap = ends[:, 0] - ends[:, 1]
    half = float(t.ppf(0.975, gap.size - 1)) * float(gap.std(ddof=1)) / math.sqrt(gap.size)
    mean = float(gap.mean())
    return Difference(float(ends[:, 0].mean()), float(ends[:, 1].mean()), mean - half, mean + half)
