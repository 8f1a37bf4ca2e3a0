"""How reliable validators are: agreement with what is concluded, with each other, and signs of one source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from headwater.review.agreement.alpha import Alpha
from headwater.review.agreement.choice import conclude
from headwater.review.agreement.consensus import evidence
from headwater.review.agreement.dependence import dependence
from headwater.review.agreement.skill import expected_votes
from headwater.review.exchange.ballot import GOLD, NO_VOTES, Ballot
from headwater.review.outcome import ANSWERS, agreement
from headwater.review.votes import Votes, votes


@dataclass(frozen=True, slots=True)
class Standing:
    """Hold how one validator stands.

    Attributes:
        validator: Name of the key.
        n_votes: Votes that say something.
        n_abstentions: Votes that say `cannot-tell`.
        n_shared: Votes on documents on which somebody else voted.
        agreement: Share of those others, over all shared documents, who said the same; None without any.
        right: Expected share of votes with the label that is concluded; None without votes.
        risk: How much they have in common with one source behind many, in [0, 1]: a sign to look at, and
            never a verdict, since hard documents make honest errors agree.
    """

    validator: str
    n_votes: int
    n_abstentions: int
    n_shared: int
    agreement: float | None
    right: float | None
    risk: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """Hold how all stand.

    Attributes:
        standings: In the order of names.
        alpha: Krippendorff's, of all; None where nobody can disagree.
    """

    standings: tuple[Standing, ...]
    alpha: Alpha | None


def reliability(ballots: Sequence[Ballot], *, rng: np.random.Generator) -> Reliability:
    """Say how validators stand.

    Args:
        ballots: Votes, one of each validator on a document, known labels as `gold`, and rulings, which are
            passed over.
        rng: Deals gold into folds, and resamples.

    Returns:
        One row for each validator; those of `gold` are none.
    """
    people = sorted({one.validator for one in ballots if one.validator not in NO_VOTES})
    said = [one for one in ballots if one.validator not in NO_VOTES and one.label in ANSWERS]
    documents = {name: at for at, name in enumerate(sorted({one.document for one in said}))}
    if not said:
        none = (Standing(name, 0, _abstentions(ballots, name), 0, None, None, 0.0) for name in people)
        return Reliability(tuple(none), None)
    cast = votes(
        np.array([documents[one.document] for one in said], dtype=np.int64),
        np.array([people.index(one.validator) for one in said], dtype=np.int64),
        np.array([ANSWERS.index(one.label) for one in said], dtype=np.int64),
        n_items=len(documents),
        n_validators=len(people),
        n_labels=len(ANSWERS),
    )
    gold = np.full(len(documents), -1, dtype=np.int32)
    for one in ballots:
        if one.validator == GOLD and one.document in documents and one.label in ANSWERS:
            gold[documents[one.document]] = ANSWERS.index(one.label)
    consensus = conclude(cast, evidence(cast, known=gold), rng=rng).consensus
    right = np.trace(expected_votes(cast, consensus.posterior), axis1=1, axis2=2)
    risk = dependence(cast, consensus).risk
    shared, met, same = _meetings(cast)
    counts = np.bincount(cast.validator, minlength=len(people))
    standings = tuple(
        Standing(
            name,
            int(counts[at]),
            _abstentions(ballots, name),
            int(shared[at]),
            float(same[at] / met[at]) if met[at] else None,
            float(right[at] / counts[at]) if counts[at] else None,
            float(risk[at]),
        )
        for at, name in enumerate(people)
    )
    return Reliability(standings, agreement(cast, rng=rng))


def _meetings(cast: Votes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count for each validator votes on shared documents, others met there, and those who said the same."""
    tally = cast.tally()
    others = tally.sum(axis=1)[cast.item] - 1
    alike = tally[cast.item, cast.label] - 1
    shared, met, same = (
        np.bincount(cast.validator, weights=weight, minlength=cast.n_validators)
        for weight in (others > 0, others, alike)
    )
    return shared, met, same


def _abstentions(ballots: Sequence[Ballot], name: str) -> int:
    return sum(one.validator == name and one.label not in ANSWERS for one in ballots)
