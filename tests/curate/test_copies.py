"""Copies of what is held back: they share its fate, unless something certifies a person."""

from __future__ import annotations

from dataclasses import replace

from headwater.curate.policy import Policy
from headwater.curate.rules import Decision, Member, settle
from tests.curate.test_rules import FINE, Alike


def test_nobody_has_a_certified_text_excluded_by_declaring_it_again() -> None:
    again = Member("a", "k", Decision("exclude", "disclosed-ai-generated"))
    first = Member("b", "k", FINE, certificates=("a verified claim",))

    changed = settle([again, first, Member("c", "k", FINE)], Policy(), Alike())

    assert changed["b"] == Decision(
        "quarantine", "claims-contradict", ("same text as a (disclosed-ai-generated)", "a verified claim")
    )
    assert changed["c"].reason == "copy-of-disclosed"
    assert "b" not in settle([again, first], replace(Policy(), contradiction="admit"), Alike())
