"""Answers: what they say is what the forecast computes, in the numbers and in the line."""

from __future__ import annotations

import pytest

from headwater.collapse import answers, forecast
from headwater.errors import InputError

COUNTS = [100] * 50 + [10] * 200 + [1] * 1000


def test_a_loss_comes_in_the_generation_of_the_forecast_or_never() -> None:
    found = answers.when_lost(COUNTS, loss=0.5)
    held = answers.when_lost(COUNTS, loss=0.99, share=0.5)

    generation = found.facts["generation"]
    assert isinstance(generation, int)
    lost = forecast.vocabulary(COUNTS, generations=generation).lost()
    assert lost[generation - 1] < 0.5 <= lost[generation]
    assert f"generation {generation}" in found.text
    assert held.facts["generation"] is None
    assert "never" in held.text


def test_shares_are_those_of_the_closed_forms() -> None:
    assert answers.reserve_to_keep(count=10, chance=0.99).facts["human_share"] == pytest.approx(
        0.1275, abs=1e-4
    )
    assert answers.share_for_variance(keep=0.9, scale=0.8).facts["human_share"] == pytest.approx(0.18 / 0.28)


def test_a_detector_that_too_few_adopt_cannot_be_had() -> None:
    few, all_of_it = (
        answers.detector_for(synthetic=0.5, human=0.9, fpr=0.05, adoption=adoption) for adoption in (0.6, 1.0)
    )

    assert not few.facts["reachable"]
    assert "cannot be had" in few.text
    assert all_of_it.facts["tpr"] == all_of_it.facts["caught"] == pytest.approx(0.8944, abs=1e-4)


def test_what_is_out_of_range_is_refused() -> None:
    with pytest.raises(InputError):
        answers.when_lost(COUNTS, loss=1.0)
    with pytest.raises(InputError):
        answers.share_for_variance(keep=0.9, scale=0.0)
