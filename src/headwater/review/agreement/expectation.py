"""Expectation and maximisation over votes, whatever a validator's skill is made of."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from headwater.review.agreement.consensus import Consensus, Evidence, clamped
from headwater.review.agreement.skill import expected_votes
from headwater.review.votes import Codes, Floats, Votes

Ballots = tuple[npt.NDArray[np.int64], Codes, Floats]
TOLERANCE = 1e-4
MAX_ROUNDS = 100
_PRIOR_ITEMS = 1.0


def settle(name: str, votes: Votes, evidence: Evidence, *, skill: Callable[[Floats], Floats]) -> Consensus:
    """Alternate between labels and skills until neither moves.

    It starts from the counts of the votes and climbs the posterior density of skills and prior, until chances
    move by less than `TOLERANCE` an item; gold items keep their label throughout.

    Args:
        name: Name of the aggregator.
        votes: What validators said.
        evidence: Gold and detector.
        skill: From expected votes to chances, both of shape (n_validators, l, k).

    Returns:
        The consensus.

    Source:
        A. P. Dawid and A. M. Skene (1979), Applied Statistics 28, section 3.
    """
    posterior = clamped(np.log(votes.tally() + 1.0 / votes.n_labels), evidence)
    counts = expected_votes(votes, posterior)
    ballots, moved, n_rounds = _ballots(votes), 1.0, 0
    while moved > TOLERANCE and n_rounds < MAX_ROUNDS:
        moved = _pass(ballots, evidence, (skill(counts), _prior(posterior)), (posterior, counts))
        n_rounds += 1
    return Consensus(name, posterior, skill(counts).transpose(0, 2, 1).copy(), n_rounds)


def weigh(votes: Votes, evidence: Evidence, confusion: Floats) -> Floats:
    """Weigh votes once, by skills that are given.

    Args:
        votes: What validators said.
        evidence: Gold and detector.
        confusion: Chance of saying l when the label is k, shape (n_validators, l, k).

    Returns:
        Posterior under equal prior chances, shape (n_items, n_labels).
    """
    posterior = np.zeros((votes.n_items, votes.n_labels))
    flat = np.full(votes.n_labels, 1.0 / votes.n_labels)
    _pass(_ballots(votes), evidence, (confusion, flat), (posterior, np.empty_like(confusion)))
    return posterior


def _ballots(votes: Votes) -> Ballots:
    """Give where items begin, the cell of each vote (a validator and what they said), votes in each cell."""
    cell = votes.validator * np.int32(votes.n_labels) + votes.label
    n_votes = np.bincount(cell, minlength=votes.n_validators * votes.n_labels)
    return votes.starts, cell, n_votes.astype(np.float64)


def _pass(
    ballots: Ballots, evidence: Evidence, model: tuple[Floats, Floats], state: tuple[Floats, Floats]
) -> float:
    """Overwrite posterior and counts, and give how far a chance moved in the mean over items."""
    from headwater.review.agreement.kernels import sweep, sweep_two

    posterior, counts = state
    n_labels = posterior.shape[1]
    log_model = (np.log(model[0]).reshape(-1, n_labels), np.log(model[1]))
    step = sweep_two if n_labels == 2 else sweep
    beside = (evidence.gold, evidence.log_likelihood)
    moved = step(ballots, log_model, beside, (posterior, counts.reshape(-1, n_labels)))
    return float(moved) / max(evidence.gold.size, 1)


def _prior(posterior: Floats) -> Floats:
    n_labels = posterior.shape[1]
    total = np.array([column.sum() for column in posterior.T])  # Along a long axis, numpy is slow.
    return np.asarray((total + _PRIOR_ITEMS / n_labels) / (len(posterior) + _PRIOR_ITEMS))
