"""Which aggregator to believe: the one that predicts gold it has not seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headwater.review.agreement import AGGREGATORS, weighted
from headwater.review.agreement.confidence import LEAST_GOLD, discounted, heated, log_loss, temperature
from headwater.review.agreement.consensus import Aggregator, Consensus, Evidence
from headwater.review.votes import Codes, Floats, Votes

N_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Trial:
    """Hold how one aggregator did on gold that was held out.

    Attributes:
        name: The aggregator.
        accuracy: Share of held-out gold items it got right.
        log_loss: Of its posterior, in nats.
    """

    name: str
    accuracy: float
    log_loss: float


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold what is concluded from votes.

    Attributes:
        consensus: Labels and skills, from the aggregator chosen.
        confidence: Chance that the label is right: discounted for dependence and calibrated on gold, shape
            (n_items, n_labels).
        temperature: What the calibration came to; 1 where gold was too little to say.
        trials: Every aggregator tried, in the order of the table; empty without enough gold.
    """

    consensus: Consensus
    confidence: Floats
    temperature: float
    trials: tuple[Trial, ...]


def conclude(votes: Votes, evidence: Evidence, *, rng: np.random.Generator) -> Answer:
    """Choose an aggregator on held-out gold, aggregate, and calibrate.

    The choice has the least log-loss among those at least as accurate as the gold-weighted vote. Without
    `LEAST_GOLD` gold items nothing can be chosen, and the gold-weighted vote is used.

    Args:
        votes: What validators said.
        evidence: Gold and detector.
        rng: Deals gold into folds.

    Returns:
        The answer.
    """
    known = np.flatnonzero((evidence.gold >= 0) & (np.diff(votes.starts) > 0)).astype(np.int32)
    if known.size < LEAST_GOLD:
        consensus = weighted.gold_weighted(votes, evidence)
        return Answer(consensus, discounted(votes, evidence, consensus), 1.0, ())
    folds = np.array_split(rng.permutation(known), N_FOLDS)
    truth = np.full(votes.n_items, -1, dtype=np.int32)
    truth[known] = evidence.gold[known]
    runs = {name: _without_each(folds, one, votes, evidence) for name, one in AGGREGATORS.items()}
    trials = tuple(_trial(name, folds, runs[name], truth) for name in AGGREGATORS)
    least = next(t.accuracy for t in trials if t.name == weighted.NAME)
    best = min((t for t in trials if t.accuracy >= least), key=lambda t: t.log_loss)
    careful = np.full((votes.n_items, votes.n_labels), 1.0 / votes.n_labels)
    for fold, consensus in zip(folds, runs[best.name], strict=True):
        careful[fold] = discounted(votes, evidence.without(fold), consensus)[fold]
    degree = temperature(careful, truth)
    consensus = AGGREGATORS[best.name](votes, evidence)
    certain = evidence.gold >= 0
    confidence = heated(discounted(votes, evidence, consensus), degree)
    confidence[certain] = np.eye(votes.n_labels)[evidence.gold[certain]]
    return Answer(consensus, confidence, degree, trials)


def _without_each(
    folds: list[Codes], aggregate: Aggregator, votes: Votes, evidence: Evidence
) -> list[Consensus]:
    return [aggregate(votes, evidence.without(fold)) for fold in folds]


def _trial(name: str, folds: list[Codes], runs: list[Consensus], truth: Codes) -> Trial:
    posterior = np.zeros((truth.size, runs[0].posterior.shape[1]))
    for fold, consensus in zip(folds, runs, strict=True):
        posterior[fold] = consensus.posterior[fold]
    known = np.flatnonzero(truth >= 0)
    right = posterior[known].argmax(axis=1) == truth[known]
    return Trial(name, float(right.mean()), log_loss(posterior, truth))
