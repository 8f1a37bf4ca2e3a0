"""What the report says of statistics: the share, what was called, and what switched them off."""

from __future__ import annotations

from dataclasses import replace

from headwater.curate.summary import StatisticsState
from headwater.report.curate import render
from headwater.report.statistics import statistics
from tests.report import samples

STATE = samples.STATE


def page(state: StatisticsState | None) -> str:
    return render(replace(samples.usual(), statistics=state))


def test_the_page_says_what_was_called_and_how_much_is_generated() -> None:
    found = page(STATE)

    assert "<strong>243 of 2\u202f663</strong> ranked texts read like generated ones, at p ≤ 0.0099" in found
    assert "<strong>15.6\u202f%</strong> are generated" in found
    assert "Nothing is said of 3 texts: too short." in found
    assert "1 of 423 held-out human texts would be called" in found


def test_the_page_says_why_statistics_are_off_and_names_no_discovery() -> None:
    found = page(replace(STATE, off="20 canaries are too few", n_found=0, threshold=0.0))

    assert "Nothing was held against any text for how it reads: 20 canaries are too few." in found
    assert "read like generated ones" not in found


def test_a_run_that_calls_nobody_says_so_without_a_threshold() -> None:
    found = page(replace(STATE, n_found=0, threshold=0.0))

    assert "None of the <strong>2\u202f663</strong> ranked texts" in found
    assert "p ≤" not in found


def test_without_a_calibration_it_says_so() -> None:
    assert "No calibration was given" in page(None)
    assert statistics(None) is None


def test_without_a_share_it_says_where_to_get_one() -> None:
    assert "headwater curate estimate --generated" in page(replace(STATE, prevalence=()))


def test_people_who_are_cut_most_come_first() -> None:
    drawn = statistics(STATE)

    assert drawn is not None
    (canaries,) = [chart for chart in drawn.charts if chart.key == "canaries"]
    assert [row[0] for row in canaries.rows] == ["30–99 words", "language en"]
