"""How sure to be of a label: votes discounted for dependence, then a temperature fitted on gold."""

from __future__ import annotations

import math

import numpy as np

from headwater.errors import InputError
from headwater.review.agreement.consensus import Consensus, Evidence, clamped
from headwater.review.agreement.dependence import dependence, discount
from headwater.review.agreement.weighted import gold_weighted
from headwater.review.votes import Codes, Floats, Votes

LEAST_GOLD = 20
_FLOOR = 1e-6
_WIDEST = math.log(20.0)


def discounted(votes: Votes, evidence: Evidence, consensus: Consensus) -> Floats:
    """Weigh votes by skill, each discounted for those who depend on one another.

    Args:
        votes: What validators said.
        evidence: Gold and detector.
        consensus: Skills and labels to start from.

    Returns:
        Posterior, shape (n_items, n_labels), never surer than independent votes would make it.
    """
    # Skills from gold: where many copy, the labels follow them, and the honest would seem to conspire.
    worth = discount(votes, dependence(votes, gold_weighted(votes, evidence)))
    log_says = np.log(consensus.confusion[votes.validator, :, votes.label]) * worth[:, None]  # (n_votes, k)
    prior = np.log(np.maximum(consensus.posterior.mean(axis=0), _FLOOR)) if votes.n_items else np.zeros(1)
    columns = [np.bincount(votes.item, weights=says, minlength=votes.n_items) for says in log_says.T]
    return clamped(np.stack(columns, axis=1) + prior, evidence)


def log_loss(posterior: Floats, gold: Codes) -> float:
    """Score a posterior against gold.

    Args:
        posterior: Shape (n_items, n_labels).
        gold: Known labels, shape (n_items,), -1 where unknown.

    Returns:
        Mean of -log of the chance given to the gold label, in nats.

    Raises:
        InputError: If no gold is given.
    """
    known = np.flatnonzero(gold >= 0)
    if not known.size:
        raise InputError("a posterior is scored on gold, and there is none")
    return float(-np.log(np.maximum(posterior[known, gold[known]], _FLOOR)).mean())


def temperature(posterior: Floats, gold: Codes) -> float:
    """Find the temperature at which a posterior is best calibrated on gold.

    Args:
        posterior: Made without this gold, shape (n_items, n_labels).
        gold: Known labels, shape (n_items,), -1 where unknown.

    Returns:
        Above 1 for a posterior that was too sure, in [1/20, 20]; 1 with fewer than `LEAST_GOLD` gold items.

    Source:
        C. Guo, G. Pleiss, Y. Sun and K. Weinberger (2017), ICML: temperature scaling.
    """
    from scipy.optimize import minimize_scalar

    if np.count_nonzero(gold >= 0) < LEAST_GOLD:
        return 1.0
    found = minimize_scalar(
        lambda log_t: log_loss(heated(posterior, math.exp(log_t)), gold),
        bounds=(-_WIDEST, _WIDEST),
        method="bounded",
    )
    return math.exp(float(found.x))


def heated(posterior: Floats, temperature: float) -> Floats:
    """Raise chances to the power 1/temperature and normalise.

    Args:
        posterior: Shape (n_items, n_labels).
        temperature: Above 0.

    Returns:
        Same shape; ties and order of labels are kept.
    """
    log_p = np.log(np.maximum(posterior, _FLOOR)) / temperature
    power = np.exp(log_p - log_p.max(axis=1, keepdims=True))
    return np.asarray(power / power.sum(axis=1, keepdims=True))
