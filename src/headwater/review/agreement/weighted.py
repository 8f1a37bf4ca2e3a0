"""Each vote counts as much as its validator was right on gold."""

from __future__ import annotations

import numpy as np

from headwater.review.agreement.consensus import Consensus, Evidence
from headwater.review.agreement.expectation import weigh
from headwater.review.agreement.majority import majority
from headwater.review.agreement.skill import expected_votes, one_skill
from headwater.review.votes import Votes

NAME = "gold-weighted-1"


def gold_weighted(votes: Votes, evidence: Evidence) -> Consensus:
    """Weigh votes by the log-odds of each validator's accuracy on gold.

    Accuracies are drawn towards the pooled one, so a validator who saw no gold counts as the average does.
    Without any gold they are the agreement with the majority.

    Args:
        votes: What validators said.
        evidence: Gold and detector.

    Returns:
        The consensus, under equal prior chances of the labels.
    """
    known = evidence.gold >= 0
    judge = np.where(known[:, None], np.eye(votes.n_labels)[evidence.gold], 0.0)
    if not known[votes.item].any():
        judge = np.eye(votes.n_labels)[majority(votes, evidence).label]
    skills = one_skill(expected_votes(votes, judge))
    return Consensus(NAME, weigh(votes, evidence, skills), skills.transpose(0, 2, 1).copy(), 1)
