"""When to stop asking: about one document, and in a whole campaign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations_with_replacement
from math import factorial, prod
from typing import Literal

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.review.share import Share

Floats = npt.NDArray[np.float64]
Verdict = Literal["enough", "more", "adjudicate"]


@dataclass(frozen=True, slots=True)
class Patience:
    """Say how long to ask about one document.

    Attributes:
        least: Votes that each gets.
        most: Votes after which an adjudicator decides.
        sure: Posterior from which on no more is asked, in (0, 1].
        price: What a vote costs, as a share of what a wrong label costs.
    """

    least: int = 2
    most: int = 7
    sure: float = 0.95
    price: float = 0.01

    def __post_init__(self) -> None:
        """Check ranges.

        Raises:
            InputError: If one is out of range.
        """
        if not (1 <= self.least <= self.most and 0.0 < self.sure <= 1.0 and self.price >= 0.0):
            raise InputError("votes are 1 <= least <= most, a posterior in (0, 1] and a price at least 0")


def verdict(posterior: Floats, n_votes: int, says: Floats, patience: Patience) -> Verdict:
    """Decide what happens to a document.

    Args:
        posterior: Calibrated chance of each label, shape (k,).
        n_votes: Votes on it so far.
        says: Chance that a usual validator says l when the label is k, shape (k, l).
        patience: How long to ask.

    Returns:
        `enough` if the label is sure, or no number of votes up to the most is expected to be worth its price;
        `more` if another vote is; `adjudicate` after the most.
    """
    if n_votes < patience.least:
        return "more"
    if float(posterior.max()) >= patience.sure:
        return "enough"
    if n_votes >= patience.most:
        return "adjudicate"
    worth = [gain(posterior, says, n) - n * patience.price for n in range(1, patience.most - n_votes + 1)]
    return "more" if max(worth) > 0.0 else "enough"


def gain(posterior: Floats, says: Floats, n: int) -> float:
    """Give by how much n more votes should raise the chance of a right label.

    One vote alone often cannot turn a label, and then gains nothing, while two could: look ahead.

    Args:
        posterior: Chance of each label, shape (k,).
        says: Chance of saying l when the label is k, shape (k, l).
        n: Votes, independent given the label.

    Returns:
        E max(posterior after n votes) - max(posterior), at least 0.
    """
    outcomes, ways = _outcomes(posterior.size, n)
    log_says = np.log(np.maximum(says, 1e-12))
    # (n_outcomes, k): the joint chance of a label and of how often each was said.
    joint = posterior * np.exp(outcomes @ log_says.T) * ways[:, None]
    return max(0.0, float(joint.max(axis=1).sum() - posterior.max()))


@cache
def _outcomes(k: int, n: int) -> tuple[Floats, Floats]:
    """List how often each label may be said, shape (m, k), and in how many orders, shape (m,)."""
    counts = np.array(
        [np.bincount(said, minlength=k) for said in combinations_with_replacement(range(k), n)],
        dtype=np.float64,
    )
    ways = [factorial(n) / prod(factorial(int(c)) for c in row) for row in counts]
    return counts, np.array(ways)


@dataclass(frozen=True, slots=True)
class Targets:
    """Say when a campaign has asked enough.

    Attributes:
        kappa: Least agreement of a detector with itself a round before.
        n_rounds: Rounds in a row that have it.
        half_width: Of the 95 % interval of the detector's share of errors on human documents.
        unseen: Greatest chance that the next human document is of a stratum of which none was found yet.
    """

    kappa: float = 0.99
    n_rounds: int = 3
    half_width: float = 0.05
    unseen: float = 0.05


@dataclass(frozen=True, slots=True)
class Standing:
    """Hold how a campaign stands.

    Attributes:
        kappas: Agreement of the detector after each round with that before, oldest first.
        error: Its share of human documents called generated; None where none was judged human.
        unseen: Chance that the next human document is of an unseen stratum; None where none was found.
    """

    kappas: tuple[float, ...]
    error: Share | None
    unseen: float | None


def reasons_to_go_on(standing: Standing, targets: Targets) -> tuple[str, ...]:
    """Say what a campaign still lacks; nothing if it may stop."""
    last = standing.kappas[-targets.n_rounds :]
    lacks = []
    if len(last) < targets.n_rounds or min(last) < targets.kappa:
        lacks.append(f"the detector still moves: kappa below {targets.kappa:g} in the last rounds")
    error = standing.error
    if error is None or (error.high - error.low) / 2.0 > targets.half_width:
        lacks.append(f"the interval of its errors is wider than ±{targets.half_width:g}")
    if standing.unseen is None or standing.unseen > targets.unseen:
        lacks.append(f"human documents of strata not seen yet are likelier than {targets.unseen:g}")
    return tuple(lacks)


def kappa(one: Sequence[bool], other: Sequence[bool]) -> float:
    """Give Cohen's kappa of two series of calls; 1 where both call all alike.

    Source:
        M. Bloodgood and K. Vijay-Shanker (2009), CoNLL: stopping active learning by the stability of
        predictions on a set that nobody labels.
    """
    a, b = np.asarray(one, dtype=bool), np.asarray(other, dtype=bool)
    same = float((a == b).mean())
    by_chance = float(a.mean() * b.mean() + (1.0 - a.mean()) * (1.0 - b.mean()))
    return 1.0 if by_chance >= 1.0 else (same - by_chance) / (1.0 - by_chance)
