"""What of a text is looked at: tricks and layout leave no trace."""

from __future__ import annotations

import base64
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.statistical.fold import MAX_CHARS, fold

PLAIN = "The old mill by the river has been closed for years, and nobody knows who holds the key."


@pytest.mark.parametrize(
    "disguised",
    [
        PLAIN.replace("e", "е").replace("o", "о").replace("a", "а"),
        PLAIN.replace(" ", " \u200b").replace("e", "e\u2060"),
        "\ufeff" + "\u00ad".join(PLAIN),
        PLAIN.translate({ord(c): ord(c) + 0xFEE0 for c in "abcdefghijklmnopqrstuvwxyz"}),
        f"# {PLAIN}\n",
        f"* **{PLAIN}**",
        PLAIN.replace(",", " ,"),
        f"{PLAIN} https://example.org/a?b=c",
        PLAIN.replace("river", "r i v e r m i l l").replace("r i v e r m i l l", "r i v e r "),
        f"{PLAIN}\n{base64.b64encode(bytes(range(256)) * 9).decode()}",
        PLAIN.replace(" ", "\t\n "),
    ],
    ids=["Cyrillic", "zero width", "soft hyphens", "full width", "heading", "list", "spaced comma", "link",
         "five letters apart", "base64", "white space"],
)  # fmt: skip
def test_a_disguised_text_is_read_as_the_plain_one(disguised: str) -> None:
    folded = fold(disguised)

    assert folded.replace("r i v e r", "river") == PLAIN


def test_a_text_whose_letters_stand_apart_is_put_together() -> None:
    assert fold("Look: " + " ".join("detector") + ".") == "Look: detector."


def test_russian_and_greek_are_left_as_they_are() -> None:
    assert fold("Старая мельница закрыта. Ο μύλος είναι κλειστός.") == (
        "Старая мельница закрыта. Ο μύλος είναι κλειστός."
    )


def test_a_script_without_spaces_is_no_block_of_data() -> None:
    assert fold("吾輩は猫である" * 20) == "吾輩は猫である" * 20


def test_ten_megabytes_cost_what_eight_thousand_characters_cost() -> None:
    assert len(fold(PLAIN * 100_000)) <= MAX_CHARS


def test_every_format_character_is_left_out() -> None:
    formats = [chr(point) for point in range(0x110000) if unicodedata.category(chr(point)) == "Cf"]

    assert fold("a" + "".join(formats) + "b") == "ab"


@given(st.text(max_size=300))
def test_folding_keeps_to_one_line_and_its_bound(text: str) -> None:
    folded = fold(text)

    assert folded == " ".join(folded.split())
    assert len(folded) <= MAX_CHARS
