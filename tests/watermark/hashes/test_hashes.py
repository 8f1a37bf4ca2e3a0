"""Hash functions against vectors that their authors published."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.watermark.hashes import congruential, mersenne, murmur3, philox
from tests.watermark import slow


# Salmon et al., Random123, tests/kat_vectors: philox4x32 10.
@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ([0] * 4, [0] * 2, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ([0xFFFFFFFF] * 4, [0xFFFFFFFF] * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        (
            [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
            [0xA4093822, 0x299F31D0],
            "d16cfe09 94fdcceb 5001e420 24126ea1",
        ),
    ],
)
def test_philox_is_the_one_of_its_authors(counter: list[int], key: list[int], expected: str) -> None:
    words = [int(word, 16) for word in expected.split()]

    assert philox.philox(np.array(counter, dtype=np.uint32), np.array(key, dtype=np.uint32)).tolist() == words
    assert list(slow.philox(counter, key)) == words


def test_murmur3_is_the_one_of_its_author() -> None:
    # MurmurHash3 x86-32 with seed 0: of no bytes 0, of ff ff ff ff 0x76293b50, of 21 43 65 87 0xf55b516b.
    zero = np.zeros(1, dtype=np.uint32)
    for word, expected in ((0xFFFFFFFF, 0x76293B50), (0x87654321, 0xF55B516B)):
        state = murmur3.mix(zero, np.array([word], dtype=np.uint32))
        assert murmur3.finish(state ^ np.uint32(4)).tolist() == [expected] == [slow.murmur3([word])]
    assert murmur3.finish(zero).tolist() == [0]


def test_mersenne_is_the_one_of_its_authors() -> None:
    # Matsumoto and Nishimura's default seed: the first and, as C++11 demands, the ten thousandth word.
    words = mersenne.draws(5489, 10_000)

    assert words[0] == 3499211612
    assert words[-1] == 4123659995


@pytest.mark.parametrize(("n", "n_first"), [(1, 0), (2, 1), (10, 10), (700, 175), (1300, 624), (2000, 1999)])
def test_membership_needs_no_permutation(n: int, n_first: int) -> None:
    for seed in range(5):
        first = mersenne.permutation(seed, n, n_first).tolist()

        assert first == list(slow.permuted(seed, n, n_first))
        seeds, items = np.full(n, seed, dtype=np.uint32), np.arange(n, dtype=np.uint32)
        found = mersenne.each_among_first(seeds, items, n, n_first)
        assert np.flatnonzero(found).tolist() == sorted(first)


def test_low_bits_of_the_congruential_hash_need_low_bits_only() -> None:
    rng = np.random.default_rng(32)
    keys = rng.integers(-(2**63), 2**63, 30)
    table = rng.integers(0, 2, 65_536).astype(np.uint8)
    ngrams = rng.integers(0, 2**32 - 1, (50, 5)).astype(np.uint32)

    packed = congruential.table_bits(ngrams, congruential.layer_table(keys, table))

    for ngram, bits in zip(ngrams.tolist(), packed.tolist(), strict=True):
        state = slow.accumulated(ngram, 1)
        ones = [int(table[((state + key) * slow.FACTOR + 1) % 65_536]) for key in keys.tolist()]
        assert [bits >> layer & 1 for layer in range(30)] == ones
