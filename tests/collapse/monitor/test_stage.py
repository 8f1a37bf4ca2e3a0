"""Stages: each rule by itself on made-up evidence, and their order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headwater.collapse.monitor import STAGES, Coordinate, Evidence, judge


def at(value: float, *, p: float = 0.5) -> Coordinate:
    """Make a coordinate whose null reaches from -0.1 to 0.1."""
    return Coordinate("made-up-1", value, -0.1, 0.1, p)


FINE = Evidence(at(0.0), at(0.0), at(0.0), at(0.0), 1.0, 1.0)
LOST = replace(FINE, tail_loss=at(0.4, p=0.005))
DRIFT_UP, DRIFT_DOWN = at(0.5, p=0.02), at(-0.5, p=0.02)


@pytest.mark.parametrize(
    ("evidence", "stage"),
    [
        (FINE, "healthy"),
        (replace(FINE, perplexity_drift=None), "healthy"),
        # Outside the null by value alone is no alarm: two coordinates are tested, each at half the level.
        (replace(FINE, tail_loss=at(0.11, p=0.03)), "healthy"),
        (replace(FINE, variety_loss=at(0.3, p=0.005)), "healthy"),
        (replace(FINE, core_loss=at(0.3, p=0.02)), "healthy"),
        (replace(LOST, variety_loss=at(0.3)), "early"),
        (replace(LOST, variety_loss=at(0.3), perplexity_drift=DRIFT_UP), "early"),
        (replace(LOST, variety_loss=at(0.3), perplexity_drift=None), "early"),
        (LOST, "noise"),
        (replace(FINE, perplexity_drift=DRIFT_UP), "noise"),
        (replace(LOST, variety_loss=at(0.3), unknown=2.0), "noise"),
        (replace(LOST, kept=0.05, unknown=2.0), "noise"),
        (replace(FINE, perplexity_drift=DRIFT_DOWN), "over-confident"),
        (replace(LOST, variety_loss=at(0.3), perplexity_drift=DRIFT_DOWN), "over-confident"),
        (replace(FINE, core_loss=at(0.51)), "late"),
        (replace(LOST, kept=0.09, perplexity_drift=DRIFT_DOWN), "late"),
    ],
)
def test_the_first_rule_that_holds_names_the_stage(evidence: Evidence, stage: str) -> None:
    verdict = judge(evidence)

    assert verdict.stage == stage
    assert verdict.rules[0].startswith("no rule" if stage == "healthy" else f"{stage}: ")


def test_every_rule_that_holds_is_told() -> None:
    found = judge(replace(LOST, variety_loss=at(0.3), kept=0.01, perplexity_drift=DRIFT_DOWN)).rules

    assert [rule.split(":")[0] for rule in found] == ["late", "over-confident", "early"]


def test_each_stage_says_what_it_means() -> None:
    assert list(STAGES) == ["healthy", "early", "late", "noise", "over-confident"]
    assert all(meaning.endswith(".") for meaning in STAGES.values())
