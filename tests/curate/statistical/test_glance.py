"""Compiled looks at a text see what Python sees in it."""

from __future__ import annotations

import sys
from itertools import groupby

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.statistical import glance
from headwater.curate.statistical.fold import points_of

_PIECES = st.sampled_from([*"ab,.é \t\n\x1c\x85\xa0\u1680\u2029\u200b\u3000", "\ud800", "\U0001f600", "one "])
_TEXTS = st.lists(_PIECES, max_size=60).map("".join) | st.text(st.characters(exclude_categories=()))


def test_white_space_is_what_python_takes_for_it() -> None:
    points = np.arange(sys.maxunicode + 1, dtype=np.uint32)
    spaces = [at for at in points.tolist() if glance.words(points[at : at + 1]) == (0, 0)]

    assert spaces == [at for at in range(sys.maxunicode + 1) if chr(at).isspace()]


@given(_TEXTS)
def test_words_are_measured_as_split_parts_them(text: str) -> None:
    lengths = [len(word) for word in text.split()]
    rows = [len(list(row)) for alone, row in groupby(lengths, lambda length: length == 1) if alone]

    assert glance.words(points_of(text)) == (max(lengths, default=0), max(rows, default=0))


@given(_TEXTS)
def test_classes_are_counted_and_what_lies_above_the_table_has_none(text: str) -> None:
    table = np.array([at % 3 for at in range(200)], dtype=np.uint8)
    kinds = [ord(letter) % 3 for letter in text if ord(letter) < table.size]

    assert glance.classes(points_of(text), table) == (kinds.count(1), kinds.count(2))


@given(_TEXTS)
def test_a_mark_behind_a_space_is_seen(text: str) -> None:
    assert glance.parts(points_of(text), points_of(",.")) == (" ," in text or " ." in text)
