"""The native pseudo-random function against published vectors and a plain computation."""

from __future__ import annotations

import numpy as np

from headwater.watermark import prf
from tests.watermark import slow

# FIPS 197, appendix C.1.
KEY = bytes(range(16))
PLAIN = bytes.fromhex("00112233445566778899aabbccddeeff")
CODED = bytes.fromhex("69c4e0d86a7b0430d8cdb78070b4c55a")


def test_a_block_is_encrypted_as_the_standard_says() -> None:
    ngram = np.frombuffer(PLAIN, dtype="<u4")[None]

    assert prf.words(ngram, KEY).astype("<u8").tobytes() == CODED[:8]


def test_keys_are_derived_by_rfc_5869() -> None:
    master = bytes(range(32))

    assert prf.derive(master, "gumbel-aes-1") == slow.derived(master, "gumbel-aes-1")
    assert prf.derive(master, "gumbel-aes-1") != prf.derive(master, "gumbel-aes-2")


def test_many_blocks_are_what_each_is_alone() -> None:
    rng = np.random.default_rng(31)
    ngrams = rng.integers(0, 2**32 - 1, (40_000, 2)).astype(np.uint32)  # more than two chunks

    together = prf.words(ngrams, KEY)

    assert prf.words(ngrams[:0], KEY).size == 0
    for at in (0, 16_383, 16_384, 39_999):
        assert together[at] == prf.words(ngrams[at : at + 1], KEY)[0]
    assert np.unique(together).size == 40_000


def test_uniform_numbers_are_never_0_or_1() -> None:
    ends = prf.uniforms(np.array([0, 2**64 - 1], dtype=np.uint64))

    assert 0.0 < ends[0] < ends[1] < 1.0
    assert np.isfinite(np.log1p(-ends)).all()
    assert ends[0] == 1.0 - ends[1]
