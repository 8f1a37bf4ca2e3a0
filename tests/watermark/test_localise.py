"""Marked spans in texts that are marked in part."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.watermark import cover, detect, document, localise, ngrams, sampler
from headwater.watermark.law import Bits, Exponentials
from headwater.watermark.schemes import SCHEMES
from tests.watermark import worlds

SCHEME = SCHEMES["gumbel-aes-1"]


def intervals(n: int) -> list[tuple[int, int]]:
    """List the cover from its definition."""
    lengths = [32 << k for k in range(20) if 32 << k < n]
    return [(at, length) for length in lengths for at in range(0, n - length + 1, length // 4)]


@given(st.integers(0, 3000))
@settings(max_examples=60, deadline=None)
def test_the_cover_is_every_quarter_of_every_length(n: int) -> None:
    scores = np.random.default_rng(n).integers(0, 2, n).astype(np.float64)
    start, length, sums = cover.intervals(scores)

    assert list(zip(start.tolist(), length.tolist(), strict=True)) == intervals(n)
    assert cover.counts(np.array([n])).tolist() == [start.size]
    assert [scores[a : a + b].sum() for a, b in intervals(n)] == sums.tolist()


@given(st.lists(st.integers(0, 400), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_the_best_interval_is_the_best_of_all_and_counts_them(sizes: list[int]) -> None:
    law, rng = Bits(0.25), np.random.default_rng(sum(sizes))
    texts = [(rng.random(n) < 0.45).astype(np.float64) for n in sizes]

    found = localise.log_p_best(np.concatenate(texts), np.array(sizes), law)

    for text, log_p in zip(texts, found.tolist(), strict=True):
        every = [
            (float(text[a : a + n].sum()), n)
            for a, n in intervals(text.size)
            if text[a : a + n].sum() - law.mean * n > 3 * law.sd * math.sqrt(n)
        ]
        tails = [float(law.log_survival(np.array([t]), np.array([n]))[0]) for t, n in every]
        expected = min([0.0, *(tail + math.log(len(intervals(text.size))) for tail in tails)])
        assert log_p == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_unmarked_texts_reach_a_level_no_more_often_than_the_level() -> None:
    law, n_texts = Exponentials(), 20_000
    scores = np.random.default_rng(81).exponential(size=n_texts * 300)

    p = np.exp(localise.log_p_best(scores, np.full(n_texts, 300), law))

    for level in (0.1, 0.01, 0.001):
        assert (p <= level).mean() <= level + 5 * math.sqrt(level / n_texts)
    assert (p <= 0.01).mean() > 0.002  # what Bonferroni costs over intervals that overlap


def mixed(seed: int, *parts: int) -> np.ndarray:
    """Give words of human pages with marked text between them: lengths in turn of human and marked."""
    rng = np.random.default_rng(seed)
    human = np.concatenate(worlds.human()) % worlds.N_TYPES
    out: list[np.ndarray] = []
    for at, length in enumerate(parts):
        if at % 2:
            out.append(sampler.sample(worlds.law, SCHEME, worlds.key(SCHEME, 1), n_tokens=length, rng=rng))
        else:
            start = int(rng.integers(0, human.size - length))
            out.append(human[start : start + length].astype(np.uint32))
    return np.concatenate(out)


def test_two_pasted_passages_are_found_with_their_ends() -> None:
    text = mixed(82, 700, 120, 900, 200, 400)
    key = worlds.key(SCHEME, 1)

    spans = sorted(document.spans(text, SCHEME, key, level=1e-4), key=lambda span: span.start)

    assert len(spans) == 2
    for span, (start, stop) in zip(spans, [(700, 820), (1720, 1920)], strict=True):
        assert abs(span.start - start) <= 24
        assert abs(span.stop - stop) <= 24
        assert span.log_p < math.log(1e-8)


def test_a_diluted_mark_is_found_where_the_whole_text_is_not() -> None:
    text = mixed(83, 4000, 50, 5950)
    key = worlds.key(SCHEME, 1)

    (found,) = document.examine(ngrams.batch([text]), [document.Suspect(SCHEME, [key])])

    assert found.log_p < math.log(1e-6) < found.log_p_whole
    assert len(found.spans) == 1
    span = found.spans[0]
    overlap = min(span.stop, 4050) - max(span.start, 4000)
    assert overlap / (max(span.stop, 4050) - min(span.start, 4000)) > 0.7


@pytest.mark.parametrize("n", [0, 1, 31, 32, 33])
def test_a_text_too_short_for_a_span_has_none(n: int) -> None:
    scores = np.full(n, 50.0)

    assert localise.log_p_best(scores, np.array([n]), Exponentials())[0] <= 0.0
    assert len(localise.spans(scores, Exponentials(), level=0.01)) == (1 if n == 33 else 0)


def test_a_stream_of_no_tokens_has_no_span() -> None:
    assert document.spans([], SCHEME, worlds.key(SCHEME, 1), level=0.01) == ()
    assert detect.stream([], SCHEME, worlds.key(SCHEME, 1)).keep.size == 0
