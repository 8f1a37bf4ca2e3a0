"""Krippendorff's alpha: the published example, the definition with loops, and its interval."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from headwater.errors import InputError
from headwater.review.agreement.alpha import krippendorff
from headwater.review.votes import Votes, votes
from tests.review.agreement.worlds import crowd

# Krippendorff (2011), section C: four observers, twelve units, `.` where an observer did not look.
EXAMPLE = ("123321412...", "1233224125.3", ".3332342251.", "1233244125 1.".replace(" ", ""))


def published() -> Votes:
    """Read the example."""
    seen = [
        (unit, observer, int(mark) - 1)
        for observer, row in enumerate(EXAMPLE)
        for unit, mark in enumerate(row)
        if mark != "."
    ]
    return votes(*zip(*seen, strict=True))


def slow_alpha(asked: Votes) -> float:
    """Write alpha down as observed over expected disagreement of pairs of votes."""
    rows = [asked.label[asked.item == item].tolist() for item in range(asked.n_items)]
    rows = [row for row in rows if len(row) > 1]
    every = list(itertools.chain.from_iterable(rows))
    n = len(every)
    observed = (
        sum(sum(a != b for a, b in itertools.permutations(row, 2)) / (len(row) - 1) for row in rows) / n
    )
    expected = sum(a != b for a, b in itertools.permutations(every, 2)) / (n * (n - 1))
    return float(1 - observed / expected)


def test_the_published_example_gives_its_published_value() -> None:
    assert krippendorff(published(), rng=np.random.default_rng(1)).value == pytest.approx(0.743, abs=5e-4)


def test_it_agrees_with_the_definition() -> None:
    for seed in range(5):
        _, asked = crowd(np.random.default_rng(seed), n_items=25, per_item=3, skills=[0.9, 0.8, 0.7, 0.6])

        assert krippendorff(asked, rng=np.random.default_rng(1)).value == pytest.approx(slow_alpha(asked))


def test_the_interval_covers_as_often_as_it_says() -> None:
    # Two labels at even odds and skill 0.8: agreement 0.68, so alpha tends to 1 - 0.32 / 0.5.
    n_worlds, hits = 400, 0
    rng = np.random.default_rng(8)
    for _ in range(n_worlds):
        _, asked = crowd(rng, n_items=150, per_item=3, skills=[0.8] * 6)
        found = krippendorff(asked, rng=rng, n_resamples=300)
        hits += found.low <= 0.36 <= found.high

    assert abs(hits / n_worlds - 0.95) < 4 * (0.95 * 0.05 / n_worlds) ** 0.5


def test_full_agreement_is_one() -> None:
    asked = votes([0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 1, 1])

    assert krippendorff(asked, rng=np.random.default_rng(1)).value == 1.0


def test_one_vote_an_item_or_one_label_has_no_alpha() -> None:
    with pytest.raises(InputError, match="two votes"):
        krippendorff(votes([0, 1], [0, 0], [0, 1]), rng=np.random.default_rng(1))
    with pytest.raises(InputError, match="all votes are the same"):
        krippendorff(votes([0, 0], [0, 1], [1, 1]), rng=np.random.default_rng(1))
