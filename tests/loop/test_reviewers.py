"""Simulated reviewers: they err as often as is said, and are asked again while they disagree."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from headwater.errors import FormatError
from headwater.loop.reviewers import Panel, ask
from headwater.loop.scene import ARMS, Scene
from headwater.review.exchange.ballot import RULING

N = 3_000


def first_votes(*, generated: bool) -> tuple[np.ndarray, list[list[str]]]:
    """Let a panel vote on many documents; whether each first vote is `ai`, and all votes by document."""
    panel = Panel(Scene(), np.random.default_rng(11))
    votes = [[one.label for one in panel.vote(str(at), None, generated=generated)] for at in range(N)]
    return np.array([one[0] == "ai" for one in votes]), votes


@pytest.mark.parametrize(("wrote", "expected"), [("model", 0.9), ("person", 0.05)])
def test_a_vote_errs_as_often_as_the_scene_says(wrote: str, expected: float) -> None:
    said, _ = first_votes(generated=wrote == "model")

    assert abs(said.mean() - expected) < 4.0 * np.sqrt(expected * (1.0 - expected) / N)


def test_three_who_agree_are_enough_and_who_disagree_are_asked_on() -> None:
    _, votes = first_votes(generated=True)
    by_length = defaultdict(list)
    for one in votes:
        by_length[len(one)].append(one)

    assert by_length.keys() == {3, 7}
    assert all(len(set(one)) == 1 for one in by_length[3])
    assert all(len(set(one[:3])) == 2 for one in by_length[7])


def test_what_seven_leave_open_is_ruled_and_the_ruling_seldom_wrong() -> None:
    panel = Panel(Scene(), np.random.default_rng(13))
    judged = [panel.judge(str(at), 0.5, generated=True) for at in range(N)]
    ruled = [one for one in judged if one[-1].validator == RULING]

    assert all(len(one) == 8 and 2 <= sum(v.label == "ai" for v in one[:7]) <= 5 for one in ruled)
    assert all(
        max(sum(v.label == "ai" for v in one), 0) in {0, 1, 3, 6, 7} for one in judged if one not in ruled
    )
    wrong = np.mean([one[-1].label == "human" for one in ruled])
    assert abs(wrong - 0.02) < 4.0 * np.sqrt(0.02 * 0.98 / len(ruled))


def test_no_reviewer_votes_twice_on_a_document() -> None:
    panel = Panel(Scene(reviewers=5), np.random.default_rng(12))
    for at in range(200):
        who = [one.validator for one in panel.vote(str(at), None, generated=True)]
        assert len(set(who)) == len(who) <= 5


def test_votes_that_are_damaged_are_named(tmp_path: Path) -> None:
    (tmp_path / "votes.jsonl").write_text("{no vote")
    panel = Panel(Scene(), np.random.default_rng(14))

    with pytest.raises(FormatError, match=r"votes\.jsonl is damaged"):
        ask(tmp_path, tmp_path, before=tmp_path / "votes.jsonl", generated={}, panel=panel, seed="")


def test_each_remedy_alone_and_each_pair_is_an_arm() -> None:
    singles = ("disclosure", "watermark", "statistics", "reserve", "review")

    assert ARMS.keys() >= {*singles, *(f"{a}-{b}" for a, b in combinations(singles, 2)), "all", "nothing"}
    assert (ARMS["watermark-review"].adoption, ARMS["watermark-review"].review) == (0.9, True)
    assert ARMS["watermark-review"].statistics is False
    every = ARMS["all"]
    assert all((every.disclosure, every.adoption, every.statistics, every.sealed, every.review))
