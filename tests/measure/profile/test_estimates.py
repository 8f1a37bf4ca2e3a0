"""Estimates from a full sketch against the exact numbers of the same corpus."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from headwater.errors import InputError
from headwater.measure.counts import count
from headwater.measure.distinct import distinct
from headwater.measure.entropy import chao_wang_jost
from headwater.measure.heterozygosity import heterozygosity
from headwater.measure.missing_mass import missing_mass
from headwater.measure.profile import Size, estimates, of, spectrum
from headwater.measure.profile.estimates import total
from headwater.measure.profile.sketch import Least, Profile, bucket_of
from headwater.measure.tokens import hashes_of_all, word_hashes
from tests.measure.profile.slow import pack
from tests.measure.profile.worlds import texts

CORPUS = texts(200, n_words=120, n_types=6000, seed=3)
ROWS = [word_hashes(text).view(np.int64) for text in CORPUS]
STREAM = np.concatenate(ROWS)
EXACT = {
    "sketch-support-1": float(count(STREAM).support),
    "sketch-entropy-chao-wang-jost-1": chao_wang_jost(count(STREAM)),
    "sketch-heterozygosity-1": heterozygosity(count(STREAM)).value,
    "sketch-missing-mass-1": missing_mass(count(STREAM)).value,
    **{f"sketch-distinct-{k}-1": distinct(ROWS, length=k).value for k in (2, 3, 4)},
}


def test_a_sketch_that_holds_all_is_exact() -> None:
    found = estimates(of(CORPUS, size=Size(grams=100_000)))

    for name, exact in EXACT.items():
        assert found[name].value == pytest.approx(exact, abs=1e-12), name
        assert found[name].error == 0.0


def test_a_sketch_that_overflows_is_near_and_says_how_near() -> None:
    found = estimates(of(CORPUS, size=Size(words=500, grams=500, bucket_bits=9)))

    for name, exact in EXACT.items():
        assert 0 < found[name].error < 0.2 * exact
        assert abs(found[name].value - exact) <= 4 * found[name].error, name


def rehashed(
    rng: np.random.Generator, counts: np.ndarray[tuple[int], np.dtype[np.int64]], size: Size
) -> Profile:
    """Sketch counts under a fresh random hash function."""
    keys = rng.integers(0, 2**64, size=counts.size, dtype=np.uint64)
    order = np.argsort(keys)
    place = bucket_of(keys, size.bucket_bits)
    buckets = np.bincount(place, weights=counts, minlength=1 << size.bucket_bits).astype(np.int64)
    least = Least(keys[order][: size.words], counts[order][: size.words])
    return replace(of([], size=size), n_words=int(counts.sum()), buckets=buckets, words=least)


def test_totals_have_no_bias_over_hash_functions() -> None:
    rng = np.random.default_rng(4)
    size = Size(words=64, bucket_bits=6)
    counts = rng.zipf(1.5, 900).clip(max=5000).astype(np.int64)
    truth = float((counts * np.log(counts)).sum())

    found = [total(rehashed(rng, counts, size), lambda x: x * np.log(x)) for _ in range(600)]

    values = np.array([value for value, _ in found])
    assert abs(values.mean() - truth) <= 4 * values.std() / np.sqrt(600)
    assert np.sqrt(np.mean([e**2 for _, e in found])) == pytest.approx(values.std(), rel=0.3)


def test_a_spectrum_gives_the_same_totals() -> None:
    for size in (Size(), Size(words=500, bucket_bits=9)):
        profile = of(CORPUS, size=size)
        counts, types = spectrum(profile)

        assert np.all(np.diff(counts) > 0)
        assert types @ counts == pytest.approx(STREAM.size)
        assert types @ counts**0.3 == pytest.approx(total(profile, lambda x: x**0.3)[0])
    assert spectrum(of([]))[0].size == 0


@pytest.mark.parametrize("corpus", [[], [""], ["7 8 9"]])
def test_no_words_no_metrics(corpus: list[str]) -> None:
    with pytest.raises(InputError, match="without words"):
        estimates(of(corpus))


def test_one_type_has_no_diversity() -> None:
    found = estimates(of(["a a a a a"]))

    assert found["sketch-support-1"].value == 1.0
    assert found["sketch-heterozygosity-1"].value == 0.0
    assert found["sketch-entropy-chao-wang-jost-1"].value == pytest.approx(0.0, abs=1e-12)
    assert found["sketch-repetition-4-1"].value == 0.5
    assert estimates(of(["a"]))["sketch-missing-mass-1"].value == 1.0


def test_compression_is_compared_at_equal_size() -> None:
    loop, varied = "abcd" * 300, "".join(CORPUS[0].split())
    found = estimates(of([loop, varied * 3, "short"]))

    assert {name for name in found if "compression" in name} == {"sketch-compression-1024-2"}
    both = sum(len(pack(text[:1024].encode())) for text in (loop, varied * 3))
    assert found["sketch-compression-1024-2"].value == pytest.approx(2048 / both)


def test_many_texts_are_numbered_as_each_alone() -> None:
    corpus = ["One two", "", "İstanbul ǅ", "3 four\nfive", "six"]

    hashes, bounds = hashes_of_all(corpus)

    parts = [hashes[a:b].tolist() for a, b in pairwise(bounds.tolist())]
    assert parts == [word_hashes(text).tolist() for text in corpus]
