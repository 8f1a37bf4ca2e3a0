"""Expectation and maximisation over votes, whatever a validator's skill is made of."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from headwater.review.agreement.consensus import Consensus, Evidence, clamped
from headwater.review.agreement.skill import expected_votes
from headwater.review.votes import Codes, Floats, Votes

Ballots = tuple[npt.NDArray[np.int64], Codes, Codes]
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
    return votes.starts, votes.validator, votes.label


def _pass(
    ballots: Ballots, evidence: Evidence, model: tuple[Floats, Floats], state: tuple[Floats, Floats]
) -> float:
    """Overwrite posterior and counts, and give how far a chance moved in the mean over items."""
    from headwater.review.agreement.kernels import sweep, sweep_two

    beside = (evidence.gold, evidence.log_likelihood)
    step = sweep_two if state[0].shape[1] == 2 else sweep
    moved = step(ballots, (np.log(model[0]), np.log(model[1])), beside, state)
    return float(moved) / max(evidence.gold.size, 1)


def _prior(posterior: Floats) -> Floats:
    n_labels = posterior.shape[1]
    return np.asarray((posterior.sum(axis=0) + _PRIOR_ITEMS / n_labels) / (len(posterior) + _PRIOR_ITEMS))
