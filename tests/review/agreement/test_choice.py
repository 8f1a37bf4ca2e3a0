"""Who is believed, how sure one may be, and what copied answers do to both."""

from __future__ import annotations

import math

import numpy as np
import pytest

from headwater.errors import InputError
from headwater.review.agreement.choice import conclude
from headwater.review.agreement.confidence import heated, log_loss, temperature
from headwater.review.agreement.consensus import evidence
from headwater.review.agreement.dawid_skene import dawid_skene
from headwater.review.agreement.dependence import dependence, discount
from headwater.review.agreement.weighted import gold_weighted
from headwater.review.votes import Codes, votes
from tests.review.agreement.worlds import copiers, crowd


def some_gold(truth: Codes, share: float) -> Codes:
    """Show the truth of the first items."""
    known = np.full(truth.size, -1, dtype=np.int32)
    known[: int(share * truth.size)] = truth[: int(share * truth.size)]
    return known


@pytest.mark.parametrize("share", [0.0, 0.2, 0.4, 0.6])
def test_the_choice_is_as_good_as_the_gold_weighted_vote(share: float) -> None:
    truth, asked = copiers(np.random.default_rng(9), share=share)
    beside = evidence(asked, known=some_gold(truth, 0.05))
    rest = slice(int(0.05 * truth.size), None)

    answer = conclude(asked, beside, rng=np.random.default_rng(1))

    chosen = (answer.consensus.label[rest] == truth[rest]).mean()
    plain = (gold_weighted(asked, beside).label[rest] == truth[rest]).mean()
    # It is chosen on 200 gold items, so it may be worse by what they cannot show.
    assert chosen >= plain - 2 * math.sqrt(0.1 * 0.9 / 200)
    trials = {trial.name: trial for trial in answer.trials}
    assert trials[answer.consensus.name].accuracy >= trials["gold-weighted-1"].accuracy


@pytest.mark.parametrize("share", [0.0, 0.2, 0.4])
def test_confidence_is_not_far_above_accuracy_even_when_many_copy(share: float) -> None:
    truth, asked = copiers(np.random.default_rng(10), share=share)
    beside = evidence(asked, known=some_gold(truth, 0.1))
    rest = slice(int(0.1 * truth.size), None)

    answer = conclude(asked, beside, rng=np.random.default_rng(1))
    label = answer.confidence.argmax(axis=1)
    gap = answer.confidence.max(axis=1)[rest].mean() - (label[rest] == truth[rest]).mean()

    # Fitted on 400 gold items, so the gap is known to about four of their standard errors.
    assert gap < 4 * math.sqrt(0.15 * 0.85 / 400)


def test_copying_makes_the_plain_posterior_too_sure_and_the_discount_takes_it_back() -> None:
    truth, asked = copiers(np.random.default_rng(11), share=0.4)
    beside = evidence(asked, known=some_gold(truth, 0.05))
    found = dawid_skene(asked, beside)
    accuracy = (found.label == truth).mean()

    worth = discount(asked, dependence(asked, gold_weighted(asked, beside)))

    assert found.posterior.max(axis=1).mean() - accuracy > 0.05
    pastes = asked.validator < 32
    assert worth[pastes].mean() < worth[~pastes].mean() - 0.05


def test_those_who_copy_stand_out_and_independent_validators_do_not() -> None:
    truth, asked = copiers(np.random.default_rng(12), share=0.25)
    found = gold_weighted(asked, evidence(asked, known=some_gold(truth, 0.1)))
    risk = dependence(asked, found).risk
    _, honest = crowd(np.random.default_rng(12), n_items=4000, per_item=5, skills=[0.85] * 80)
    alone = dependence(honest, dawid_skene(honest, evidence(honest))).risk

    assert risk[:20].min() > risk[20:].max()
    assert alone.max() < risk[:20].min()


def test_pairs_that_never_met_are_not_named() -> None:
    asked = votes([0, 0, 1], [0, 1, 2], [0, 0, 1])
    among = dependence(asked, gold_weighted(asked, evidence(asked)))

    assert among.pair.tolist() == [0 * 3 + 1]
    assert among.n_met.tolist() == [1]
    assert discount(asked, among)[2] == 1.0


def test_too_little_gold_chooses_nothing() -> None:
    _, asked = crowd(np.random.default_rng(13), n_items=50, per_item=3, skills=[0.9, 0.8, 0.7])

    answer = conclude(asked, evidence(asked), rng=np.random.default_rng(1))

    assert answer.trials == ()
    assert answer.consensus.name == "gold-weighted-1"
    assert answer.temperature == 1.0


def test_the_temperature_of_a_posterior_that_was_heated_is_found() -> None:
    rng = np.random.default_rng(14)
    p = rng.random(20_000)
    truth = (rng.random(p.size) < p).astype(np.int32)
    honest = np.stack([1 - p, p], axis=1)

    found = temperature(heated(honest, 0.5), truth)

    # The information on log T of 20,000 draws is some thousands; four standard errors are below 0.1.
    assert abs(math.log(found / 2.0)) < 0.1


def test_heat_keeps_the_order_of_labels() -> None:
    posterior = np.array([[0.7, 0.2, 0.1], [0.0, 0.5, 0.5]])

    for degree in (0.3, 3.0):
        warm = heated(posterior, degree)
        assert np.allclose(warm.sum(axis=1), 1)
        assert warm[0].argsort().tolist() == [2, 1, 0]
        assert warm[1, 1] == warm[1, 2]


def test_a_loss_without_gold_is_refused() -> None:
    with pytest.raises(InputError, match="there is none"):
        log_loss(np.full((2, 2), 0.5), np.array([-1, -1], dtype=np.int32))
