"""What every scheme keeps: its law, its level, its power, other keys, and texts without tokens."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater import canonical
from headwater.errors import InputError
from headwater.stats import binomial_upper
from headwater.watermark import detect, ngrams, sampler
from headwater.watermark.abreast import Trails
from headwater.watermark.sampler import Trail
from headwater.watermark.scheme import Scheme, ngrams_after, profile_id
from headwater.watermark.schemes import SCHEMES
from tests.watermark import worlds

EVERY = pytest.mark.parametrize("scheme", [worlds.small(scheme) for scheme in SCHEMES.values()], ids=SCHEMES)
UNLIKELY = 1e-6  # a check below fails by chance this often at most; seeds are fixed, so it does not


def test_names_are_versioned_and_keys_of_the_table() -> None:
    assert all(scheme.name == name for name, scheme in SCHEMES.items())
    assert [name for name in SCHEMES if not re.fullmatch(r"[a-z0-9-]+-[1-9]\d*", name)] == []


@EVERY
def test_a_specification_is_canonical_json_that_names_the_profile(scheme: Scheme) -> None:
    spec = dict(scheme.spec())

    assert spec["profile"] == scheme.name
    assert canonical.parse(canonical.encode(spec)) == spec


def test_no_two_profiles_have_one_id() -> None:
    assert len({profile_id(scheme) for scheme in SCHEMES.values()}) == len(SCHEMES)


@EVERY
def test_scores_of_different_ngrams_have_mean_and_spread_of_the_law(scheme: Scheme) -> None:
    rng = np.random.default_rng(21)
    # Few contexts, each with many tokens, as a language has them; over several keys.
    some = rng.integers(0, worlds.N_TYPES, (400, scheme.width + 1)).astype(np.uint32)
    scores = np.concatenate([scheme.scores(some, worlds.key(scheme, number).secret) for number in range(20)])
    scores = scores[~np.isnan(scores)]
    n = scores.size

    assert abs(scores.mean() - scheme.law.mean) < 5 * scheme.law.sd / math.sqrt(n)
    # The fourth moment of an exponential is nine times its squared variance; all others have less.
    assert abs(scores.var() / scheme.law.sd**2 - 1.0) < 5 * math.sqrt(8 / n)


@EVERY
def test_human_text_reaches_a_level_no_more_often_than_the_level(scheme: Scheme) -> None:
    pages = [page[:400] % worlds.N_TYPES for page in worlds.human() if page.size >= 100]
    p = np.array(
        [
            math.exp(detect.detect(page, scheme, [worlds.key(scheme, number)]).log_p)
            for number, page in enumerate(pages[:150])  # a key for each page makes them independent
        ]
    )

    for level in (0.5, 0.1, 0.02):
        assert binomial_upper(int((p <= level).sum()), p.size, level) > UNLIKELY
    # On a lattice p is larger than uniform, but by no more than the chance of the total itself.
    assert (p <= 0.5).mean() > 0.5 - 5 * math.sqrt(0.25 / p.size) - 0.06


@EVERY
def test_marked_text_is_found_by_its_key_and_by_no_other(scheme: Scheme) -> None:
    right = worlds.key(scheme, 1)
    others = [worlds.key(scheme, number) for number in range(2, 22)]
    tokens = sampler.sample(worlds.law, scheme, right, n_tokens=200, rng=np.random.default_rng(22))

    found = detect.detect(tokens, scheme, [*others, right])

    assert found.key == len(others)
    # One list for all contexts: only the first of a word counts, and the commonest are soon used up.
    assert found.log_p < math.log(1e-3 if scheme.width == 0 else 1e-8)
    assert detect.detect(tokens, scheme, others).p > 1e-3


@EVERY
def test_a_text_too_short_is_no_alarm(scheme: Scheme) -> None:
    for text in ([], [7], [7] * 500):
        found = detect.detect(np.array(text, dtype=np.int64), scheme, [worlds.key(scheme, 1)])

        assert found.n_scored <= min(len(text), 6)
        assert -40.0 < found.log_p <= 0.0
    assert detect.detect([], scheme, [worlds.key(scheme, 1)]).p == 1.0


@EVERY
@given(text=st.lists(st.integers(0, worlds.N_TYPES), max_size=40))
@settings(max_examples=40, deadline=None)
def test_any_tokens_give_a_stream_that_adds_up_to_the_total(scheme: Scheme, text: list[int]) -> None:
    key = worlds.key(scheme, 3)

    found, stream = detect.detect(text, scheme, [key]), detect.stream(text, scheme, key)

    assert found.n_scored == int(stream.keep.sum()) <= len(text)
    assert found.total == pytest.approx(float(stream.scores[stream.keep].sum()), abs=1e-9)
    assert math.isfinite(found.log_p)
    assert found.log_p <= 0.0


@EVERY
def test_a_tilt_is_a_law_on_the_same_tokens(scheme: Scheme) -> None:
    rng = np.random.default_rng(23)
    chances = rng.dirichlet(np.full(40, 0.3)) * (rng.random(40) < 0.7)
    chances /= chances.sum()
    context = rng.integers(0, worlds.N_TYPES, scheme.width).astype(np.uint32)

    key = worlds.key(scheme, 1)
    tokens = np.flatnonzero(chances)
    tilted = scheme.tilt(ngrams_after(context, tokens), chances[tokens], key.secret)
    whole = Trail(scheme, key, n_prompt=0).tilt(chances, context)
    other = context[::-1].copy(), np.array([7, 3]), np.array([0.25, 0.75])
    law, beside, untouched = Trails(scheme, key, n=3, n_prompt=0).tilt(
        [(tokens, chances[tokens]), other[1:], other[1:]], [context, other[0], context[:0]]
    )

    assert tilted.sum() == pytest.approx(1.0)
    assert tilted.min() >= -1e-15
    assert not (whole > 0.0)[chances == 0.0].any()
    assert np.array_equal(whole[tokens], tilted)
    assert np.array_equal(law, tilted)
    assert np.array_equal(beside, scheme.tilt(ngrams_after(other[0], other[1]), other[2], key.secret))
    assert scheme.padded or not scheme.width or np.array_equal(untouched, other[2])


@EVERY
def test_over_keys_a_scheme_without_distortion_leaves_the_law_as_it_was(scheme: Scheme) -> None:
    chances = np.array([0.6, 0.2, 0.1, 0.05, 0.03, 0.02])
    context = np.arange(100, 100 + scheme.width, dtype=np.uint32)
    n = 6_000 if scheme.name == "beacon-aes-1" else 400  # the half that is drawn hides the half that is bent
    ngrams = ngrams_after(context, np.arange(chances.size))
    tilted = np.array(
        [scheme.tilt(ngrams, chances, worlds.key(scheme, number).secret) for number in range(n)]
    )

    moved = np.abs(tilted.mean(axis=0) - chances) / (tilted.std(axis=0) / np.sqrt(n))

    assert (moved.max() < 4.5) if scheme.traits.distortion_free else (moved.max() > 4.5)


@EVERY
def test_a_key_of_the_wrong_length_or_profile_is_refused(scheme: Scheme) -> None:
    table = np.zeros((1, scheme.width + 1), dtype=np.uint32)
    other = next(each for each in SCHEMES.values() if each.name != scheme.name)
    with pytest.raises(InputError, match="bytes"):
        scheme.scores(table, bytes(scheme.key_bytes + 1))
    with pytest.raises(InputError, match="bytes"):
        scheme.tilt(table, np.ones(1), b"")
    with pytest.raises(InputError, match=other.name):
        detect.detect([1, 2], scheme, [worlds.key(other, 1)])


@EVERY
def test_a_score_depends_on_the_ngram_alone(scheme: Scheme) -> None:
    rng = np.random.default_rng(24)
    table = rng.integers(0, worlds.N_TYPES, (50, scheme.width + 1)).astype(np.uint32)
    key = worlds.key(scheme, 4).secret
    order = rng.permutation(50)

    assert np.array_equal(scheme.scores(table, key)[order], scheme.scores(table[order], key), equal_nan=True)
    assert scheme.scores(table[:0], key).shape == (0,)


def test_a_token_outside_the_vocabulary_is_named() -> None:
    scheme = SCHEMES["greenlist-hf-lefthash-1"]

    with pytest.raises(InputError, match="50300 is not in a vocabulary"):
        detect.detect([1, 50_300], scheme, [worlds.key(scheme, 1)])


def test_contexts_repeat_within_a_text_and_not_across() -> None:
    scheme = SCHEMES["gumbel-aes-1"]
    text = list(range(10)) * 2

    found = detect.scan(ngrams.batch([text, text]), scheme, [worlds.key(scheme, 1)])

    assert found.n_scored.tolist() == [[10], [10]]
    assert found.totals[0] == found.totals[1]


def test_the_ids_in_the_specification_are_those_of_the_profiles() -> None:
    page = (worlds.CRAWL.parents[1] / "docs" / "spec" / "watermark-profiles.md").read_text("utf-8")

    assert [s.name for s in SCHEMES.values() if f"| `{s.name}` | `{profile_id(s)}` |" not in page] == []
