"""What votes say together: a posterior over labels for each item, and how good each validator is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from headwater.errors import InputError
from headwater.review.votes import Codes, Floats, Votes, gold


@dataclass(frozen=True, slots=True)
class Consensus:
    """Hold what an aggregator concludes.

    Attributes:
        name: Versioned name of the aggregator.
        posterior: Chance of each label for each item, shape (n_items, n_labels); rows sum to 1.
        confusion: Chance that a validator says l when the label is k, shape
            (n_validators, n_labels (k), n_labels (l)).
        n_rounds: Passes over the votes until it settled.
    """

    name: str
    posterior: Floats
    confusion: Floats
    n_rounds: int

    @property
    def label(self) -> Codes:
        """Give the most likely label of each item; the lowest of those that tie."""
        return np.asarray(self.posterior.argmax(axis=1), dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Hold what is known beside the votes.

    Attributes:
        gold: Known label of each item, shape (n_items,); -1 where it is not known.
        log_likelihood: Log-likelihood of what a detector saw under each label, in nats, shape
            (n_items, n_labels); zeros where no detector looked.
    """

    gold: Codes
    log_likelihood: Floats

    def without(self, held_out: Codes) -> Evidence:
        """Forget the gold of some items, given by number."""
        left = self.gold.copy()
        left[held_out] = -1
        return Evidence(left, self.log_likelihood)


class Aggregator(Protocol):
    """Turn votes into a consensus."""

    def __call__(self, votes: Votes, evidence: Evidence) -> Consensus:
        """Aggregate."""


def evidence(asked: Votes, *, known: Codes | None = None, detector: Floats | None = None) -> Evidence:
    """Put together what is known beside votes.

    Args:
        asked: The votes.
        known: Gold label of each item, shape (n_items,), -1 where unknown; None for no gold.
        detector: Log-likelihoods in nats, shape (n_items, n_labels); None for no detector.

    Returns:
        The evidence.

    Raises:
        InputError: If a shape does not fit the votes or a likelihood is not finite.
    """
    shape = (asked.n_items, asked.n_labels)
    seen = np.zeros(shape) if detector is None else np.asarray(detector, dtype=np.float64)
    if seen.shape != shape or not np.isfinite(seen).all():
        raise InputError(f"a detector gives {shape[1]} finite log-likelihoods for each of {shape[0]} items")
    return Evidence(gold(np.full(asked.n_items, -1) if known is None else known, asked), seen)


def clamped(log_odds: Floats, beside: Evidence) -> Floats:
    """Normalise, add what the detector saw, and put what is known in its place.

    Args:
        log_odds: Log-weights of labels from votes and prior, in nats, shape (n_items, n_labels).
        beside: What is known beside the votes.

    Returns:
        Posterior, shape (n_items, n_labels).
    """
    total = log_odds + beside.log_likelihood
    posterior = np.exp(total - total.max(axis=1, keepdims=True))
    posterior = np.asarray(posterior / posterior.sum(axis=1, keepdims=True))
    known = np.flatnonzero(beside.gold >= 0)
    posterior[known] = 0.0
    posterior[known, beside.gold[known]] = 1.0
    return np.asarray(posterior)
