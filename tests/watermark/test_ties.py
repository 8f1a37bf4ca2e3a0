"""Ties told apart: nothing that was said gets weaker, and every level is nearly reached."""

from __future__ import annotations

import math

import numpy as np
import pytest

from headwater.watermark import detect, document, family, ngrams, sampler, ties
from headwater.watermark.document import Suspect
from headwater.watermark.keys import Key
from headwater.watermark.law import TIE_MOST, TIE_STEP, Bits
from headwater.watermark.ngrams import Ngrams
from headwater.watermark.scheme import Scheme, is_family
from headwater.watermark.schemes import SCHEMES
from tests.watermark import worlds
from tests.watermark.slow import aes_word
from tests.watermark.slow import ngrams as slow_ngrams

COUNTS = [
    worlds.small(scheme)
    for scheme in SCHEMES.values()
    if isinstance(scheme.law, Bits) and scheme.law.n_bits == 1
]
EVERY = pytest.mark.parametrize("scheme", COUNTS, ids=[scheme.name for scheme in COUNTS])


def pages(n: int, length: int = 100) -> list[np.ndarray]:
    return [page[:length] % worlds.N_TYPES for page in worlds.human() if page.size >= length][:n]


def test_counts_are_refined_and_finer_scores_are_not() -> None:
    refined = [name for name, scheme in SCHEMES.items() if ties.law_of(scheme) != scheme.law]

    assert refined == [scheme.name for scheme in COUNTS]
    scheme = SCHEMES["gumbel-aes-1"]
    found, key = ngrams.gather(ngrams.batch(pages(3)), scheme), worlds.key(scheme, 1)
    counted, scores = detect.scored(found, scheme, key)
    same, law = ties.told_apart(counted, scores, scheme, key)
    assert same is scores
    assert law == scheme.law


@EVERY
def test_every_one_draws_as_the_specification_says(scheme: Scheme) -> None:
    (text,), key = pages(1), worlds.key(scheme, 5)
    counted, scores = detect.scored(ngrams.gather(ngrams.batch([text]), scheme), scheme, key)
    finer, _ = ties.told_apart(counted, scores, scheme, key)

    told = slow_ngrams(text.tolist(), scheme.name)
    words = [aes_word(told[at], key.secret[:32], f"{scheme.name} ties") for at in counted.position.tolist()]
    drawn = np.array([(word & 0xFFFF).bit_count() for word in words])

    assert np.array_equal(finer, scores * (1.0 + TIE_STEP * drawn))


@EVERY
def test_a_p_value_gets_no_larger_and_totals_stay(scheme: Scheme) -> None:
    found = ngrams.gather(ngrams.batch(pages(150)), scheme)
    key = worlds.key(scheme, 6)
    counted, scores = detect.scored(found, scheme, key)

    reading = detect.read(found, scheme, key)
    plain = scheme.law.log_survival(reading.totals, reading.n_scored)

    assert reading.totals.tolist() == counted.totals(scores).tolist()
    near = plain <= ties.NEAR
    assert (reading.log_p[near] < plain[near] - 1e-6).all()
    assert (reading.log_p <= plain + 1e-12).all()
    assert (reading.log_p[~near] == plain[~near]).mean() > 0.9
    assert 0 < near.sum() < near.size


@EVERY
def test_nearly_every_level_is_reached(scheme: Scheme) -> None:
    found = ngrams.gather(ngrams.batch(pages(100)), scheme)
    keys = [worlds.key(scheme, 7000 + number) for number in range(20)]
    p = np.exp([detect.read(found, scheme, key).log_p for key in keys])

    for level in (0.1, 0.05, 0.02):
        error = math.sqrt(level * (1 - level) / p.size)
        assert 0.9 * level - 5 * error < (p <= level).mean() < level + 5 * error


@pytest.mark.parametrize("name", ["payload-aes-1", "beacon-public-aes-1"])
def test_a_number_that_is_searched_for_says_what_it_says_when_it_is_known(name: str) -> None:
    scheme = SCHEMES[name]
    assert is_family(scheme)
    texts, key = ngrams.batch(pages(5)), worlds.key(scheme, 8)
    secret = Key(name, key.secret[:32])
    found = ngrams.gather(texts, scheme)
    tags, n_scored, _ = scheme.best_tags(found.table, found.n_scored, secret.secret)

    totals, law = family.best_totals(found, tags, scheme, secret)

    for at, tag in enumerate(tags.tolist()):
        reading = detect.read(found, scheme, family.tagged(secret, tag))
        assert reading.log_p[at] <= ties.NEAR  # the best of a thousand
        assert law.log_survival(totals, n_scored)[at] == reading.log_p[at]


def test_a_span_says_a_whole_total() -> None:
    scheme, key = SCHEMES["greenlist-aes-1"], worlds.key(SCHEMES["greenlist-aes-1"], 9)
    text = sampler.sample(worlds.law, scheme, key, n_tokens=200, rng=np.random.default_rng(9))
    page = np.concatenate([pages(1, 600)[0], text])
    (found,) = document.examine(ngrams.batch([page]), [Suspect(scheme, [key])])

    assert found.total == round(found.total)
    assert [span.total for span in found.spans] == [round(span.total) for span in found.spans] != []


def test_a_text_too_long_for_exact_sums_is_left_as_it_is() -> None:
    scheme = SCHEMES["greenlist-aes-1"]
    empty = np.empty(0, dtype=np.int32)
    found = Ngrams(np.empty(0, dtype=np.uint32), empty, empty, np.array([TIE_MOST + 1]), scheme.width)
    scores = np.ones(3)

    same, law = ties.told_apart(found, scores, scheme, worlds.key(scheme, 1))

    assert same is scores
    assert law == scheme.law
