"""Answers: what a forecast says to single questions, as numbers for a program and a line for a person."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from numpy.typing import ArrayLike

from headwater.collapse import forecast

Fact = float | str | bool | None
_AHEAD = 100_000  # generations


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer one question.

    Attributes:
        facts: The question's versioned name, what was asked, and the numbers; None where there is none.
        text: The same as one line.
    """

    facts: Mapping[str, Fact]
    text: str


def when_lost(counts: ArrayLike, *, loss: float, share: float = 0.0) -> Answer:
    """Say in which generation a share of the vocabulary is gone.

    Args:
        counts: Occurrences of every type in the corpus, shape (types,).
        loss: Share of types, in [0, 1).
        share: Human share of every training set, in [0, 1].

    Returns:
        The generation; None where it never comes, or not within 100,000.

    Raises:
        InputError: If a number is out of range.
    """
    found = forecast.generations_to_loss(counts, loss=loss, share=share, limit=_AHEAD)
    number = None if math.isinf(found) else int(found)
    never = "never with this human share" if share else f"not within {_AHEAD:,} generations"
    said = never if number is None else f"by generation {number:,}"
    facts: dict[str, Fact] = {
        "question": "generations-to-loss-1",
        "loss": loss,
        "human_share": share,
        "generation": number,
    }
    return Answer(facts, f"{loss:.4g} of the types lost: {said}")


def reserve_to_keep(*, count: float, chance: float) -> Answer:
    """Say which human share keeps types of a count in the long run.

    Args:
        count: Occurrences in a human training set, above 0.
        chance: Chance that such a type is in a generation's training set, in [0, 1).

    Returns:
        The least share.

    Raises:
        InputError: If a number is out of range, or no share is enough.
    """
    share = forecast.minimum_reserve(count=count, keep=chance)
    facts: dict[str, Fact] = {
        "question": "minimum-reserve-1",
        "count": count,
        "chance": chance,
        "human_share": share,
    }
    kept = f"types of {count:g} occurrences in {chance:.4g} of the generations"
    return Answer(facts, f"{kept}: a human share of at least {share:.4f}")


def detector_for(*, synthetic: float, human: float, fpr: float, adoption: float) -> Answer:
    """Say what a detector must catch so that a crawl has a human share.

    Args:
        synthetic: Synthetic share of the crawl, in (0, 1).
        human: Human share wanted, in (0, 1].
        fpr: Share of human documents flagged, in [0, 1).
        adoption: Share of synthetic documents that carry a mark, in (0, 1].

    Returns:
        Share to be caught, and the true-positive rate at this adoption; whether it can be had.

    Raises:
        InputError: If a number is out of range.
    """
    found = forecast.required_detection(synthetic=synthetic, human=human, fpr=fpr, adoption=adoption)
    asked: dict[str, Fact] = {"synthetic": synthetic, "human_share": human, "fpr": fpr, "adoption": adoption}
    numbers: dict[str, Fact] = {"caught": found.caught, "tpr": found.tpr, "reachable": found.reachable}
    rate = f"a true-positive rate of {found.tpr:.4f}" if found.reachable else "cannot be had"
    text = (
        f"a human share of {human:.4g} from a crawl that is {synthetic:.4g} synthetic: true-positive rate"
        f" times adoption {found.caught:.4f}; at adoption {adoption:.4g} {rate}"
    )
    return Answer({"question": "required-detection-1", **asked, **numbers}, text)


def share_for_variance(*, keep: float, scale: float) -> Answer:
    """Say which fresh human share keeps variance under a sampling bias.

    Args:
        keep: Share of the variance to keep, in [0, 1].
        scale: Sampling bias lambda, a factor on the variance, in (0, 1].

    Returns:
        The least share, for many samples a generation.

    Raises:
        InputError: If a number is out of range.
    """
    share = forecast.minimum_fresh_share(keep=keep, scale=scale)
    facts: dict[str, Fact] = {
        "question": "minimum-fresh-share-1",
        "keep": keep,
        "bias": scale,
        "human_share": share,
    }
    return Answer(
        facts,
        f"{keep:.4g} of the variance under a bias of {scale:.4g}: a human share of at least {share:.4f}",
    )
