"""Text as numbers and back; a smaller vocabulary keeps the frequent words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from headwater.collapse.study.text import read
from headwater.errors import UnavailableError


def test_words_are_numbered_in_order_of_appearance(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("To be, or not to be: that is the question.")

    text = read(tmp_path / "a.txt")

    assert text.tokens.tolist() == [0, 1, 2, 3, 0, 1, 4, 5, 6, 7]
    assert text.spell(text.tokens) == "to be or not to be that is the question"


def test_a_smaller_vocabulary_keeps_the_frequent_words(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("b b b a a c d e")

    small = read(tmp_path / "a.txt").frequent(3)

    assert small.types == ("b", "a", "others")
    assert small.tokens.tolist() == [0, 0, 0, 1, 1, 2, 2, 2]
    assert small.frequent(9) is small
    assert np.bincount(small.tokens).sum() == 8


def test_a_missing_file_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"cannot read none\.txt"):
        read(tmp_path / "none.txt")
