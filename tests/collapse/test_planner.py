"""The planner: its loss is that of simulated draws, and it refuses what it cannot know."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from headwater.collapse import planner
from headwater.collapse.planner import Costs, Setting
from headwater.errors import InputError
from headwater.measure.tail_mass import tail_types

COUNTS = np.repeat([1, 2, 5, 20, 400], [30_000, 15_000, 6_000, 2_000, 500])
FEW = np.repeat([1, 2, 5, 20, 400], [300, 150, 60, 20, 5])  # what is drawn many times over
SETTING = Setting((0.9,) * 40, before=1.0, size=10_000)
COSTS = Costs(watermark=1_000.0, hour=30.0, page=0.5)


def test_the_tail_loss_is_that_of_poisson_draws() -> None:
    rng, rate, tail = np.random.default_rng(1), 0.4, tail_types(FEW)
    weight = FEW[tail] / FEW[tail].sum()
    there = [(rng.poisson(g * FEW[tail], (20_000, tail.sum())) > 0) @ weight for g in (rate, 1.0)]
    expected = 1.0 - there[0].mean() / there[1].mean()
    error = np.hypot(*(one.std() / one.mean() / 20_000**0.5 for one in there))

    assert planner.tail_loss(rate, FEW) == pytest.approx(expected, abs=4.5 * error)
    assert planner.tail_loss([1.0], FEW) == pytest.approx([0.0], abs=1e-12)
    # A standard deviation has a relative error of 1 / sqrt(2 n).
    by_chance = there[1].std() / there[1].mean()
    assert planner.resolution(FEW) == pytest.approx(by_chance, rel=4.5 / 40_000**0.5)


def test_a_corpus_of_few_rare_words_has_no_plan_and_is_told_how_much_is_missing() -> None:
    with pytest.raises(InputError, match=r"too few rare words: chance alone loses \d.\d% of them") as caught:
        planner.advise(FEW, SETTING, COSTS, target=0.02)
    times = float(caught.value.hint.split()[2])
    more = np.tile(FEW, round(1.1 * times))

    assert planner.advise(more, SETTING, COSTS, target=0.02).best is not None


def test_the_best_mix_is_the_cheapest_that_keeps_the_target() -> None:
    advice = planner.advise(COUNTS, SETTING, COSTS, target=0.02)

    assert advice.best is not None
    assert advice.best.loss <= 0.02 < advice.nothing.loss
    assert all(mix.loss > 0.02 or mix.cost >= advice.best.cost for mix in advice.frontier)
    assert advice.nothing.cost == 0.0
    assert advice.least.loss < 0.01


def test_along_the_frontier_costs_rise_and_losses_fall() -> None:
    frontier = planner.advise(COUNTS, SETTING, COSTS, target=0.02).frontier
    costs, losses = [mix.cost for mix in frontier], [mix.loss for mix in frontier]

    assert 3 < len(frontier) <= 21
    assert costs == sorted(costs)
    assert losses == sorted(losses, reverse=True)


def test_what_costs_nothing_is_used_and_worse_assumptions_cost_tail() -> None:
    advice = planner.advise(COUNTS, SETTING, replace(COSTS, watermark=0.0), target=0.02)
    assert advice.best is not None
    assert (advice.best.reviewed, advice.best.sealed, advice.best.cost) == (0.0, 0.0, 0.0)
    assert all(loss >= advice.best.loss for loss in advice.sensitivities.values())


def test_a_target_out_of_reach_gives_the_least_loss() -> None:
    hopeless = replace(SETTING, tpr=0.1, caught=0.1, sealed=0.1, marked=0.5)
    advice = planner.advise(COUNTS, hopeless, COSTS, target=0.01)

    assert advice.best is None
    assert (advice.least.sealed, advice.least.coverage) == (0.1, 0.5)
    assert advice.least.loss <= min(mix.loss for mix in advice.frontier)


@pytest.mark.parametrize(
    ("change", "target", "said"),
    [
        ({"size": 999}, 0.1, "says nothing of training sets of 999 pages"),
        ({"generated": (0.5,)}, 0.1, "no model is trained"),
        ({"generated": (1.0,) * 8}, 0.1, "some new pages are human"),
        ({"sealed": float("nan")}, 0.1, "are shares in"),
        ({"marked": float("nan")}, 0.1, "are shares in"),
        ({}, 0.0, "lies between 0 and 1"),
        ({}, float("nan"), "lies between 0 and 1"),
    ],
)
def test_it_refuses_what_the_mean_field_cannot_say(change: dict[str, Any], target: float, said: str) -> None:
    with pytest.raises(InputError, match=said):
        planner.advise(COUNTS, replace(SETTING, **change), COSTS, target=target)


@pytest.mark.parametrize("cost", [-1.0, float("inf"), float("nan")])
def test_what_is_no_cost_is_refused(cost: float) -> None:
    with pytest.raises(InputError, match="a cost is a number"):
        Costs(cost, 0.0, 0.0)


def test_costs_that_cannot_be_added_up_are_refused() -> None:
    with pytest.raises(InputError, match="too great to be added up"):
        planner.advise(COUNTS, SETTING, Costs(0.0, 30.0, 0.5, pages_per_hour=1e-320), target=0.02)
