"""Documents against several schemes, keys and variants: one p-value for all of it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from headwater.errors import InputError
from headwater.watermark import detect, document, ngrams, sampler
from headwater.watermark.document import Suspect
from headwater.watermark.schemes import SCHEMES
from tests.watermark import worlds

GUMBEL, GREEN = SCHEMES["gumbel-aes-1"], SCHEMES["greenlist-aes-1"]


def suspects(n_keys: int = 3) -> list[Suspect]:
    return [
        Suspect(scheme, [worlds.key(scheme, number) for number in range(n_keys)])
        for scheme in (GREEN, GUMBEL)
    ]


def marked(n: int = 200, seed: int = 91) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return sampler.sample(worlds.law, GUMBEL, worlds.key(GUMBEL, 2), n_tokens=n, rng=rng)


def pages(n: int) -> list[np.ndarray]:
    return [page[:250] % worlds.N_TYPES for page in worlds.human() if page.size >= 250][:n]


def test_the_suspect_the_key_and_the_span_are_named() -> None:
    human = pages(3)
    texts = [human[0], np.concatenate([human[1], marked(), human[2]])]

    first, second = document.examine(ngrams.batch(texts), suspects())

    assert (second.suspect, second.key, second.text) == (1, 2, 1)
    assert second.n_tests == first.n_tests == 6
    assert second.log_p < math.log(1e-12)
    assert [abs(span.start - 250) < 20 and abs(span.stop - 450) < 20 for span in second.spans] == [True]
    assert first.p > 1e-3
    assert first.spans == ()


def test_whole_and_spans_and_every_key_are_counted() -> None:
    text = marked()

    (found,) = document.examine(ngrams.batch([text]), suspects())
    reading = detect.read(ngrams.gather(ngrams.batch([text]), GUMBEL), GUMBEL, worlds.key(GUMBEL, 2))
    raw = min(float(reading.log_p[0]), float(reading.log_p_best[0]))

    assert found.log_p == pytest.approx(raw + math.log(2) + math.log(6), rel=1e-12)
    assert found.log_p_whole == reading.log_p[0]
    assert found.total == reading.totals[0]


def test_the_best_variant_of_a_document_is_taken_and_all_are_counted() -> None:
    text, human = marked(), pages(1)[0]
    batch = ngrams.batch([human, human + 1, text, human + 2])

    first, second = document.examine(batch, suspects(1), documents=[0, 1, 1, 1])

    assert (first.n_tests, second.n_tests) == (2, 6)
    assert first.text == 0
    keyed = [Suspect(GUMBEL, [worlds.key(GUMBEL, 2)])]
    third, fourth = document.examine(batch, keyed, documents=[0, 1, 1, 1])
    assert fourth.text == 2
    assert fourth.log_p < math.log(1e-12)
    assert third.text == 0


def test_examinations_with_several_tokenizers_become_one() -> None:
    text, human = marked(), pages(1)[0]
    (right,) = document.examine(ngrams.batch([text]), [Suspect(GUMBEL, [worlds.key(GUMBEL, 2)])])
    (wrong,) = document.examine(ngrams.batch([human]), suspects())

    found = document.strongest([wrong, right])

    assert found.n_tests == 7
    assert found.log_p == pytest.approx(right.log_p + math.log(7), rel=1e-12)
    assert document.strongest([wrong, wrong]).p <= 1.0
    with pytest.raises(InputError, match="no finding"):
        document.strongest([])


def test_unmarked_documents_reach_a_level_no_more_often_than_the_level() -> None:
    texts = ngrams.batch(pages(100))
    p: list[float] = []
    for number in range(20):
        keys = [worlds.key(GUMBEL, 1000 + 4 * number + at) for at in range(4)]
        p += [found.p for found in document.examine(texts, [Suspect(GUMBEL, keys)])]
    levels = np.array(p)

    for level in (0.5, 0.1, 0.01):
        assert (levels <= level).mean() <= level + 5 * math.sqrt(level / levels.size)


def test_documents_that_are_too_short_are_no_alarm() -> None:
    for found in document.examine(ngrams.batch([[], [7], [7] * 500, [1, 2, 3]]), suspects()):
        assert found.spans == ()
        assert found.p > 0.05
    assert document.examine(ngrams.batch([]), suspects()) == ()


def test_what_cannot_be_examined_is_refused() -> None:
    texts = ngrams.batch([[1, 2], [3]])
    key = worlds.key(GUMBEL, 1)
    for wrong in ([0], [0, 2], [1, 2], [0.0, 1.0], [-1, 0]):
        with pytest.raises(InputError, match="without a gap"):
            document.examine(texts, suspects(), documents=wrong)
    with pytest.raises(InputError, match="no key"):
        document.examine(texts, [])
    with pytest.raises(InputError, match="no key"):
        document.examine(texts, [Suspect(GUMBEL, [])])
    with pytest.raises(InputError, match="twice"):
        document.examine(texts, [Suspect(GUMBEL, [key, key])])
    with pytest.raises(InputError, match="greenlist"):
        document.examine(texts, [Suspect(GREEN, [key])])


def test_likely_suspects_are_tried_first_and_the_others_only_if_need_be() -> None:
    text, human = marked(), pages(1)[0]
    right, others = Suspect(GUMBEL, [worlds.key(GUMBEL, 2)]), suspects(2)

    found, clean = document.examine_in_turn(ngrams.batch([text, human]), [[right], others])
    late, _ = document.examine_in_turn(ngrams.batch([text, human]), [others, [right]])
    (alone,) = document.examine(ngrams.batch([text]), [right])

    assert (found.suspect, found.text, found.n_tests) == (0, 0, 1)
    assert (late.suspect, late.text, late.n_tests) == (2, 0, 5)
    assert found.log_p == late.log_p == pytest.approx(alone.log_p + math.log(2), rel=1e-12)
    assert (clean.n_tests, clean.text) == (5, 1)
    with pytest.raises(InputError, match="no key"):
        document.examine_in_turn(ngrams.batch([text]), [])


def test_in_turn_unmarked_documents_reach_a_level_no_more_often_than_the_level() -> None:
    texts, p = ngrams.batch(pages(100)), []
    for number in range(10):
        stages = [[Suspect(GUMBEL, [worlds.key(GUMBEL, 3000 + 3 * number + at)])] for at in range(3)]
        p += [found.p for found in document.examine_in_turn(texts, stages, level=0.1)]

    for level in (0.5, 0.1, 0.01):
        assert (np.array(p) <= level).mean() <= level + 5 * math.sqrt(level / len(p))


def test_haste_drops_keys_and_never_makes_a_p_value_smaller() -> None:
    human = pages(30)
    texts = ngrams.batch([*human, np.concatenate([human[0], marked(), human[1]])])
    keys = [worlds.key(GUMBEL, number) for number in range(20)]
    found = ngrams.gather(texts, GUMBEL)
    n_dropped = 0
    for key in keys:
        full = detect.read(found, GUMBEL, key)
        quick = detect.read_hastily(found, found.every(4), GUMBEL, key)
        n_dropped += int((quick.n_scored < full.n_scored).sum())
        assert (quick.log_p >= full.log_p - 1e-9).all()
        assert (quick.log_p_best >= full.log_p_best - 1e-9).all()

    assert n_dropped > 0.6 * 20 * 31
    (*_, last) = document.examine(texts, [Suspect(GUMBEL, keys, hasty=True)])
    (*_, same) = document.examine(texts, [Suspect(GUMBEL, keys)])
    assert last == same
    assert last.key == 2
