"""Each vote counts the same."""

from __future__ import annotations

import numpy as np

from headwater.review.agreement.consensus import Consensus, Evidence, clamped
from headwater.review.agreement.skill import expected_votes, one_skill
from headwater.review.votes import Votes

NAME = "majority-1"


def majority(votes: Votes, evidence: Evidence) -> Consensus:
    """Count votes, with one pseudo-vote spread over the labels.

    The posterior of an item with counts c is (c + 1/K) / (sum c + 1), the mean of a Dirichlet posterior with
    a total prior weight of one; a detector's likelihood multiplies it.

    Args:
        votes: What validators said.
        evidence: Gold and detector.

    Returns:
        The consensus; the prior alone for an item without votes.
    """
    posterior = clamped(np.log(votes.tally() + 1.0 / votes.n_labels), evidence)
    return Consensus(NAME, posterior, one_skill(expected_votes(votes, posterior)), 1)
