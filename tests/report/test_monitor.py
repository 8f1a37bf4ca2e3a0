"""The monitor's page: every number stands in a table, foreign names are inert, equal bytes."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest

from headwater.collapse.monitor import LIMITS, STAGES, Coordinate, Equivalent, Evidence, Finding, Verdict
from headwater.measure.profile import Comparison, Row
from headwater.report.monitor import Mark, against_null, render, worth

LOSS = Coordinate("tail-loss-1", 0.42, -0.05, 0.05, 0.005)
FINE = Coordinate("core-loss-1", -0.0001, -0.001, 0.001, 0.8)
DRIFT = Coordinate("perplexity-drift-1", 0.61, -0.07, 0.07, 0.017)
FINDING = Finding(
    Verdict("early", ("early: tail loss above its null, and variety lost",)),
    Evidence(LOSS, FINE, DRIFT, replace(LOSS, name="variety-loss-1"), 0.7123, 1.1),
    Equivalent(1.94, 1.68, 2.32, 23_552),
    Comparison((Row("entropy-chao-wang-jost-1", 6.9, 5.9, -1.0, -0.05, 0.05, 0.017),), 23_552, 59),
    (371, 120),
    (94_976, 26_732),
    0.05,
)


def test_the_page_says_the_stage_the_numbers_and_the_limits() -> None:
    page = render(FINDING, names=("human.jsonl", "crawl/"))

    assert "Stage of the corpus: early." in page
    assert STAGES["early"] in page
    for shown in ("42.0\u202f%", "+0.61", "1.9 (1.7 to 2.3)", "71.2\u202f%", "23\u202f552", "6.9", "5.9"):
        assert shown in page, shown
    assert all(sentence in page for sentence in LIMITS)
    assert len(re.findall(r"<figure", page)) == len(re.findall(r"<table", page)) == 3


def test_a_drift_too_small_to_show_has_no_sign_of_its_own() -> None:
    small = replace(
        FINDING, evidence=replace(FINDING.evidence, perplexity_drift=replace(DRIFT, value=-0.002))
    )

    page = render(small, names=("human.jsonl", "crawl/"))

    assert "+0.00" in page
    assert "-0.00<" not in page


def test_equal_findings_give_equal_bytes_and_fetch_nothing() -> None:
    page = render(FINDING, names=("a", "b"))

    assert page == render(FINDING, names=("a", "b"))
    assert not re.search(r"<script|<link rel=\"stylesheet|src=|https?://", page)


def test_names_are_inert() -> None:
    page = render(FINDING, names=("<script>alert(1)</script>", "a\u202eb"))

    assert "<script" not in page
    assert "a⟨U+202E⟩b" in page


def test_texts_too_short_for_a_perplexity_have_no_plane() -> None:
    short = replace(FINDING, evidence=replace(FINDING.evidence, perplexity_drift=None))

    page = render(short, names=("a", "b"))

    assert "too short for a perplexity" in page
    assert "stage-plane" not in page


def test_a_healthy_corpus_is_no_alarm() -> None:
    healthy = replace(FINDING, verdict=Verdict("healthy", ("no rule of another stage holds",)))

    assert 'class="verdict good"' in render(healthy, names=("a", "b"))


def test_an_endless_equivalent_is_written_as_such() -> None:
    endless = replace(FINDING.generations, value=math.inf, high=math.inf)

    assert worth(endless) == "∞ (1.7 to ∞)"
    assert "∞ (1.7 to ∞)" in render(replace(FINDING, generations=endless), names=("a", "b"))


@pytest.mark.parametrize(("value", "place"), [(0.0, 0.0), (0.1, 1.0), (-0.3, -3.0)])
def test_a_mark_lies_in_half_widths_of_its_null(value: float, place: float) -> None:
    assert Mark("a", value, -0.1, 0.1, ()).place() == pytest.approx(place)
    assert Mark("a", value, 0.0, 0.0, ()).place() == 0.0


def test_what_lies_far_out_is_drawn_at_the_edge_and_told_in_the_table() -> None:
    chart = against_null("far", "Far", [Mark("a", 1e6, -0.1, 0.1, ())], ())

    assert chart.rows == (("a", "1e+06", "-0.1 – 0.1"),)
    assert "1e+06" in str(chart.svg)
