"""Which n-grams count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.errors import InputError
from headwater.watermark import ngrams
from headwater.watermark.schemes import SCHEMES
from tests.watermark import slow


@given(st.lists(st.lists(st.integers(0, 3), max_size=40), max_size=4))
@settings(max_examples=100, deadline=None)
def test_each_text_gives_what_the_definition_gives(texts: list[list[int]]) -> None:
    for name, scheme in SCHEMES.items():
        found = ngrams.gather(ngrams.batch(texts), scheme)
        expected = [slow.ngrams(text, name) for text in texts]
        starts = np.cumsum([0, *map(len, texts)])

        assert found.n_scored.tolist() == [len(each) for each in expected]
        assert [tuple(row) for row in found.table.tolist()] == [
            gram for each in expected for gram in each.values()
        ]
        assert found.position.tolist() == [
            start + place for start, each in zip(starts.tolist(), expected, strict=False) for place in each
        ]


def test_totals_are_of_each_text() -> None:
    scheme = SCHEMES["greenlist-aes-1"]
    found = ngrams.gather(ngrams.batch([[], [1, 2, 3], [4], [5, 6], []]), scheme)

    assert found.totals(np.array([1.0, 2.0, 4.0])).tolist() == [0.0, 3.0, 0.0, 4.0, 0.0]
    assert found.totals(np.array([1.0, 2.0, 4.0])).shape == found.n_scored.shape


def test_sglang_scores_its_first_4096_contexts_only() -> None:
    text = np.random.default_rng(33).integers(0, 50_000, 6_000)

    found = ngrams.gather(ngrams.batch([text, text]), SCHEMES["gumbel-sglang-murmur3-1"])

    assert found.n_scored.tolist() == [4096, 4096]


@pytest.mark.parametrize("text", [[[1]], [-1], [2**32 - 1], [0.5], ["a"], [2**70]])
def test_what_is_no_token_is_refused(text: list[object]) -> None:
    with pytest.raises(InputError):
        ngrams.batch([np.array(text)])


def test_no_texts_are_a_batch_of_none() -> None:
    found = ngrams.gather(ngrams.batch([]), SCHEMES["gumbel-aes-1"])

    assert found.table.shape == (0, 4)
    assert found.totals(np.empty(0)).shape == (0,)
