"""Recursions over a mixture: human samples of any sources beside synthetic ones, pooled or weighed.

Every generation of M samples holds some that are drawn anew, each independently, from fixed human sources
(a law, a corpus, a sealed reserve), and synthetic ones of the last model. Generation 0 is the model of M
human samples. Moments and heterozygosity are exact; numbers of types are Poisson, for many of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from headwater.collapse.theory.domain import Floats, as_positive, as_share, as_size
from headwater.errors import InputError


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Say what some human samples of every generation are drawn from.

    Attributes:
        n: How many, >= 0.
        mean: Of the source less the truth's, shape (d,).
        variance: Its total variance over all dimensions.
    """

    n: int
    mean: Floats
    variance: float


@dataclass(frozen=True, slots=True)
class Shares:
    """Say how a generation is made up.

    Attributes:
        size: Samples M, >= 1.
        human: How many of them are human, 0 to M.
        weight: Weight of all human samples together, in [0, 1]; None for their share.
        accumulate: Whether a generation is fitted to everything so far; then a weight is of no use.

    Raises:
        InputError: If a number is out of range.
    """

    size: int
    human: int
    weight: float | None = None
    accumulate: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.human <= as_size(self.size):
            raise InputError(f"{self.human} of {self.size} samples cannot be human")
        as_share(self.human_weight, name="human weight")

    @property
    def human_weight(self) -> float:
        """Give the weight of the human part; what is of one kind only has all of it."""
        alone = self.human in {0, self.size}
        return self.human / self.size if self.weight is None or alone else self.weight

    @property
    def each(self) -> tuple[float, float]:
        """Give the weights of a human and of a synthetic sample; 0 for none."""
        w, machine = self.human_weight, self.size - self.human
        return (w / self.human if self.human else 0.0, (1.0 - w) / machine if machine else 0.0)


def mixed_moments(
    generations: int,
    shares: Shares,
    *,
    truth: float = 1.0,
    sources: Sequence[Source] = (),
    scale: float = 1.0,
    ddof: int = 0,
) -> tuple[Floats, Floats]:
    """Compute variance and squared drift of a Gaussian, pooled or weighed.

    Args:
        generations: Last one, >= 0.
        shares: Make-up of what joins in a generation.
        truth: Total variance of what generation 0 is fitted to, whose mean is the origin.
        sources: Of the human samples, together as many as `shares` says.
        scale: Sampling bias lambda on the synthetic rest.
        ddof: 0, or 1 for a variance divided by 1 - sum w^2.

    Returns:
        E tr Sigma_g and E |mu_g - mu_0|^2, each of shape (generations + 1,).

    Raises:
        InputError: If a number is out of range, or the sources do not add up.

    Source:
        F8 of docs/explanation/collapse-theory.md, "Any mixture": two moments close under a fit.
    """
    if sum(s.n for s in sources) != shares.human:
        raise InputError("the sources do not add up to the human samples")
    lam, m = as_positive(scale, name="scale"), shares.size
    if ddof not in {0, 1} or m <= ddof:
        raise InputError(f"ddof is 0 or 1 and below the number of samples, not {ddof} of {m}")
    middle = np.zeros_like(sources[0].mean) if sources else np.zeros(1)
    square, spread, drift = truth, (truth - truth / m) / (1.0 - ddof / m), truth / m
    path = [(spread, drift)]
    for g in range(1, generations + 1):
        # The pool has the weight `old`, and the mean of the model that was fitted to it.
        old = g / (g + 1.0) if shares.accumulate else 0.0
        one, other = (1.0 / (m * (g + 1.0)),) * 2 if shares.accumulate else shares.each
        machine = (m - shares.human) * other
        seen = sum((s.n * one * s.mean for s in sources), np.zeros_like(middle))
        human = sum(s.n * one * (s.variance + float(s.mean @ s.mean)) for s in sources)
        noise = sum(s.n * one * one * s.variance for s in sources) + machine * other * lam * spread
        square = old * square + human + machine * (drift + lam * spread)
        rest = old + machine
        drift = rest * rest * drift + 2.0 * rest * float(seen @ middle) + float(seen @ seen) + noise
        middle = rest * middle + seen
        lost = 1.0 / (m * (g + 1.0)) if shares.accumulate else shares.human * one**2 + machine * other
        spread = (square - drift) / (1.0 - ddof * lost)
        path.append((spread, drift))
    found = np.array(path)
    return found[:, 0], found[:, 1]


