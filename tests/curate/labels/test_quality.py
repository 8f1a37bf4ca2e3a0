"""Length and shape, against counting character by character."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.labels.quality import Quality
from tests.curate.samples import opened, plain

LABEL = Quality()
SHARES = ("letter_share", "digit_share", "distinct_word_share", "repeated_line_share", "text_share")
TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.text("ab1 \n\té.", max_size=60)


def slow(text: str) -> dict[str, float]:
    """Count as the docstring says, one character at a time."""
    letters = sum(1 for c in text if c > "\x7f" or c.isalpha())
    digits = sum(1 for c in text if c <= "\x7f" and c.isdigit())
    spaces = sum(1 for c in text if c in " \t\n\r\x0b\x0c")
    visible = len(text) - spaces
    words, lines = re.findall(r"[^ \t\n\r\x0b\x0c]+", text), [line for line in text.split("\n") if line]
    return {
        "n_chars": len(text),
        "n_words": len(words),
        "n_lines": len(lines),
        "letter_share": letters / visible if visible else 0.0,
        "digit_share": digits / visible if visible else 0.0,
        "mean_word_chars": visible / len(words) if words else float(visible),
        "distinct_word_share": len(set(words[:1_000])) / len(words[:1_000]) if words else 0.0,
        "repeated_line_share": (len(lines) - len(set(lines))) / len(lines) if lines else 0.0,
        "text_share": 1.0,
    }


@given(TEXTS)
def test_facts_are_those_of_counting_one_by_one(text: str) -> None:
    row, oracle = LABEL.measure(plain(text)), slow(text)

    assert row.keys() == oracle.keys()
    # Nothing but an empty text has no visible character; there the label says 1 over 0 words.
    for name in row.keys() - {"mean_word_chars"}:
        assert row[name] == pytest.approx(oracle[name], abs=1e-12), name
    if oracle["n_words"]:
        assert row["mean_word_chars"] == pytest.approx(oracle["mean_word_chars"])


@given(TEXTS)
def test_facts_are_finite_and_shares_are_shares(text: str) -> None:
    row = LABEL.measure(plain(text))

    assert all(math.isfinite(value) and value >= 0 for value in row.values())
    assert all(0.0 <= row[name] <= 1.0 for name in SHARES)


def test_a_text_in_known_numbers() -> None:
    row = LABEL.measure(plain("one two 33\none two 33\n\nfour"))

    assert (row["n_chars"], row["n_words"], row["n_lines"]) == (27, 7, 3)
    assert row["letter_share"] == pytest.approx(16 / 20)
    assert row["digit_share"] == pytest.approx(4 / 20)
    assert row["mean_word_chars"] == pytest.approx(20 / 7)
    assert row["distinct_word_share"] == pytest.approx(4 / 7)
    assert row["repeated_line_share"] == pytest.approx(1 / 3)


def test_all_shares_of_an_empty_text_are_zero() -> None:
    row = LABEL.measure(opened(b"<p></p>"))

    assert row["n_words"] == row["n_chars"] == row["n_lines"] == 0
    assert [row[name] for name in SHARES] == [0.0] * 5


def test_repetition_is_measured_on_equal_lengths() -> None:
    distinct = " ".join(f"w{at}" for at in range(1_000))

    assert LABEL.measure(plain(distinct + " w0" * 5_000))["distinct_word_share"] == 1.0


def test_a_character_of_several_bytes_counts_once() -> None:
    row = LABEL.measure(plain("日本語 é 1"))

    assert row["letter_share"] == pytest.approx(4 / 5)
    assert row["digit_share"] == pytest.approx(1 / 5)


def test_the_share_of_text_is_that_of_the_markup() -> None:
    page = b"<p>four</p>"

    assert LABEL.measure(opened(page, text="full"))["text_share"] == pytest.approx(4 / len(page))


@pytest.mark.parametrize("page", ["<li>a" * 10, "<ol>" + "<li>a" * 20, "<ul>" * 20 + "<li>a" * 20])
def test_bullets_that_extraction_adds_do_not_make_a_share_exceed_one(page: str) -> None:
    assert 0.0 < LABEL.measure(opened(page.encode(), text="full"))["text_share"] <= 1.0


@pytest.mark.parametrize(
    ("text", "facts"), [("a\nb", []), ("a\na", ["half of the lines are repeats"]), ("", [])]
)
def test_repetition_is_a_fact_for_the_report(text: str, facts: list[str]) -> None:
    assert list(Quality.view.tally(LABEL.measure(plain(text)))) == facts
