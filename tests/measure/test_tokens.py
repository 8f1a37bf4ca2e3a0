"""Words against the definition written as a loop over characters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import InputError
from headwater.measure.tokens import number, vocabulary, word_hashes, words
from tests.measure.profile import slow

mixed = st.text(st.sampled_from("aBcÉß'’_7 -\n漢字かカーंि́ηΣ\U00020000\ud800\U0001f600"), max_size=40)


@given(mixed | st.text(st.characters(max_codepoint=0x2FFF), max_size=30))
def test_words_are_what_the_definition_says(text: str) -> None:
    assert words(text) == slow.words(text)
    assert word_hashes(text).tolist() == [slow.word_hash(word) for word in slow.words(text)]


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
    assert int(word_hashes("the")[0]) == 0xCB3FF435B889FB31


def test_places_in_a_vocabulary() -> None:
    known = vocabulary(word_hashes("ebb tide sea"))

    places = number(word_hashes("tide moon ebb tide"), known)

    assert places[0] == places[3] != places[2]
    assert places[1] == 3
    assert number(word_hashes("a"), vocabulary(word_hashes(""))).tolist() == [0]
    with pytest.raises(InputError):
        number(word_hashes("a"), np.array([2, 1], dtype=np.uint64))
