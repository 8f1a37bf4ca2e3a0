"""Each aggregator against a slow one written from its definition, and against truth."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from headwater.review.agreement.consensus import evidence
from headwater.review.agreement.dawid_skene import dawid_skene, one_coin
from headwater.review.agreement.expectation import TOLERANCE
from headwater.review.agreement.majority import majority
from headwater.review.agreement.skill import PRIOR_VOTES
from headwater.review.agreement.weighted import gold_weighted
from headwater.review.votes import Votes, votes
from tests.review.agreement.worlds import crowd

Table = npt.NDArray[np.float64]


def slow_dawid_skene(asked: Votes, n_rounds: int) -> Table:
    """Run expectation and maximisation with loops over items and votes."""
    n, k, w = asked.n_items, asked.n_labels, asked.n_validators
    rows = list(zip(asked.item.tolist(), asked.validator.tolist(), asked.label.tolist(), strict=True))
    posterior = np.full((n, k), 1.0 / k)
    for item, _, label in rows:
        posterior[item, label] += 1
    posterior /= posterior.sum(axis=1, keepdims=True)
    for _ in range(n_rounds):
        said = np.zeros((w, k, k))
        for item, who, label in rows:
            said[who, :, label] += posterior[item]
        pooled = said.sum(axis=0) + 0.01
        pooled /= pooled.sum(axis=1, keepdims=True)
        prior = [(posterior[:, c].sum() + 1.0 / k) / (n + 1.0) for c in range(k)]
        fresh = np.zeros((n, k))
        for item in range(n):
            weights = [
                prior[c]
                * math.prod(
                    (said[v, c, x] + PRIOR_VOTES * pooled[c, x]) / (said[v, c].sum() + PRIOR_VOTES)
                    for i, v, x in rows
                    if i == item
                )
                for c in range(k)
            ]
            fresh[item] = np.array(weights) / sum(weights)
        posterior = fresh
    return posterior


def test_dawid_skene_agrees_with_loops() -> None:
    _, asked = crowd(np.random.default_rng(4), n_items=30, per_item=3, skills=[0.95, 0.8, 0.6, 0.7, 0.4])

    found = dawid_skene(asked, evidence(asked))

    assert np.abs(found.posterior - slow_dawid_skene(asked, found.n_rounds)).max() < 1e-10


def test_dawid_skene_finds_who_is_good() -> None:
    skills = [0.95, 0.85, 0.75, 0.65, 0.55]
    truth, asked = crowd(np.random.default_rng(5), n_items=3000, per_item=5, skills=skills)

    for aggregate in (dawid_skene, one_coin):
        found = aggregate(asked, evidence(asked))
        diagonal = found.confusion[:, [0, 1], [0, 1]].mean(axis=1)
        # A skill is a share of 3,000 votes, and labels that are learned cost as much again.
        assert np.abs(diagonal - skills).max() < 4 * math.sqrt(2 * 0.25 / 3000)
        assert (found.label == truth).mean() > (majority(asked, evidence(asked)).label == truth).mean()


def test_it_settles_where_another_round_changes_nothing_to_speak_of() -> None:
    _, asked = crowd(np.random.default_rng(6), n_items=200, per_item=3, skills=[0.9, 0.8, 0.7, 0.6])
    found = dawid_skene(asked, evidence(asked))

    after = slow_dawid_skene(asked, found.n_rounds + 1)

    assert 0.5 * np.abs(found.posterior - after).sum() / asked.n_items < TOLERANCE


def test_a_gold_weighted_vote_believes_who_was_right_on_gold() -> None:
    # Validator 0 was right ten times, 1 and 2 wrong ten times; then they differ.
    item = np.repeat(np.arange(11), 3)
    who = np.tile([0, 1, 2], 11)
    label = np.tile([1, 0, 0], 11)
    known = np.array([1] * 10 + [-1], dtype=np.int32)
    asked = votes(item, who, label)

    assert majority(asked, evidence(asked)).label[10] == 0
    assert gold_weighted(asked, evidence(asked, known=known)).label[10] == 1


def test_a_weighted_vote_is_naive_bayes_with_the_skills_it_states() -> None:
    _, asked = crowd(np.random.default_rng(7), n_items=20, per_item=3, skills=[0.9, 0.8, 0.6])
    found = gold_weighted(asked, evidence(asked))

    for item in range(20):
        rows = np.flatnonzero(asked.item == item)
        weight = [
            math.prod(found.confusion[asked.validator[r], k, asked.label[r]] for r in rows) for k in (0, 1)
        ]
        assert found.posterior[item, 1] == pytest.approx(weight[1] / sum(weight), abs=1e-12)


def test_majority_counts_with_one_pseudo_vote() -> None:
    asked = votes([0, 0, 0], [0, 1, 2], [1, 1, 0])

    assert majority(asked, evidence(asked)).posterior[0].tolist() == pytest.approx([1.5 / 4, 2.5 / 4])
