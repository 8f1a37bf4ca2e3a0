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
