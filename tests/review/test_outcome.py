"""Votes of people of different skill become labels better than the majority's, with chances that hold."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.errors import ConsistencyError, InputError
from headwater.review.exchange.ballot import Ballot
from headwater.review.outcome import ANSWERS, Result, aggregate


def campaign(*, n: int, n_gold: int, seed: int) -> tuple[np.ndarray, list[Ballot]]:
    """Let five people of known skill vote on documents of two labels."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, n)
    ballots = [Ballot(f"d{at:05}", "gold", ANSWERS[truth[at]], 0.5) for at in range(n_gold)]
    for who, skill in enumerate((0.95, 0.9, 0.6, 0.55, 0.5)):
        right = rng.random(n) < skill
        for at in range(n):
            label = ANSWERS[truth[at] if right[at] else 1 - truth[at]]
            ballots.append(Ballot(f"d{at:05}", f"v{who}", label, 0.5))
    return truth, ballots


def run(ballots: list[Ballot]) -> Result:
    """Aggregate with one seed."""
    return aggregate(ballots, rng=np.random.default_rng(0))


def test_skill_is_learned_and_chances_hold() -> None:
    truth, ballots = campaign(n=1500, n_gold=100, seed=1)

    found = run(ballots)

    rows = found.outcomes[100:]
    right = np.array([ANSWERS.index(one.label) for one in rows]) == truth[100:]
    votes = {one.document: 0 for one in rows}
    for one in ballots:
        if one.validator != "gold" and one.document in votes:
            votes[one.document] += 1 if one.label == ANSWERS[1] else -1
    majority = (np.array([votes[one.document] for one in rows]) > 0) == (truth[100:] == 1)
    assert right.mean() > majority.mean() + 0.03
    sure = np.array([max(one.posterior) for one in rows])
    # Confidence is the chance of being right, within four standard errors of 1,400 documents and its fit.
    assert abs(sure.mean() - right.mean()) < 0.04
    assert all(one.is_gold and max(one.posterior) == 1.0 for one in found.outcomes[:100])
    assert {one.weight for one in found.outcomes} == {2.0}
    assert found.agreement is not None
    assert len(found.answer.trials) == 4


def test_the_order_of_ballots_does_not_matter() -> None:
    _, ballots = campaign(n=60, n_gold=25, seed=2)
    turned = list(np.random.default_rng(1).permutation(np.array(ballots, dtype=object)))

    one, other = run(ballots), run(turned)

    assert [row.label for row in one.outcomes] == [row.label for row in other.outcomes]
    assert np.allclose([row.posterior for row in one.outcomes], [row.posterior for row in other.outcomes])


def test_abstentions_are_counted_and_say_nothing() -> None:
    found = run([Ballot("a", "x", "human", None), Ballot("b", "x", "cannot-tell", 0.1)])

    assert [(one.document, one.n_votes, one.weight) for one in found.outcomes] == [("a", 1, None)]
    assert (found.n_abstentions, found.agreement) == (1, None)
    with pytest.raises(InputError, match="says anything"):
        run([Ballot("b", "x", "cannot-tell", 0.1)])


def test_what_contradicts_itself_is_refused() -> None:
    one = Ballot("a", "x", "human", 0.5)
    for other, message in (
        (Ballot("a", "x", "ai", 0.5), "votes twice"),
        (Ballot("a", "y", "ai", 0.25), "two chances"),
    ):
        with pytest.raises(ConsistencyError, match=message):
            run([one, other])
    with pytest.raises(ConsistencyError, match="two labels as gold"):
        run([Ballot("a", "gold", "human", None), Ballot("a", "gold", "ai", None)])


def test_a_ruling_decides_its_document_and_changes_no_other() -> None:
    rng = np.random.default_rng(31)
    truth = {f"d{at}": "ai" if at % 3 == 0 else "human" for at in range(150)}
    votes = [
        Ballot(name, f"v{who}", label if rng.random() < 0.85 else {"ai": "human", "human": "ai"}[label], None)
        for name, label in truth.items()
        for who in range(5)
    ]
    torn = {name for name in truth if len({one.label for one in votes if one.document == name}) == 2}
    rulings = [Ballot(name, "adjudicator", truth[name], None) for name in sorted(torn)]

    before = {one.document: one for one in aggregate(votes, rng=np.random.default_rng(0)).outcomes}
    after = {
        one.document: one for one in aggregate([*votes, *rulings], rng=np.random.default_rng(0)).outcomes
    }

    assert len(torn) > 20
    assert all(after[name] == before[name] for name in truth if name not in torn)
    assert all(after[name].label == truth[name] and max(after[name].posterior) == 1.0 for name in torn)
    assert all(after[name].n_votes == 5 for name in torn)
