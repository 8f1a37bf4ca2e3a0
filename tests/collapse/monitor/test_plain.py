"""Plain text: what the compiled pass cuts is what Python's own lines and words give, in ranges as in one."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.collapse.monitor import plain

SPACES = "\t \x0b\x1c\x1f\x85\xa0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000"
LETTERS = "aé€\u2010\u200b\U0001f600"
TEXTS = st.text(st.sampled_from(SPACES + LETTERS + "\r\n\n"), max_size=120)


def by_hand(data: bytes, words: int) -> list[str]:
    """Cut with Python's own lines and words."""
    pieces, piece, n = [], "", 0
    for line in io.TextIOWrapper(io.BytesIO(data), "utf-8", "replace"):
        piece, n = piece + line, n + len(line.split())
        if n >= words:
            pieces.append(piece)
            piece, n = "", 0
    return [*pieces, piece] if n else pieces


def cut(data: bytes, words: int, *bounds: int) -> list[str]:
    """Cut a file in ranges."""
    ends = [*bounds, len(data)]
    starts = [0, *bounds]
    return [
        text
        for start, end in zip(starts, ends, strict=True)
        for text in plain.documents(io.BytesIO(data), start, end, words=words)
    ]


@given(TEXTS, st.integers(1, 7))
def test_one_range_is_cut_as_lines_and_words_say(text: str, words: int) -> None:
    data = text.encode()

    assert cut(data, words) == by_hand(data, words)


@given(st.binary(max_size=60) | TEXTS.map(str.encode), st.integers(1, 5), st.integers(0, 60))
def test_ranges_lose_nothing_and_double_nothing(data: bytes, words: int, at: int) -> None:
    whole, parts = ("".join(cut(data, words, *bounds)).split() for bounds in ((), (min(at, len(data)),)))

    assert parts == whole


def test_a_line_without_an_end_is_cut_at_a_character(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "LONGEST", 100)
    monkeypatch.setattr(plain, "_BLOCK", 256)
    data = ("€" * 1000).encode()

    found = cut(data, 5)

    assert "".join(found) == "€" * 1000
    assert {len(text) for text in found[:-1]} == {34}
    assert "".join(cut(b"\x80" * 1000, 5)) == "\ufffd" * 1000


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    data = "".join(f"line {n} of some\u3000length\r\n" for n in range(500)).encode()
    whole = cut(data, 20)
    monkeypatch.setattr(plain, "LONGEST", 200)
    monkeypatch.setattr(plain, "_BLOCK", 256)

    assert cut(data, 20) == whole == by_hand(data, 20)
