"""How good a validator is: from expected votes to chances, with what is usual as the prior."""

from __future__ import annotations

import numpy as np

from headwater.review.votes import Floats, Votes

PRIOR_VOTES = 4.0
_LEAST = 0.01


def expected_votes(votes: Votes, posterior: Floats) -> Floats:
    """Count what each validator said of which label.

    Args:
        votes: What validators said.
        posterior: Chance of each label for each item, shape (n_items, n_labels (k)).

    Returns:
        Shape (n_validators, n_labels (l), n_labels (k)).
    """
    from headwater.review.agreement.kernels import count

    counts = np.empty((votes.n_validators, votes.n_labels, votes.n_labels))
    count((votes.item, votes.validator, votes.label), posterior, counts)
    return counts


def full_confusion(counts: Floats) -> Floats:
    """Estimate a confusion matrix for each validator, drawn towards what all say.

    The rows of a validator have a Dirichlet prior whose mean is the pooled confusion and whose weight is
    `PRIOR_VOTES` votes a label; the pooled one has a weak prior of its own.

    Args:
        counts: Expected votes, shape (n_validators, l, k).

    Returns:
        Chance of saying l when the label is k, shape (n_validators, l, k); columns over l sum to 1.
    """
    pooled = counts.sum(axis=0) + _LEAST
    pooled /= pooled.sum(axis=0, keepdims=True)
    drawn = counts + PRIOR_VOTES * pooled
    return np.asarray(drawn / drawn.sum(axis=1, keepdims=True))


def one_skill(counts: Floats) -> Floats:
    """Estimate one chance of being right for each validator.

    Errors fall on all other labels alike.

    Args:
        counts: Expected votes, shape (n_validators, l, k).

    Returns:
        As `full_confusion`.
    """
    n_labels = counts.shape[1]
    right = np.trace(counts, axis1=1, axis2=2)
    n_votes = counts.sum(axis=(1, 2))
    pooled = (right.sum() + 1.0) / (n_votes.sum() + n_labels)
    skill = (right + PRIOR_VOTES * pooled) / (n_votes + PRIOR_VOTES)
    wrong = (1.0 - skill) / (n_labels - 1)
    eye = np.eye(n_labels)
    return np.asarray(wrong[:, None, None] * (1.0 - eye) + skill[:, None, None] * eye)
