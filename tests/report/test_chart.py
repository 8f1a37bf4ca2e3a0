"""Figures: what they draw, what they say, and that they say it the same way twice."""

from __future__ import annotations

import io
import math
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from headwater.report.chart import Bar, Chart, Key, bars, histogram, strip
from headwater.report.shares import Interval, Stack, intervals, stacked
from headwater.report.svg import TONES, Caption, colour, defaults, finish

LEGEND = (Key("admit", "admitted"), Key("exclude", "excluded"))
HOSTILE = "$x$ </text><script>alert(1)</script> \x00\u202e\ud800"


def charts(name: str = "row") -> list[Chart]:
    stack = Stack(name, (3, 1), 0.3, 0.95, mark="below", alarm=True)
    return [
        strip("a", "Strip", [Bar(name, 3, "admit"), Bar("rest", 0, "skip")]),
        bars("b", "Bars", [Bar(name, 3), Bar("none", 0)], total=10),
        histogram("c", "Histogram", (0.0, 1.0, 10.0, math.inf), (3, 0, 7)),
        stacked("d", "Stacked", [stack], legend=LEGEND, reference=0.5, drawn=[stack]),
        intervals("e", "Dots", [Interval(name, 3, 4, 0.3, 0.95)], unit="types"),
    ]


@pytest.mark.parametrize("chart", charts(), ids=lambda chart: chart.title)
def test_a_figure_names_itself_and_has_a_table(chart: Chart) -> None:
    svg = ET.fromstring(chart.svg)
    assert svg.get("role") == "img"
    assert svg[0].tag == "title"
    assert svg[0].text == chart.title
    assert svg[1].tag == "desc"
    assert svg[1].text == chart.description
    assert svg.get("aria-labelledby") == f"{svg[0].get('id')} {svg[1].get('id')}"
    assert chart.rows
    assert all(len(row) == len(chart.head) for row in chart.rows)


@pytest.mark.parametrize("chart", charts(), ids=lambda chart: chart.title)
def test_a_figure_takes_its_colours_and_fonts_from_the_page(chart: Chart) -> None:
    assert "var(--" in chart.svg
    assert "#" not in chart.svg
    assert "font" not in chart.svg
    assert "http" not in chart.svg
    assert "matplotlib" not in chart.svg


@pytest.mark.parametrize("chart", charts(HOSTILE), ids=lambda chart: chart.title)
def test_hostile_names_stay_text(chart: Chart) -> None:
    ET.fromstring(chart.svg)
    chart.svg.encode()
    assert "<script" not in chart.svg
    assert "\x00" not in chart.svg
    assert "\u202e" not in chart.svg


def test_drawing_twice_gives_the_same_bytes_whatever_the_users_settings() -> None:
    before = [chart.svg for chart in charts()]
    with mpl.rc_context(
        {"lines.marker": "o", "path.sketch": (1, 2, 3), "svg.fonttype": "path", "font.size": 30.0}
    ):
        settings = dict(mpl.rcParams)
        assert [chart.svg for chart in charts()] == before
        assert dict(mpl.rcParams) == settings


def test_a_part_that_is_not_zero_is_seen() -> None:
    chart = strip("a", "Strip", [Bar("most", 10**12), Bar("one", 1), Bar("none", 0)])
    # The track, then one rectangle for each part that is not zero.
    assert chart.svg.count("<path") == 3


def test_rows_left_out_of_a_drawing_are_in_its_table() -> None:
    chart = bars("b", "Bars", [Bar(str(n), n) for n in range(40)], total=100, limit=12)
    assert len(chart.rows) == 40
    assert "12 of 40" in chart.remark


def test_nothing_to_draw_gives_no_drawing() -> None:
    assert not bars("b", "Bars", [], total=0).svg
    assert not intervals("e", "Dots", [], unit="types").svg


def test_any_figure_is_finished_without_clashing_ids() -> None:
    figure = Figure(figsize=(3, 2))
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], marker="o", color=colour("accent"))
    target = io.StringIO()
    with defaults():
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    drawing = target.getvalue()
    first, second = (finish(drawing, Caption(key, "Line", "A line.")) for key in ("x", "y"))
    ids = [
        element.get("id")
        for svg in (first, second)
        for element in ET.fromstring(svg).iter()
        if element.get("id")
    ]
    assert len(ids) == len(set(ids))
    assert 'href="#x-' in first
    assert finish(drawing, Caption("x", "Line", "A line.")) == first


def test_stand_in_colours_differ() -> None:
    assert len({colour(tone) for tone in TONES}) == len(TONES)
