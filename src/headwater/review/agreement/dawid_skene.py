"""A validator is a confusion matrix, or one chance of being right; both are learned from all votes."""

from __future__ import annotations

from headwater.review.agreement.consensus import Consensus, Evidence
from headwater.review.agreement.expectation import settle
from headwater.review.agreement.skill import full_confusion, one_skill
from headwater.review.votes import Votes

NAME = "dawid-skene-1"
NAME_ONE_COIN = "one-coin-1"


def dawid_skene(votes: Votes, evidence: Evidence) -> Consensus:
    """Learn a confusion matrix for each validator together with the labels.

    Votes are taken as independent given the label. Where validators copy one answer that is false, and the
    posterior is surer than it should be; `confidence` discounts it.

    Args:
        votes: What validators said.
        evidence: Gold, which is clamped, and a detector, which is one more voter with a likelihood.

    Returns:
        The consensus.

    Source:
        A. P. Dawid and A. M. Skene (1979), Applied Statistics 28; maximum a posteriori with a pooled
        Dirichlet prior.
    """
    return settle(NAME, votes, evidence, skill=full_confusion)


def one_coin(votes: Votes, evidence: Evidence) -> Consensus:
    """Learn one chance of being right for each validator together with the labels.

    Args:
        votes: What validators said.
        evidence: Gold and detector.

    Returns:
        The consensus.

    Source:
        Y. Zhang, X. Chen, D. Zhou and M. I. Jordan (2016), JMLR 17(102), section 3: the one-coin model.
    """
    return settle(NAME_ONE_COIN, votes, evidence, skill=one_skill)
