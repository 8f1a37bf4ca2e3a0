"""Outcomes: from the ballots of a campaign to one calibrated posterior for each document."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from headwater.errors import ConsistencyError, InputError
from headwater.review.agreement.alpha import Alpha, krippendorff
from headwater.review.agreement.choice import Answer, conclude
from headwater.review.agreement.consensus import evidence
from headwater.review.exchange.ballot import GOLD, NO_VOTES, RULING, Ballot
from headwater.review.votes import Votes, votes

# `cannot-tell` says nothing of the document, so it is no label of one.
ANSWERS = ("human", "ai", "mixed", "translated")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Hold what is concluded of one document.

    Attributes:
        document: Its id.
        label: The most likely of `ANSWERS`.
        posterior: Chance of each of `ANSWERS`, discounted for dependence and calibrated on gold.
        n_votes: Votes on it, abstentions not counted.
        pi: Its chance to have been asked; None where there was none.
        is_gold: Whether the label was known or ruled.
    """

    document: str
    label: str
    posterior: tuple[float, ...]
    n_votes: int
    pi: float | None
    is_gold: bool

    @property
    def weight(self) -> float | None:
        """Give 1 / pi, its weight in an estimate; None if it may be used in none."""
        return None if self.pi is None else 1.0 / self.pi


@dataclass(frozen=True, slots=True)
class Result:
    """Hold all outcomes and how they came about.

    Attributes:
        outcomes: In the order of the documents' ids.
        answer: The aggregator that was chosen, with its trials.
        agreement: Krippendorff's alpha; None where no document has two votes, or all votes are the same.
        n_abstentions: Votes that say `cannot-tell`.
    """

    outcomes: tuple[Outcome, ...]
    answer: Answer
    agreement: Alpha | None
    n_abstentions: int


def aggregate(ballots: Sequence[Ballot], *, rng: np.random.Generator) -> Result:
    """Aggregate ballots.

    Args:
        ballots: Votes, gold and rulings, in any order. A ruling decides its document; gold also tells how
            good validators are, which rulings cannot, since they are asked for where validators disagree.
        rng: Deals gold into folds, where there is enough to choose an aggregator by.

    Returns:
        The result; documents with abstentions alone have no outcome.

    Raises:
        InputError: If no ballot says anything.
        ConsistencyError: If a validator votes twice on a document, or it has two golds or two chances.
    """
    said = [one for one in ballots if one.label in ANSWERS]
    if not said:
        raise InputError("no vote says anything", hint="votes with the label cannot-tell are abstentions")
    documents = sorted({one.document for one in said})
    place = {name: at for at, name in enumerate(documents)}
    gold, ruled = (_fixed(said, name, place) for name in (GOLD, RULING))
    cast = _votes([one for one in said if one.validator not in NO_VOTES], place)
    answer = conclude(cast, evidence(cast, known=gold), rng=rng)
    chances, counts = _chances(said), np.diff(cast.starts)
    posterior = answer.confidence.copy()
    posterior[ruled >= 0] = np.eye(len(ANSWERS))[ruled[ruled >= 0]]
    labels = posterior.argmax(axis=1)
    outcomes = tuple(
        Outcome(
            name,
            ANSWERS[labels[at]],
            tuple(posterior[at].tolist()),
            int(counts[at]),
            chances[name],
            bool(gold[at] >= 0 or ruled[at] >= 0),
        )
        for at, name in enumerate(documents)
    )
    return Result(
        outcomes, answer, agreement(cast, rng=rng), sum(one.label not in ANSWERS for one in ballots)
    )


def encode(outcomes: Iterable[Outcome]) -> bytes:
    """Write outcomes as JSON lines, as `curate --judgements` takes them.

    Args:
        outcomes: Of documents named by their ids in the ledger.
    """
    return "".join(json.dumps(_row(one), ensure_ascii=False) + "\n" for one in outcomes).encode()


def _row(one: Outcome) -> dict[str, object]:
    return {
        "document": one.document,
        "label": one.label,
        "posterior": dict(zip(ANSWERS, (round(chance, 6) for chance in one.posterior), strict=True)),
        "n_votes": one.n_votes,
        "pi": one.pi,
        "weight": one.weight,
        "gold": one.is_gold,
    }


def agreement(cast: Votes, *, rng: np.random.Generator) -> Alpha | None:
    """Measure Krippendorff's alpha.

    Args:
        cast: The votes.
        rng: Resamples.

    Returns:
        None where no document has two votes, or all of them are the same.
    """
    paired = cast.tally()[np.diff(cast.starts) > 1].sum(axis=0)
    return krippendorff(cast, rng=rng) if int((paired > 0).sum()) > 1 else None


def _votes(cast: Sequence[Ballot], place: dict[str, int]) -> Votes:
    people = {name: at for at, name in enumerate(sorted({one.validator for one in cast}))}
    try:
        return votes(
            np.array([place[one.document] for one in cast], dtype=np.int64),
            np.array([people[one.validator] for one in cast], dtype=np.int64),
            np.array([ANSWERS.index(one.label) for one in cast], dtype=np.int64),
            n_items=len(place),
            n_validators=len(people),
            n_labels=len(ANSWERS),
        )
    except InputError as error:
        raise ConsistencyError(
            str(error), hint="keep the last vote of each, and count no retracted one"
        ) from error


def _fixed(said: Sequence[Ballot], by: str, place: dict[str, int]) -> np.ndarray[Any, np.dtype[np.int32]]:
    """Give the label of each document that is known or ruled, -1 for none.

    Raises:
        ConsistencyError: If a document has two.
    """
    found = np.full(len(place), -1, dtype=np.int32)
    for one in said:
        if one.validator == by:
            at, label = place[one.document], ANSWERS.index(one.label)
            if found[at] not in {-1, label}:
                raise ConsistencyError(f"the document {one.document!a:.80} has two labels as {by}")
            found[at] = label
    return found


def _chances(said: Sequence[Ballot]) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for one in said:
        if one.pi is not None and found.get(one.document) not in {None, one.pi}:
            raise ConsistencyError(
                f"the document {one.document!a:.80} has two chances", hint="aggregate one batch at a time"
            )
        found[one.document] = one.pi if one.pi is not None else found.get(one.document)
    return found
