"""Human text in pages: nothing is lost, nobody gets a page twice, and too little text is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from headwater.errors import InputError, UnavailableError
from headwater.loop import people
from tests.loop.texts import SMALL, pages


def test_pages_are_cut_at_the_ends_of_lines_and_keep_their_paragraphs() -> None:
    text = "one two\nthree\n\nfour five\n\n\nsix\n" + "word " * 30

    assert list(people.cut([text], page_chars=20)) == [
        "one two three\n\nfour five",
        f"six {'word ' * 30}".strip(),
    ]


def test_a_short_rest_is_left_out_and_an_empty_text_gives_nothing() -> None:
    assert list(people.cut(["a b\n" * 10 + "c\n", "", "\n\n"], page_chars=40)) == [" ".join(["a b"] * 10)]


def test_every_page_is_in_one_place_only() -> None:
    dealt = people.share_out(pages(), SMALL)
    flat = [*dealt.held_out, *dealt.reference, *dealt.sealed, *(text for some in dealt.web for text in some)]

    assert len(flat) == len(set(flat)) == SMALL.n_human
    assert [len(some) for some in dealt.web] == [24, 6]
    assert people.share_out(pages(), SMALL) == dealt
    assert people.share_out(pages(), replace(SMALL, seed=4)) != dealt


def test_too_little_text_is_said() -> None:
    with pytest.raises(InputError, match="gives 3 pages of 400 characters; the loop needs 198"):
        people.share_out(pages()[:3] * 100, SMALL)


def test_text_is_read_from_files_of_any_kind(tmp_path: Path) -> None:
    lines = tmp_path / "a.jsonl"
    lines.write_text('{"text": "First."}\nnot json\n{"text": "Second."}\n', "utf-8")

    assert people.read(str(lines)) == ["First.", "Second."]
    with pytest.raises(UnavailableError, match=r"cannot read .*none\.txt"):
        people.read(str(tmp_path / "none.txt"))
