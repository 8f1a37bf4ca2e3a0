"""The page of a study: same result, same bytes; all five figures; nothing foreign runs."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from headwater.collapse.study import Band, Fan, Outcome, Phase, Plane, Ridgeline, Row, Setting, Survival
from headwater.report.axis import Axis, spanning
from headwater.report.lab import render
from headwater.report.study import draw

FALL = tuple(0.9**i for i in range(200))
FIGURES = (
    Fan(
        "Sigma",
        "sigma",
        tuple(range(200)),
        (Band("a", FALL, (1e-12,) * 200, (1.0,) * 200, FALL), Band("b", (1.0,) * 200)),
        log=True,
    ),
    Ridgeline("Perplexities", "perplexity", (1.0, 10.0, 100.0), ("g0", "g1"), ((0.5, 0.5), (0.0, 1.0))),
    Phase(
        "Kept", "share", ("a", (0.1, 0.2, 0.3)), ("lambda", (0.5, 1.0)), ((0.0, 0.4, 0.9), (1.0, 2.0, 3.0))
    ),
    Survival("Words", (1.0, 2.0, 4.0), ("k = 1",), ((0.6, 0.8, 1.0),), ((0.63, 0.86, 0.98),)),
    Plane("Plane", ("n-gram",), (((0.0, 0.0, "healthy"), (0.4, -0.2, "early")),)),
)
ROW = Row("<b>row</b>", 1.5, "nats", "F1 1.4", 1.07, "within 4 se", met=True, se=0.1)


def outcome(**changed: object) -> Outcome:
    """Make a result with one row and every figure."""
    whole = Outcome(
        "coins", "Title", "Paper", (Setting("coins", "2", "3"),), "", 0, (ROW,), FIGURES, "ab" * 32
    )
    return replace(whole, **changed)  # type: ignore[arg-type]


def test_the_same_result_gives_the_same_bytes() -> None:
    page = render(outcome())

    assert page == render(outcome())
    assert page.count('<svg class="chart"') == len(FIGURES)
    assert "<script" not in page
    assert "<b>row</b>" not in page
    assert "All 1 bars are met." in page


def test_a_missed_bar_and_a_missing_one_are_said() -> None:
    missed, none = replace(ROW, met=False), replace(ROW, met=False, bar="")

    assert "1 of 1 bars are missed." in render(outcome(rows=(missed,)))
    assert "No bar was written down" in render(outcome(rows=(none,)))


def test_a_bar_that_was_written_after_a_look_is_marked() -> None:
    blind, looked = (render(outcome(rows=(replace(ROW, looked=seen),))) for seen in (False, True))

    assert "written down before the first run" in blind
    assert "†" not in blind
    assert "within 4 se †" in looked
    assert "1 of the bars, marked †" in looked
    assert "before the first run" not in looked


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.kind)
def test_a_figure_has_its_data_beside_it(figure: Fan) -> None:
    chart = draw(figure, "key")

    assert len(chart.rows) >= 2
    assert {len(row) for row in chart.rows} == {len(chart.head)}
    assert figure.title in chart.svg


def test_an_axis_places_ends_at_its_ends() -> None:
    for axis in (Axis(1.0, 100.0, 10.0, 50.0), Axis(1.0, 100.0, 10.0, 50.0, log=True)):
        assert axis.place(1.0) == pytest.approx(10.0)
        assert axis.place(100.0) == axis.place(1e9) == pytest.approx(60.0)
        assert all(1.0 <= tick <= 100.0 for tick in axis.ticks())
    assert Axis(1.0, 100.0, 0.0, 2.0, log=True).place(10.0) == pytest.approx(1.0)


@pytest.mark.parametrize("values", [[], [3.0], [math.nan, math.inf], [0.0, 0.0]])
def test_an_axis_of_nothing_still_has_a_length(values: list[float]) -> None:
    for log in (False, True):
        axis = spanning(values, start=0.0, length=10.0, log=log)
        assert axis.low < axis.high
        assert len(axis.ticks()) >= 2
