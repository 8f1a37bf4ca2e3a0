"""Corpora: shared n-grams left out, and the share that is marked."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.errors import InputError
from headwater.watermark import corpus, detect, ngrams, shared
from headwater.watermark.corpus import Tally
from headwater.watermark.detect import Reading
from headwater.watermark.law import Exponentials
from headwater.watermark.schemes import SCHEMES
from tests.watermark import worlds

SCHEME = SCHEMES["gumbel-aes-1"]


@given(st.lists(st.lists(st.integers(0, 2), max_size=30), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_what_several_documents_have_is_left_out_and_nothing_else(texts: list[list[int]]) -> None:
    found = ngrams.gather(ngrams.batch(texts), SCHEME)
    owner = np.repeat(np.arange(len(texts)), found.n_scored)
    having: dict[tuple[int, ...], int] = {}
    for row in found.table.tolist():
        having[tuple(row)] = having.get(tuple(row), 0) + 1
    sketch = shared.empty(24)
    shared.add(sketch, found)

    kept = shared.own(sketch, found)

    expected = [having[tuple(row)] == 1 for row in found.table.tolist()]
    assert kept.table.tolist() == found.table[expected].tolist()
    assert kept.n_scored.tolist() == np.bincount(owner[expected], minlength=len(texts)).tolist()


def test_sketches_merge_into_that_of_all() -> None:
    texts = [page % worlds.N_TYPES for page in worlds.human()[:40]]
    whole, one, other = shared.empty(20), shared.empty(20), shared.empty(20)
    shared.add(whole, ngrams.gather(ngrams.batch(texts), SCHEME))
    shared.add(one, ngrams.gather(ngrams.batch(texts[:15]), SCHEME))
    shared.add(other, ngrams.gather(ngrams.batch(texts[15:]), SCHEME))

    both = shared.merge(one, other)

    assert np.array_equal(both.once, whole.once)
    assert np.array_equal(both.again, whole.again)
    assert 0.0 < both.load < 0.2
    assert both.bits == 20
    with pytest.raises(InputError):
        shared.merge(one, shared.empty(21))
    with pytest.raises(InputError):
        shared.empty(5)


def test_a_full_sketch_leaves_out_more_and_never_less() -> None:
    texts = [page % worlds.N_TYPES for page in worlds.human()[:40]]
    found = ngrams.gather(ngrams.batch(texts), SCHEME)
    large, small = shared.empty(26), shared.empty(12)
    shared.add(large, found)
    shared.add(small, found)

    kept = {tuple(row) for row in shared.own(large, found).table.tolist()}

    assert {tuple(row) for row in shared.own(small, found).table.tolist()} < kept


def crawl(n: int, n_marked: int, rng: np.random.Generator) -> list[Reading]:
    """Draw scores of documents, some of which have a mean of 1.8."""
    means = np.where(np.arange(n) < n_marked, 1.8, 1.0)
    totals = rng.gamma(200, 1.0, n) * means
    counts = np.full(n, 200)
    log_p = Exponentials().log_survival(totals, counts)
    return [Reading(counts[a:b], totals[a:b], log_p[a:b], log_p[a:b]) for a, b in ((0, n // 3), (n // 3, n))]


@pytest.mark.parametrize("n_marked", [0, 5, 400])
def test_the_interval_has_the_share(n_marked: int) -> None:
    rng, n, hits = np.random.default_rng(121), 2_000, 0
    for _ in range(60):
        whole, rest = map(corpus.tally, crawl(n, n_marked, rng))
        found = corpus.share(whole + rest, Exponentials(), confidence=0.9)
        hits += found.low <= n_marked / n <= found.high
        assert found.low <= found.estimate <= found.high
        assert found.n_documents == n

    assert hits >= 60 * 0.9 - 3 * math.sqrt(60 * 0.09)
    assert (found.log_p < math.log(1e-6)) == (n_marked == 400)


def test_a_corpus_without_a_mark_is_tested_as_one_text() -> None:
    key = worlds.key(SCHEME, 1)
    texts = ngrams.batch([page[:200] % worlds.N_TYPES for page in worlds.human() if page.size >= 200])
    found = ngrams.gather(texts, SCHEME)
    sketch = shared.empty(24)
    shared.add(sketch, found)
    reading = detect.read(shared.own(sketch, found), SCHEME, key)

    share = corpus.share(corpus.tally(reading), SCHEME.law)

    assert share.low == 0.0
    assert math.log(1e-4) < share.log_p <= 0.0
    total, n = np.array([reading.totals.sum()]), np.array([reading.n_scored.sum()])
    assert share.log_p == pytest.approx(float(SCHEME.law.log_survival(total, n)[0]))


def test_no_documents_or_no_level_are_refused() -> None:
    empty = Reading(np.zeros(1, np.int64), np.zeros(1), np.zeros(1), np.zeros(1))
    with pytest.raises(InputError, match="counts"):
        corpus.share(corpus.tally(empty), SCHEME.law)
    for at, power in ((0.0, 1.0), (0.5, 0.5), (0.1, 1.5)):
        with pytest.raises(InputError, match="level"):
            corpus.share(Tally(at, 9), SCHEME.law, power=power)
    with pytest.raises(InputError, match="different levels"):
        Tally(0.1) + Tally(0.2)
