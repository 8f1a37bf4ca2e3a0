"""Votes: what is refused, and that their order does not matter."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.errors import InputError
from headwater.review.votes import gold, votes


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        (([0, 1], [0], [0, 1]), "each vote needs"),
        (([0.5], [0], [0]), "integer codes"),
        (([-1], [0], [0]), "a vote names a item"),
        (([0, 0], [3, 3], [0, 1]), "votes twice"),
    ],
)
def test_votes_that_mean_nothing_are_refused(columns: tuple[list[int], ...], says: str) -> None:
    with pytest.raises(InputError, match=says):
        votes(*columns)


def test_a_label_outside_the_labels_is_refused() -> None:
    with pytest.raises(InputError, match=r"label outside 0\.\.1"):
        votes([0], [0], [2], n_labels=2)


def test_votes_are_sorted_by_item_and_keep_their_order_within() -> None:
    asked = votes([1, 0, 1], [0, 0, 1], [1, 0, 0], n_items=3)

    assert asked.item.tolist() == [0, 1, 1]
    assert asked.label.tolist() == [0, 1, 0]
    assert asked.starts.tolist() == [0, 1, 3, 3]
    assert asked.tally().tolist() == [[1, 0], [1, 1], [0, 0]]


def test_no_votes_are_votes() -> None:
    asked = votes([], [], [], n_items=2)

    assert asked.tally().tolist() == [[0, 0], [0, 0]]


def test_gold_of_another_length_or_label_is_refused() -> None:
    asked = votes([0, 1], [0, 0], [0, 1])

    with pytest.raises(InputError, match="one label for each of 2 items"):
        gold([0], asked)
    with pytest.raises(InputError, match="outside"):
        gold(np.array([0, 2]), asked)
