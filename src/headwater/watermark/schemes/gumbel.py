"""Gumbel-max: the token whose keyed uniform number to the power 1/chance is the largest.

A marked token tends to have a uniform number near 1; its score -ln(1 - u) is exponential of mean 1
where nothing is marked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from headwater.watermark import prf
from headwater.watermark.law import Exponentials, Law, MixedExponentials
from headwater.watermark.ngrams import Longs
from headwater.watermark.scheme import Floats, Tokens, Traits, check_key

Uniforms = Callable[[Tokens, bytes], Floats]
_HALF = 2**31  # SGLang's default: either key marks half of the contexts
_CHUNK = 16_384  # n-grams at a time, so that what is made of them stays in the cache of a core


@dataclass(frozen=True, slots=True)
class Gumbel:
    """Choose by keyed uniform numbers.

    What is not told here is as `scheme.Scheme` has it.

    Attributes:
        function: Name of the pseudo-random function, for the specification.
        uniforms: From n-grams, shape (n, width + 1), and a key to numbers in (0, 1), shape (n,).

    Source:
        S. Aaronson (2022), talk "Watermarking GPT outputs"; the gamma test is in Fernandez et al. (2023),
        "Three Bricks to Consolidate Watermarks for Large Language Models", section 2.
    """

    name: str
    width: int
    function: str
    uniforms: Uniforms
    key_bytes: int
    traits: Traits
    padded: bool = False
    limit: int = 0

    @property
    def once(self) -> Literal["context", "ngram"]:
        """Score a context once: a second draw after it would be the same."""
        return "context"

    @property
    def law(self) -> Law:
        """Give the law of exponential scores."""
        return Exponentials()

    def spec(self) -> dict[str, Any]:
        """Give all that a detector by others needs."""
        return {
            "contexts": "from the start" if self.padded else "whole",
            "limit": self.limit,
            "once": self.once,
            "profile": self.name,
            "pseudorandom": self.function,
            "scheme": "gumbel",
            "score": "-ln(1 - u)",
            "width": self.width,
        }

    def scores(self, ngrams: Tokens, key: bytes) -> Floats:
        """Score n-grams: -ln(1 - u), shape (n,)."""
        check_key(self, key)
        return _exponential(self.uniforms, ngrams, key)

    def tilt(self, ngrams: Tokens, chances: Floats, key: bytes) -> Floats:
        """Put all chance on the token of the largest u to the power 1/chance."""
        tilted = np.zeros_like(chances)
        tilted[self.race(ngrams, chances, np.array([0, chances.size]), key)[0]] = 1.0
        return tilted

    def race(self, ngrams: Tokens, chances: Floats, starts: Longs, key: bytes) -> Longs:
        """Find the greatest ln(u) / chance of each context, shape (m,)."""
        from headwater.watermark import kernels

        check_key(self, key)
        return kernels.latest(self.uniforms(ngrams, key), chances, starts)


@dataclass(frozen=True, slots=True)
class DualGumbel:
    """Score by two keys made of one, fused.

    The generator tosses a coin for each token, which the detector does not see: mostly the first key
    marks it, sometimes the second.

    Attributes:
        one: The scheme of each key.
        keys: From a key to two.
        share: Weight of the second key's score, and its share of the tokens drawn here, in (0, 1/2).
    """

    name: str
    one: Gumbel
    keys: Callable[[bytes], tuple[bytes, bytes]]
    share: float

    @property
    def width(self) -> int:
        """Give the width of the scheme of one key."""
        return self.one.width

    @property
    def padded(self) -> bool:
        """Give what the scheme of one key says."""
        return self.one.padded

    @property
    def once(self) -> Literal["context", "ngram"]:
        """Give what the scheme of one key says."""
        return self.one.once

    @property
    def limit(self) -> int:
        """Give what the scheme of one key says."""
        return self.one.limit

    @property
    def key_bytes(self) -> int:
        """Give the length of the key that both are made of."""
        return self.one.key_bytes

    @property
    def traits(self) -> Traits:
        """Give the traits of the scheme of one key."""
        return self.one.traits

    @property
    def law(self) -> Law:
        """Give the law of the fused scores."""
        return MixedExponentials(self.share)

    def spec(self) -> dict[str, Any]:
        """Give all that a detector by others needs."""
        fused = {"keys": "two of one", "profile": self.name, "second": self.share}
        return self.one.spec() | fused

    def scores(self, ngrams: Tokens, key: bytes) -> Floats:
        """Score n-grams: (1 - share) and share of the scores by the two keys, shape (n,)."""
        check_key(self, key)
        first, second = self.keys(key)
        return (1.0 - self.share) * self.one.scores(ngrams, first) + self.share * self.one.scores(
            ngrams, second
        )

    def tilt(self, ngrams: Tokens, chances: Floats, key: bytes) -> Floats:
        """Mix the winners of the two keys; the draw is the coin."""
        check_key(self, key)
        first, second = (self.one.tilt(ngrams, chances, part) for part in self.keys(key))
        return (1.0 - self.share) * first + self.share * second


def _exponential(uniforms: Uniforms, ngrams: Tokens, key: bytes) -> Floats:
    out = np.empty(len(ngrams))
    for start in range(0, len(ngrams), _CHUNK):
        some = uniforms(ngrams[start : start + _CHUNK], key)
        np.negative(some, out=some)
        np.log1p(some, out=some)
        np.negative(some, out=out[start : start + _CHUNK])
    return out


def _native(ngrams: Tokens, key: bytes) -> Floats:
    return prf.uniforms(prf.words(ngrams, prf.derive(key, "gumbel-aes-1")))


def _vllm(ngrams: Tokens, key: bytes) -> Floats:
    from headwater.watermark.hashes import philox

    drawn = philox.words(ngrams, np.uint64(int.from_bytes(key, "big")))
    # 24 bits on the grid of single precision; the quotient is rounded to it.
    top = ((drawn >> np.uint32(8)) + np.uint32(1)).astype(np.float64) / (2.0**24 + 1.0)
    return top.astype(np.float32).astype(np.float64)


def _sglang(ngrams: Tokens, key: bytes) -> Floats:
    from headwater.watermark.hashes import murmur3

    return (murmur3.words(ngrams, int.from_bytes(key, "big")).astype(np.float64) + 0.5) / 2.0**32


def _sglang_pair(ngrams: Tokens, key: bytes) -> Floats:
    from headwater.watermark.hashes import murmur3

    # A coin keyed by both keys tells which of them marks after a context; the detector tosses it again.
    keys = [int.from_bytes(part, "big") for part in (key[:8], key[8:])]
    first = murmur3.coin(ngrams, keys) < np.uint32(_HALF)
    return np.where(first, _sglang(ngrams, key[:8]), _sglang(ngrams, key[8:]))


def _native_pair(key: bytes) -> tuple[bytes, bytes]:
    first, second = (prf.derive(key, f"gumbel-aes-dual-1 {part}", n_bytes=prf.MASTER_BYTES) for part in "12")
    return first, second


def _vllm_pair(key: bytes) -> tuple[bytes, bytes]:
    first, second = (hashlib.sha256(name + key).digest()[:8] for name in (b"key_a", b"key_b"))
    return first, second


NATIVE = Gumbel(
    name="gumbel-aes-1",
    width=3,
    function="AES-128 by HKDF-SHA256, 52 bits",
    uniforms=_native,
    key_bytes=prf.MASTER_BYTES,
    traits=Traits(
        distortion_free=True, needs_prompt=False, device_dependent=False, key_bits=128, weakness=""
    ),
)
NATIVE_DUAL = DualGumbel(name="gumbel-aes-dual-1", one=NATIVE, keys=_native_pair, share=0.1)
VLLM = Gumbel(
    name="gumbel-vllm-philox-1",
    width=4,
    function="philox4x32-10-v1 of vLLM 0.33",
    uniforms=_vllm,
    key_bytes=8,
    traits=Traits(
        distortion_free=True,
        needs_prompt=False,
        device_dependent=False,
        key_bits=64,
        weakness="Philox is not proven to be a pseudo-random function; uniform numbers have 24 bits",
    ),
    padded=True,
)
VLLM_DUAL = DualGumbel(name="gumbel-vllm-philox-dual-1", one=VLLM, keys=_vllm_pair, share=0.1)
SGLANG = Gumbel(
    name="gumbel-sglang-murmur3-1",
    width=4,
    function="MurmurHash3 x86-32 of SGLang 0.5.23",
    uniforms=_sglang,
    key_bytes=8,
    traits=Traits(
        distortion_free=True,
        needs_prompt=False,
        device_dependent=False,
        key_bits=32,
        weakness="the 64-bit key is folded into a 32-bit state, which can be searched",
    ),
    limit=4096,
)
SGLANG_DUAL = replace(
    SGLANG,
    name="gumbel-sglang-murmur3-dual-1",
    function="MurmurHash3 x86-32 of SGLang 0.5.23, of two keys by a keyed coin of 1/2",
    uniforms=_sglang_pair,
    key_bytes=16,
)
PROFILES = (NATIVE, NATIVE_DUAL, VLLM, VLLM_DUAL, SGLANG, SGLANG_DUAL)
