"""Many keys, one p-value."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from headwater.errors import InputError
from headwater.watermark import detect, ngrams
from headwater.watermark.scheme import ngrams_after
from headwater.watermark.schemes import SCHEMES
from tests.watermark import worlds

SCHEME = SCHEMES["gumbel-aes-1"]


@pytest.mark.parametrize("p", [1.0, 0.5, 1e-3, 1e-12])
@pytest.mark.parametrize("k", [1, 2, 1000])
def test_the_best_of_many_keys_is_corrected_exactly(p: float, k: int) -> None:
    exact = 1 - (1 - Fraction(p)) ** k
    log_p = np.full((1, k), 0.0)
    log_p[0, k // 2] = math.log(p)

    assert detect.log_p_any(log_p)[0] == pytest.approx(math.log(exact), rel=1e-9, abs=1e-12)


def test_far_below_the_smallest_float_the_correction_is_the_number_of_keys() -> None:
    for log_p in (-599.0, -601.0, -5000.0):
        assert detect.log_p_any(np.array([[log_p, 0.0]]))[0] == pytest.approx(log_p + math.log(2), rel=1e-12)
    assert detect.log_p_any(np.array([[-np.inf, 0.0]]))[0] == -np.inf


def test_the_best_of_wrong_keys_is_uniform() -> None:
    pages = [page % worlds.N_TYPES for page in worlds.human() if page.size >= 200][:150]
    p = np.array(
        [
            detect.detect(page, SCHEME, [worlds.key(SCHEME, 1000 + 8 * at + i) for i in range(8)]).p
            for at, page in enumerate(pages)
        ]
    )
    ranked = np.sort(p)
    distance = np.abs(ranked - (np.arange(p.size) + 0.5) / p.size).max() + 0.5 / p.size

    # Kolmogorov's law: beyond 2.4 / sqrt(n) with chance 2 exp(-2 * 2.4**2), 2e-5.
    assert distance < 2.4 / math.sqrt(p.size)


def test_a_scan_of_a_batch_is_what_each_text_says_alone() -> None:
    pages = [page[:150] % worlds.N_TYPES for page in worlds.human()[:20]]
    some = [worlds.key(SCHEME, number) for number in range(4)]

    found = detect.scan(ngrams.batch(pages), SCHEME, some)

    for at, page in enumerate(pages):
        alone = detect.detect(page, SCHEME, some)
        assert alone.n_scored == found.n_scored[at, 0]
        assert alone.log_p == pytest.approx(found.log_p_any[at], abs=1e-12)
        assert alone.total == pytest.approx(found.totals[at, alone.key], rel=1e-12)


def test_no_key_and_a_key_given_twice_are_refused() -> None:
    key = worlds.key(SCHEME, 1)
    with pytest.raises(InputError, match="no key"):
        detect.detect([1], SCHEME, [])
    with pytest.raises(InputError, match="twice"):
        detect.detect([1], SCHEME, [key, key])


def test_a_long_marked_text_has_a_p_value_below_the_smallest_float() -> None:
    rng = np.random.default_rng(41)
    key = worlds.key(SCHEME, 1)
    text = rng.integers(0, 5000, 3).tolist()
    law = np.full(64, 1 / 64)
    for _ in range(400):
        context = np.array(text[-3:], dtype=np.uint32)
        text.append(int(np.argmax(SCHEME.tilt(ngrams_after(context, np.arange(64)), law, key.secret))))

    found = detect.detect(text, SCHEME, [key])

    assert found.p == 0.0
    assert -5000.0 < found.log_p < math.log(1e-300)


def test_contexts_that_share_a_list_are_no_new_evidence_for_the_same_token() -> None:
    scheme = worlds.small(SCHEMES["greenlist-hf-selfhash-1"])
    rng = np.random.default_rng(42)
    texts = ngrams.batch([rng.integers(0, 12, 300) for _ in range(150)])
    found = ngrams.gather(texts, scheme)
    p = []
    for number in range(6):
        key = worlds.key(scheme, 4000 + number)
        counted, _ = detect.scored(found, scheme, key)
        draws = scheme.draws(counted.table, key.secret)  # type: ignore[attr-defined]
        first = counted.n_scored[0]
        assert np.unique(draws[:first]).size == first < found.n_scored[0]
        p.append(np.exp(detect.read(found, scheme, key).log_p))

    assert (np.array(p) <= 0.1).mean() < 0.1 + 5 * math.sqrt(0.09 / 900)
