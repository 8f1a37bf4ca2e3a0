"""A betting process: a p-value that holds at any time."""

from __future__ import annotations

import math

import numpy as np
import pytest

from headwater.errors import InputError
from headwater.watermark import detect, sampler, stream
from headwater.watermark.law import Bits, Exponentials, Law, MixedExponentials, WeightedBits
from headwater.watermark.schemes import SCHEMES
from tests.watermark import worlds

LAWS: list[Law] = [
    Bits(0.25),
    Bits(0.5, 30),
    Exponentials(),
    MixedExponentials(0.1),
    WeightedBits(0.5, (1, 3)),
]


def drawn(law: Law, rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    if isinstance(law, Bits):
        return rng.binomial(law.n_bits, law.chance, shape).astype(float)
    if isinstance(law, WeightedBits):
        bits = rng.random((len(law.weights), *shape)) < law.chance
        return np.asarray(np.tensordot(np.array(law.weights, dtype=float), bits, axes=1))
    share = law.share if isinstance(law, MixedExponentials) else 0.0
    return np.asarray((1 - share) * rng.exponential(size=shape) + share * rng.exponential(size=shape))


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
def test_the_logarithm_of_the_transform_is_that_of_the_mean(law: Law) -> None:
    tilt = 0.2 / law.sd
    some = np.exp(tilt * drawn(law, np.random.default_rng(111), (1, 400_000))[0])

    assert law.log_mgf(tilt) == pytest.approx(math.log(some.mean()), abs=6 * some.std() / 630 / some.mean())
    assert law.log_mgf(0.0) == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
def test_wealth_seldom_ever_grows_without_a_mark(law: Law) -> None:
    n = 1_500
    scores = drawn(law, np.random.default_rng(112), (n, 400))
    log_p = np.array([stream.bet(stream.begin(law), row).log_p for row in scores])

    for level in (0.5, 0.1, 0.02):
        assert (log_p <= math.log(level)).mean() <= level + 5 * math.sqrt(level / n)


def test_it_does_not_matter_where_a_stream_is_cut() -> None:
    scores = np.random.default_rng(113).exponential(size=500)
    whole = stream.bet(stream.begin(Exponentials()), scores)
    parts = stream.begin(Exponentials())
    for part in np.split(scores, [1, 1, 90, 400]):
        parts = stream.bet(parts, part)

    assert parts.log_e == pytest.approx(whole.log_e, rel=1e-12)
    assert parts.log_p == pytest.approx(whole.log_p, rel=1e-12)
    assert parts.n_scored == whole.n_scored == 500


def test_a_marked_stream_is_found_early_and_by_its_key() -> None:
    scheme = SCHEMES["gumbel-aes-1"]
    right, wrong = worlds.key(scheme, 1), worlds.key(scheme, 2)
    text = sampler.sample(worlds.law, scheme, right, n_tokens=150, rng=np.random.default_rng(114))
    found = []
    for key in (right, wrong):
        scores = detect.stream(text, scheme, key)
        found.append(stream.bet(stream.begin(scheme.law), scores.scores[scores.keep]))

    assert found[0].log_p < math.log(1e-6)
    assert found[1].log_p > math.log(1e-3)
    assert stream.log_e_any(found) == pytest.approx(found[0].log_e - math.log(2), abs=1e-6)


def test_what_is_no_score_is_refused() -> None:
    for wrong in ([math.nan], [[1.0]], [math.inf]):
        with pytest.raises(InputError):
            stream.bet(stream.begin(Exponentials()), wrong)
    with pytest.raises(InputError, match="no key"):
        stream.log_e_any([])
