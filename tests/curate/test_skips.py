"""One sentence a reason, and the same sentence in the specification."""

from __future__ import annotations

from pathlib import Path

from headwater.curate.skips import SKIPS, explain

PAGE = (Path(__file__).parents[2] / "docs" / "spec" / "accounting.md").read_text("utf-8")


def test_the_specification_says_the_same() -> None:
    for reason, sentence in SKIPS.items():
        assert f"`{reason}`" in PAGE
        assert sentence.lower() in PAGE.lower(), reason


def test_a_label_that_raised_is_named() -> None:
    assert "quality-1" in explain("label-error:quality-1")


def test_an_unknown_reason_has_no_sentence() -> None:
    assert not explain("no-such-reason")
