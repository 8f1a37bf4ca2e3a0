"""The page of an estimate: what is drawn, what is left out, and that it says so."""

from __future__ import annotations

from dataclasses import replace

from headwater.curate.estimate import StratumLaw
from headwater.curate.prevalence import Prevalence
from headwater.curate.summary import PrevalencePart, Silence
from headwater.report.prevalence import headline, over_time, render

WHOLE = PrevalencePart("all", "", 2_719, 31, 60, 3, 0.156, 0.135, 0.177)
MONTHS = tuple(
    PrevalencePart("month", f"{2021 + at // 12}-{at % 12 + 1:02d}", 90, 1, 40, 0, at / 90, 0.0, at / 80)
    for at in range(30)
)
UNDATED = replace(MONTHS[0], name="no date")
PARTS = (WHOLE, replace(WHOLE, dimension="language", name="en"), *MONTHS, UNDATED)
FOUND = Prevalence(
    "0" * 64, "1" * 64, 7, "0.1.0", PARTS, (Silence("too short", 3),),
    (StratumLaw("en/prose", 900, 80, 2_688, 0.91, ""), StratumLaw("ru", 400, 70, 9, 0.55, "too alike")),
)  # fmt: skip


def test_the_page_says_share_interval_silence_and_seed() -> None:
    page = render(FOUND)

    assert "15.6\u202f% are generated (95 % interval 13.5\u202f% to 17.7\u202f%)" in page
    assert "3: too short." in page
    assert "--seed 7" in page
    assert "too alike" in page
    assert "<script" not in page
    assert page == render(FOUND)


def test_months_are_drawn_in_order_and_those_without_a_date_are_not() -> None:
    chart = over_time(FOUND.of("month"))

    assert chart is not None
    assert [row[0] for row in chart.rows] == [month.name for month in MONTHS]
    assert "2021-01" in chart.svg
    assert "no date" not in chart.svg


def test_one_month_is_no_course() -> None:
    assert over_time(MONTHS[:1]) is None
    assert "Fewer than two months" in render(replace(FOUND, parts=(WHOLE,)))


def test_nothing_known_is_said_and_not_drawn() -> None:
    page = render(replace(FOUND, parts=(), strata=()))

    assert headline(None) in page
    assert "The estimate speaks for 0.0&nbsp;% of the texts." in page
