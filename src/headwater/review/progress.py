"""How far a campaign is: which documents want another vote, and whether it may stop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from headwater.measure.counts import of_counts
from headwater.measure.missing_mass import missing_mass
from headwater.review.agreement.alpha import Alpha
from headwater.review.exchange.ballot import NO_VOTES, Ballot
from headwater.review.manifest import Manifest
from headwater.review.outcome import ANSWERS, Outcome, Result, aggregate
from headwater.review.share import Share, share
from headwater.review.stopping import (
    Patience,
    Standing,
    Targets,
    Verdict,
    kappa,
    reasons_to_go_on,
    verdict,
)

_N_ROUNDS = 10
_CALLED = 0.5
_ROUGH = 2.0  # Of a prior on the two parameters of a detector, in votes.


@dataclass(frozen=True, slots=True)
class Progress:
    """Hold how a campaign stands.

    Attributes:
        n_documents: Documents of the batch.
        n_asked: Of these, those with a vote that says something.
        n_votes: Votes that stand, gold not counted.
        n_abstentions: Of these, those that say `cannot-tell`.
        verdicts: Digest of each document's text -> what happens to it.
        agreement: Krippendorff's alpha, where it has a value.
        standing: What stopping is decided by.
        lacks: What is missing; empty if the campaign may stop.
    """

    n_documents: int
    n_asked: int
    n_votes: int
    n_abstentions: int
    verdicts: Mapping[str, Verdict]
    agreement: Alpha | None
    standing: Standing
    lacks: tuple[str, ...]

    def named(self, what: Verdict) -> list[str]:
        """List the documents with a verdict."""
        return [document for document, found in self.verdicts.items() if found == what]

    def to_json(self) -> dict[str, Any]:
        """Give it as a JSON value; of documents, the counts and those to adjudicate."""
        counts = Counter(self.verdicts.values())
        return {
            "n_documents": self.n_documents,
            "n_asked": self.n_asked,
            "n_votes": self.n_votes,
            "n_abstentions": self.n_abstentions,
            "n_enough": counts["enough"],
            "n_more": counts["more"],
            "n_adjudicate": counts["adjudicate"],
            "adjudicate": self.named("adjudicate"),
            "alpha": None if self.agreement is None else asdict(self.agreement),
            "kappas": [round(one, 6) for one in self.standing.kappas],
            "error": None if self.standing.error is None else asdict(self.standing.error),
            "unseen": self.standing.unseen,
            "stop": not self.lacks,
            "lacks": list(self.lacks),
        }


def progress(
    batch: Manifest,
    ballots: Sequence[Ballot],
    *,
    patience: Patience | None = None,
    targets: Targets | None = None,
    seed: int = 0,
) -> Progress:
    """Say how a campaign stands.

    Args:
        batch: What was asked.
        ballots: Votes that stand, in the order in which they came, documents named by their digests; gold
            too.
        patience: How long to ask about a document.
        targets: When a campaign has asked enough.
        seed: Deals gold into folds.

    Returns:
        Its state; nothing is known of any document before the first vote.
    """
    asked = batch.by_document()
    mine = [one for one in ballots if one.document in asked]
    cast = [one for one in mine if one.validator not in NO_VOTES]
    found = _result(mine, seed)
    outcomes = {one.document: one for one in found.outcomes} if found else {}
    patience = patience or Patience()
    says = _usual(found, cast) if found else np.full((len(ANSWERS),) * 2, 1.0 / len(ANSWERS))
    verdicts = {name: _verdict(outcomes.get(name), says, patience) for name in asked}
    standing = Standing(_kappas(batch, mine, seed), error(batch, outcomes), _unseen(batch, outcomes))
    return Progress(
        len(asked),
        sum(one.n_votes > 0 for one in outcomes.values()),
        len(cast),
        sum(one.label not in ANSWERS for one in cast),
        verdicts,
        found.agreement if found else None,
        standing,
        reasons_to_go_on(standing, targets or Targets()),
    )


def human(one: Outcome) -> float:
    """Give the chance that a person wrote a document, or what it translates."""
    return one.posterior[ANSWERS.index("human")] + one.posterior[ANSWERS.index("translated")]


def error(batch: Manifest, outcomes: Mapping[str, Outcome]) -> Share | None:
    """Estimate the share of human documents called generated, by weights 1/pi.

    Args:
        batch: What was asked.
        outcomes: What is known, by digests of texts.

    Returns:
        The share; None where nothing with a pi has an outcome.
    """
    some = [one for one in batch.items if one.pi is not None and one.document in outcomes]
    mass = [human(outcomes[one.document]) for one in some]
    if sum(mass) <= 0.0:
        return None
    return share([one.p_human < _CALLED for one in some], [one.pi or 1.0 for one in some], mass=mass)


def _result(ballots: Sequence[Ballot], seed: int) -> Result | None:
    if not any(one.label in ANSWERS and one.validator not in NO_VOTES for one in ballots):
        return None
    return aggregate(ballots, rng=np.random.default_rng(seed))


def _usual(found: Result, cast: Sequence[Ballot]) -> npt.NDArray[np.float64]:
    """Give what a usual validator says, shape (k, l): the mean over their votes."""
    people = sorted({one.validator for one in cast if one.label in ANSWERS})
    counts = Counter(one.validator for one in cast if one.label in ANSWERS)
    weight = np.array([counts[name] for name in people], dtype=np.float64)
    mean = np.einsum("v,vkl->kl", weight / weight.sum(), found.answer.consensus.confusion)
    return np.asarray(mean / mean.sum(axis=1, keepdims=True))


def _verdict(outcome: Outcome | None, says: npt.NDArray[np.float64], patience: Patience) -> Verdict:
    if outcome is None:
        return "more"
    if outcome.is_gold:
        return "enough"
    return verdict(np.array(outcome.posterior), outcome.n_votes, says, patience)


def _kappas(batch: Manifest, ballots: Sequence[Ballot], seed: int) -> tuple[float, ...]:
    """Fit a detector after each tenth of the votes, and compare its calls on the whole batch."""
    score = np.array([one.score for one in batch.items])
    calls: list[list[bool]] = []
    for part in range(1, _N_ROUNDS + 1):
        found = _result(ballots[: len(ballots) * part // _N_ROUNDS], seed)
        if found is not None:
            outcomes = {one.document: human(one) for one in found.outcomes}
            calls.append((_line(batch, outcomes, score) < _CALLED).tolist())
    return tuple(kappa(one, other) for one, other in pairwise(calls))


def _line(
    batch: Manifest, known: Mapping[str, float], score: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Fit the chance to be human on the score by weights 1/pi, and give it of all."""
    from headwater.review.recalibrate import logistic

    some = [(row, one) for row, one in enumerate(batch.items) if one.pi is not None and one.document in known]
    if not some:
        return np.full(score.size, 0.5)
    rows = np.array([row for row, _ in some])
    target = np.array([known[one.document] for _, one in some])
    weight = np.array([1.0 / (one.pi or 1.0) for _, one in some])
    slope, at = logistic(score[rows], target, weight * weight.size / weight.sum(), ridge=_ROUGH)
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(slope * score + at, -30.0, 30.0))))


def _unseen(batch: Manifest, outcomes: Mapping[str, Outcome]) -> float | None:
    strata = Counter(
        one.stratum
        for one in batch.items
        if one.document in outcomes and one.part != "gold" and human(outcomes[one.document]) > _CALLED
    )
    return missing_mass(of_counts(list(strata.values()))).value if strata else None
