"""Variants: what each undoes, and that no more are counted than differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.watermark.variants import VARIANTS, distinct


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("nfc", "cafe\u0301", "caf\u00e9"),
        ("quotes", "\u201cIt\u2019s so\u2026\u201d", '"It\'s so..."'),
        ("quotes", "hy\u00adphen\u200b", "hyphen"),
        ("spaces", " two  spaces\u00a0and \n a line\t", " two spaces and\na line "),
        ("plain", "\u201ccafe\u0301\u201d  x", '"caf\u00e9" x'),
    ],
)
def test_a_variant_undoes_what_publishing_did(name: str, before: str, after: str) -> None:
    assert VARIANTS[name](before) == after


def test_plain_text_has_one_variant() -> None:
    assert distinct("Plain text.\nOf two lines.") == {"Plain text.\nOf two lines.": "as-is"}


@given(st.text(max_size=40))
def test_variants_differ_and_the_text_itself_is_first(text: str) -> None:
    found = distinct(text)

    assert next(iter(found.items())) == (text, "as-is")
    assert len(found) <= len(VARIANTS)


@given(st.text(max_size=40))
def test_undoing_twice_is_undoing_once(text: str) -> None:
    for undo in VARIANTS.values():
        assert undo(undo(text)) == undo(text)