def mixed_heterozygosity(
    generations: int, shares: Shares, *, truth: ArrayLike, human: ArrayLike, drawn: bool
) -> Floats:
    """Compute expected heterozygosity of a categorical law beside any source.

    Args:
        generations: Last one, >= 0.
        shares: Make-up of a generation.
        truth: Probabilities of types in the first training set, shape (k,).
        human: Probabilities of types in the human part of later ones, shape (k,).
        drawn: Whether the first training set is M draws, and not the truth itself.

    Returns:
        E[1 - sum p^2] by generation, shape (generations + 1,).

    Raises:
        InputError: If shapes differ.

    Source:
        F10 of docs/explanation/collapse-theory.md, "Any mixture".
    """
    p, q = (np.asarray(x, dtype=np.float64) for x in (truth, human))
    if p.shape != q.shape or p.ndim != 1:
        raise InputError("truth and human part have one probability for each type")
    w, own = shares.human_weight, float(q @ q)
    same, across = float(p @ p), float(p @ q)
    if drawn:
        same += (1.0 - same) / shares.size
    # Two draws of one kind are one sample with this chance.
    one, other = shares.each
    path = [1.0 - same]
    for _ in range(generations):
        humans = w * w * own + w * one * (1.0 - own)
        machines = (1.0 - w) ** 2 * same + (1.0 - w) * other * (1.0 - same)
        same = humans + machines + 2.0 * w * (1.0 - w) * across
        across = w * own + (1.0 - w) * across
        path.append(1.0 - same)
    return np.array(path)


def mixed_types(
    generations: int, shares: Shares, *, counts: ArrayLike, human: ArrayLike, drawn: bool
) -> Floats:
    """Compute the expected number of types beside any human source.

    Args:
        generations: Last one, >= 0.
        shares: Make-up of a generation.
        counts: Expected occurrences in the first training set, >= 0, shape (k,).
        human: Expected occurrences among the human samples of every later one, shape (k,).
        drawn: Whether the first training set is drawn, and not exactly these counts.

    Returns:
        Types present in each training set, shape (generations + 1,).

    Raises:
        InputError: If shapes differ.

    Source:
        F12 of docs/explanation/collapse-theory.md, "Any mixture": families of three kinds of founders.
    """
    given, later = (np.asarray(x, dtype=np.float64) for x in (counts, human))
    if given.shape != later.shape or given.ndim != 1:
        raise InputError("first and later training sets have one count for each type")
    (c, u), times = np.unique([given, later], axis=1, return_counts=True)
    one, other = shares.each
    machine = shares.size - shares.human
    # A line of synthetic samples has ended after j generations.
    ended = np.zeros(generations + 1)
    for j in range(generations):
        ended[j + 1] = math.exp(machine * other * (ended[j] - 1.0))
    # The first samples have one weight, human ones of later generations another.
    lasting = -(machine / shares.size) * (ended[:-1] - 1.0)
    founders = np.concatenate([[1.0], -np.expm1(-lasting)] if drawn else [[np.inf], lasting])
    felt = np.concatenate([[1.0], -np.expm1(machine * one * (ended[:-1] - 1.0))])
    since = np.concatenate([[0.0], np.cumsum(felt[:-1])])
    with np.errstate(invalid="ignore"):
        hazards = np.where(c > 0.0, np.multiply.outer(founders, c), 0.0) + np.multiply.outer(since, u)
    return np.asarray(-np.expm1(-hazards) @ times, dtype=np.float64)
