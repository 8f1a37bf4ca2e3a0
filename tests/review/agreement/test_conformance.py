"""What holds for every aggregator of the table."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.errors import InputError
from headwater.review.agreement import AGGREGATORS
from headwater.review.agreement.consensus import Aggregator, evidence
from headwater.review.votes import votes
from tests.review.agreement.worlds import crowd

EVERY = pytest.mark.parametrize("name", AGGREGATORS)


def aggregator(name: str) -> Aggregator:
    """Look one up."""
    return AGGREGATORS[name]


@EVERY
def test_it_says_its_name_and_gives_chances(name: str) -> None:
    _, asked = crowd(np.random.default_rng(1), n_items=50, per_item=3, skills=[0.9, 0.8, 0.6, 0.7])

    found = aggregator(name)(asked, evidence(asked))

    assert found.name == name
    assert found.posterior.shape == (50, 2)
    assert np.allclose(found.posterior.sum(axis=1), 1)
    assert found.confusion.shape == (4, 2, 2)
    assert np.allclose(found.confusion.sum(axis=2), 1)


@EVERY
def test_voters_who_agree_are_believed(name: str) -> None:
    asked = votes([0, 0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2], [1, 1, 1, 0, 0, 0])

    assert aggregator(name)(asked, evidence(asked)).label.tolist() == [1, 0]


@EVERY
def test_gold_keeps_its_label_against_all_votes(name: str) -> None:
    asked = votes([0, 0, 1], [0, 1, 0], [0, 0, 0])
    known = np.array([1, -1], dtype=np.int32)

    found = aggregator(name)(asked, evidence(asked, known=known))

    assert found.posterior[0].tolist() == [0.0, 1.0]


@EVERY
def test_an_item_without_votes_goes_with_the_detector(name: str) -> None:
    asked = votes([0, 1], [0, 0], [0, 1], n_items=3)
    seen = np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 5.0]])

    assert aggregator(name)(asked, evidence(asked, detector=seen)).label[2] == 1


@EVERY
def test_no_votes_at_all_are_no_error(name: str) -> None:
    asked = votes([], [], [], n_items=2)

    found = aggregator(name)(asked, evidence(asked))

    assert np.allclose(found.posterior, 0.5)


@EVERY
def test_the_order_of_votes_does_not_matter(name: str) -> None:
    rng = np.random.default_rng(2)
    _, asked = crowd(rng, n_items=40, per_item=4, skills=[0.9, 0.8, 0.6, 0.7, 0.5])
    order = rng.permutation(asked.item.size)
    again = votes(asked.item[order], asked.validator[order], asked.label[order], n_labels=2)

    one, other = (aggregator(name)(a, evidence(a)).posterior for a in (asked, again))

    assert np.allclose(one, other, atol=1e-12)


@EVERY
def test_naming_labels_the_other_way_round_turns_the_answer_round(name: str) -> None:
    _, asked = crowd(np.random.default_rng(3), n_items=60, per_item=3, skills=[0.9, 0.8, 0.6, 0.7])
    turned = votes(asked.item, asked.validator, 1 - asked.label)

    one, other = (aggregator(name)(a, evidence(a)).posterior for a in (asked, turned))

    assert np.allclose(one, other[:, ::-1], atol=1e-9)


def test_a_detector_of_another_shape_is_refused() -> None:
    asked = votes([0], [0], [0])

    with pytest.raises(InputError, match="2 finite log-likelihoods for each of 1 items"):
        evidence(asked, detector=np.zeros((2, 2)))
