"""Validators who agree more than the labels explain: copied answers, or one assistant behind many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from headwater.review.agreement.consensus import Consensus
from headwater.review.votes import Floats, Votes

Longs = npt.NDArray[np.int64]

PRIOR_MEETINGS = 100.0
_PRIOR_SHARE = 10.0
_N_ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Dependence:
    """Hold how far validators depend on each other.

    Hard items make honest errors agree too, so this is a signal for a curator and never a verdict.

    Attributes:
        pair: `first * n_validators + second` with first < second, of those who met on an item, shape
            (n_pairs,), ascending.
        n_met: Items on which both voted, shape (n_pairs,).
        rho: Excess agreement as a share of the disagreement expected, in [0, 1], shape (n_pairs,).
        risk: How much each validator has in common with one source behind many, in [0, 1], shape
            (n_validators,); two who share it agree in excess by the product of their risks.
    """

    pair: Longs
    n_met: Longs
    rho: Floats
    risk: Floats


def dependence(votes: Votes, consensus: Consensus) -> Dependence:
    """Compare how often validators agree with how often two independent ones would.

    A pair that met seldom says little of itself, so all pairs are first explained by one factor, and each is
    then drawn from that factor towards its own excess with the number of meetings.

    Args:
        votes: What validators said.
        consensus: Posterior and confusion to expect agreement from; skills should come from gold.

    Returns:
        One row for each pair that met; empty when nobody did.
    """
    one, other = _meetings(votes)
    expected = np.zeros(one.size)
    chance = consensus.confusion
    for k in range(votes.n_labels):
        both = np.einsum("pl,pl->p", chance[votes.validator[one], k], chance[votes.validator[other], k])
        expected += consensus.posterior[votes.item[one], k] * both
    excess = (votes.label[one] == votes.label[other]) - expected
    pair, at, n_met = np.unique(_ends(votes, one, other), return_inverse=True, return_counts=True)
    total, room = (
        np.bincount(at, weights=w, minlength=pair.size).astype(np.float64) for w in (excess, 1.0 - expected)
    )
    ends = np.divmod(pair, max(votes.n_validators, 1))
    risk = _factor(ends, total, room, n_validators=votes.n_validators)
    common = risk[ends[0]] * risk[ends[1]]
    own = total / np.maximum(room, 1e-12)
    rho = (n_met * own + PRIOR_MEETINGS * common) / (n_met + PRIOR_MEETINGS)
    return Dependence(pair, n_met, np.clip(rho, 0.0, 1.0), risk)


def _factor(ends: tuple[Longs, Longs], total: Floats, room: Floats, *, n_validators: int) -> Floats:
    """Fit total = room * risk[u] * risk[v] by alternating least squares with a ridge towards 0."""
    u, v = (np.concatenate(both) for both in (ends, ends[::-1]))
    seen, wide = np.tile(total, 2), np.tile(room, 2)
    mean = np.bincount(u, weights=seen, minlength=n_validators) / np.maximum(
        np.bincount(u, weights=wide, minlength=n_validators), 1e-12
    )
    risk = np.sqrt(np.clip(mean, 0.0, 1.0))
    for _ in range(_N_ROUNDS):
        # Half way, since least squares in turns on both ends of a pair can swing.
        above = np.bincount(u, weights=seen * risk[v], minlength=n_validators)
        below = np.bincount(u, weights=wide * risk[v] ** 2, minlength=n_validators)
        risk = 0.5 * (risk + np.clip(above / (below + _PRIOR_SHARE), 0.0, 1.0))
    return np.asarray(risk)


def discount(votes: Votes, among: Dependence) -> Floats:
    """Say what each vote is worth when validators depend on each other.

    Args:
        votes: What validators said.
        among: How far they depend.

    Returns:
        1 / (1 + sum of rho over those who gave the same label on the item), in (0, 1], shape (n_votes,).
    """
    one, other = _meetings(votes)
    same = votes.label[one] == votes.label[other]
    one, other = one[same], other[same]
    rho = among.rho[np.searchsorted(among.pair, _ends(votes, one, other))]
    shared = np.bincount(np.concatenate([one, other]), weights=np.tile(rho, 2), minlength=votes.item.size)
    return np.asarray(1.0 / (1.0 + shared))


def _ends(votes: Votes, one: Longs, other: Longs) -> Longs:
    who = np.stack([votes.validator[one], votes.validator[other]]).astype(np.int64)
    return np.asarray(who.min(axis=0) * votes.n_validators + who.max(axis=0))


def _meetings(votes: Votes) -> tuple[Longs, Longs]:
    """Give every two votes on one item, as places of votes, the earlier first."""
    stop = votes.starts[votes.item + 1]
    place = np.arange(votes.item.size, dtype=np.int64)
    n_later = stop - place - 1
    first = np.repeat(place, n_later)
    begun = np.repeat(np.cumsum(n_later) - n_later, n_later)
    return first, first + 1 + np.arange(first.size, dtype=np.int64) - begun
