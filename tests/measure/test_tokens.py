"""Words against the definition written as a loop over characters."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import InputError
from headwater.measure.tokens import MAX_CHARS, number, vocabulary, word_hashes, words

ALONE = "CJK UNIFIED", "HIRAGANA LETTER", "KATAKANA LETTER"


def slow(text: str) -> list[str]:
    """Read words off a text, character by character."""
    found: list[str] = []
    open_word, alone = False, False
    for char in text.lower():
        kind = unicodedata.category(char)[0]
        if kind == "M" and open_word:
            found[-1] += char
        elif kind == "L":
            stands = unicodedata.name(char, "").startswith(ALONE)
            if open_word and not stands and not alone:
                found[-1] += char
            else:
                found.append(char)
            open_word, alone = True, stands
        else:
            open_word = False
    return [word[:MAX_CHARS] for word in found]


mixed = st.text(st.sampled_from("aBcÉß'’_7 -\n漢字かカーंि́ηΣ\U00020000\ud800\U0001f600"), max_size=40)


@given(mixed | st.text(st.characters(max_codepoint=0x2FFF), max_size=30))
def test_words_are_what_the_definition_says(text: str) -> None:
    # The prolonged sound mark is a letter of both kana; the loop's names do not know it.
    if "ー" not in text:
        assert words(text) == slow(text)
    assert word_hashes(text).size == len(words(text))


@given(st.lists(mixed, max_size=4))
def test_equal_words_have_equal_numbers(texts: list[str]) -> None:
    pairs = {pair for text in texts for pair in zip(words(text), word_hashes(text).tolist(), strict=True)}

    assert len(pairs) == len({word for word, _ in pairs}) == len({value for _, value in pairs})


def test_words_in_several_scripts() -> None:
    assert words("Don't हिन्दी 漢字かな x_1²y ÑANDÚ") == [
        *("don", "t", "हिन्दी", "漢", "字", "か", "な", "x", "y", "ñandú")
    ]
    assert words("") == words("12 + 3 = 15; \x00") == []
    assert words("a" * 70) == ["a" * 64]


def test_numbers_never_change() -> None:
    # FNV-1a over code points, then MurmurHash3's finaliser, in Python's integers; and one pinned number.
    def slow_hash(word: str) -> int:
        value, mask = 0xCBF29CE484222325, 2**64 - 1
        for char in word:
            value = (value ^ ord(char)) * 0x100000001B3 & mask
        for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53, 1):
            value = (value ^ value >> 33) * factor & mask
        return value

    for text in ("the tide turns", "漢 हिन्दी ñ", "z" * 64):
        assert word_hashes(text).tolist() == [slow_hash(word) for word in words(text)]
    assert int(word_hashes("the")[0]) == 0xCB3FF435B889FB31


def test_places_in_a_vocabulary() -> None:
    known = vocabulary(word_hashes("ebb tide sea"))

    places = number(word_hashes("tide moon ebb tide"), known)

    assert places[0] == places[3] != places[2]
    assert places[1] == 3
    assert number(word_hashes("a"), vocabulary(word_hashes(""))).tolist() == [0]
    with pytest.raises(InputError):
        number(word_hashes("a"), np.array([2, 1], dtype=np.uint64))
