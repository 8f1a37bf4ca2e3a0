"""Tags that are not known: payloads read, members found, and all of them counted."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from headwater.errors import InputError
from headwater.stats import binomial_upper
from headwater.watermark import codes, document, family, ngrams, sampler
from headwater.watermark.bitslice import Counters
from headwater.watermark.document import Suspect
from headwater.watermark.keys import Key
from headwater.watermark.scheme import Family, is_family
from headwater.watermark.schemes import SCHEMES, beacon, payload
from tests.watermark import worlds

FAMILIES = [scheme for scheme in SCHEMES.values() if is_family(scheme)]
EVERY = pytest.mark.parametrize("scheme", FAMILIES, ids=[scheme.name for scheme in FAMILIES])


def opened(scheme: Family, number: int = 1) -> Key:
    return Key(scheme.name, worlds.key(scheme, number).secret[: -family.TAG_BYTES])


def marked(scheme: Family, tag: int, n: int = 250) -> np.ndarray:
    rng = np.random.default_rng(101)
    key = family.tagged(opened(scheme), tag)
    return sampler.sample(worlds.law, scheme, key, n_tokens=n, rng=rng)


def test_the_families_are_those_with_tags() -> None:
    assert [scheme.name for scheme in FAMILIES] == ["payload-aes-1", "beacon-public-aes-1"]


def test_any_two_words_of_the_code_are_24_apart() -> None:
    weights = (codes.signs() < 0).sum(axis=0)

    assert codes.generator() == 0o6331141367235453  # Lin and Costello (2004), appendix C
    assert sorted(set(weights.tolist())) == [0, 24, 28, 32, 36, 40, 64]
    assert np.array_equal(codes.signs()[:, 0x2F15], 1.0 - 2.0 * codes.encode(0x2F15))


@EVERY
def test_the_best_tag_is_the_best_of_all(scheme: Family) -> None:
    rng = np.random.default_rng(102)
    texts = ngrams.batch([rng.integers(0, 300, n) for n in (0, 2, 9, 130, 700)])
    found, key = ngrams.gather(texts, scheme), opened(scheme)
    tags, n_scored, totals = scheme.best_tags(found.table, found.n_scored, key.secret)
    some = [*range(200), *tags.tolist()]

    every = []
    for tag in some:
        scores = scheme.scores(found.table, family.tagged(key, tag).secret)
        counted = found.only(~np.isnan(scores))
        every.append(counted.totals(scores[~np.isnan(scores)]))
        assert counted.n_scored.tolist() == n_scored.tolist()

    assert (np.array(every).max(axis=0) <= totals).all()
    assert np.array(every)[200:].diagonal().tolist() == totals.tolist()


@pytest.mark.parametrize("n_rows", [0, 1, 7, 8, 23, 300])
def test_counters_side_by_side_count(n_rows: int) -> None:
    rng = np.random.default_rng(n_rows)
    rows = rng.integers(0, 2**64, (n_rows, 4), dtype=np.uint64)
    upto = np.array([0, n_rows // 3, n_rows // 3, n_rows])
    counters = Counters(3, 256, n_rows)
    for start in range(0, n_rows, 50):
        counters.add(rows[start : start + 50], start, upto)

    ones = np.unpackbits(rows.view(np.uint8), axis=1, bitorder="little").astype(np.int64)
    expected = np.array([ones[a:b].sum(axis=0) for a, b in pairwise(upto)])
    tags, totals = counters.greatest()

    assert totals.tolist() == expected.max(axis=1).tolist()
    assert [expected[at, tag] for at, tag in enumerate(tags)] == totals.tolist()


@EVERY
@pytest.mark.parametrize("tag", [0, 777])
def test_a_tag_is_read_from_a_text_and_from_a_passage_of_a_page(scheme: Family, tag: int) -> None:
    human = [page[:600] % worlds.N_TYPES for page in worlds.human() if page.size >= 600][:2]
    text = marked(scheme, tag)
    page = np.concatenate([human[0], text, human[1]])

    alone, within, none = document.examine(
        ngrams.batch([text, page, human[0]]), [Suspect(scheme, [opened(scheme)])]
    )

    for found in (alone, within):
        assert found.tag == tag
        assert found.log_p < math.log(1e-6)
        assert found.n_tests == 1
    (span,) = within.spans
    assert min(span.stop, 850) - max(span.start, 600) > 0.7 * (max(span.stop, 850) - min(span.start, 600))
    assert none.p > 1e-3


@EVERY
def test_all_tags_are_counted(scheme: Family) -> None:
    texts = ngrams.batch([page[:200] % worlds.N_TYPES for page in worlds.human() if page.size >= 200][:100])
    p = np.array(
        [
            found.p
            for number in range(10)
            for found in document.examine(texts, [Suspect(scheme, [opened(scheme, number)])])
        ]
    )

    for level in (0.5, 0.1, 0.02):
        assert binomial_upper(int((p <= level).sum()), p.size, level) > 1e-6


def test_a_beacon_is_found_by_the_consortium_and_confirmed_by_its_member() -> None:
    whole = worlds.key(beacon.NATIVE, 1)
    member = int.from_bytes(whole.secret[32:34], "big") % 1024
    key = Key(whole.profile, whole.secret[:32] + member.to_bytes(2, "big") + whole.secret[34:])
    text = sampler.sample(worlds.law, beacon.NATIVE, key, n_tokens=300, rng=np.random.default_rng(103))
    consortium = Key(beacon.PUBLIC.name, key.secret[:32])
    forged = Key(whole.profile, key.secret[:34] + bytes(32))

    (seen,) = document.examine(ngrams.batch([text]), [Suspect(beacon.PUBLIC, [consortium])])
    (private,) = document.examine(ngrams.batch([text]), [Suspect(beacon.NATIVE, [forged, key])])

    assert (seen.tag, private.key) == (member, 1)
    assert seen.log_p < math.log(1e-6)
    assert private.log_p < math.log(1e-6)
    assert seen.n_scored + private.n_scored == ngrams.gather(ngrams.batch([text]), beacon.PUBLIC).n_scored[0]
    (alone,) = document.examine(ngrams.batch([text]), [Suspect(beacon.NATIVE, [forged])])
    assert alone.p > 1e-3


def test_a_tag_or_a_token_out_of_range_is_refused() -> None:
    with pytest.raises(InputError, match="tag"):
        family.tagged(opened(payload.NATIVE), 65_536)
    with pytest.raises(InputError, match="23 bits"):
        document.examine(
            ngrams.batch([[1, 2, 3, 2**23]]), [Suspect(beacon.PUBLIC, [worlds.key(beacon.PUBLIC, 1)])]
        )
