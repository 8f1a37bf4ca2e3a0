"""Tournament sampling (SynthID-Text): layers of keyed bits, each doubling the chance of ones at most."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from headwater.watermark import prf
from headwater.watermark.law import Bits, Law, WeightedBits
from headwater.watermark.scheme import Floats, Places, Tokens, Traits, check_key

DEPTH = 30
# Ones in torch's 65,536 draws of 0 or 1 on a CPU with seed 0.
_TABLE_ONES = 32_743
_FALLING = tuple(weight for weight in range(10, 0, -1) for _ in range(3))


@dataclass(frozen=True, slots=True)
class Tournament:
    """Let candidates meet in layers, the one with the keyed bit winning.

    What is not told here is as `scheme.Scheme` has it.

    Attributes:
        function: Name of the pseudo-random function, for the specification.
        bits: From n-grams, shape (n, width + 1), and a key to packed bits, layer 0 lowest, shape (n,).
        weights: Shape (depth,), what a one counts in each layer; early layers carry more evidence.
        chance: Of a one without a mark.
        ones_at: From the tokens of a text, where n-grams end in it and a key to the numbers of ones, shape
            (n,), where they can be had without laying the n-grams out.

    Source:
        Dathathri et al. (2024), "Scalable watermarking for identifying large language model outputs",
        Nature 634: two-candidate tournaments, and the (weighted) mean as score.
    """

    name: str
    width: int
    function: str
    bits: Callable[[Tokens, bytes], Tokens]
    key_bytes: int
    traits: Traits
    weights: tuple[int, ...] = (1,) * DEPTH
    chance: float = 0.5
    ones_at: Callable[[Tokens, Places, bytes], Floats] | None = None

    @property
    def padded(self) -> bool:
        """Score whole contexts only."""
        return False

    @property
    def limit(self) -> int:
        """Score all of a text."""
        return 0

    @property
    def once(self) -> Literal["context", "ngram"]:
        """Score a context once: it is marked once."""
        return "context"

    @property
    def law(self) -> Law:
        """Give the law of bits without a mark."""
        if set(self.weights) == {1}:
            return Bits(self.chance, len(self.weights))
        return WeightedBits(self.chance, self.weights)

    def spec(self) -> dict[str, Any]:
        """Give all that a detector by others needs."""
        return {
            "chance": self.chance,
            "once": self.once,
            "profile": self.name,
            "pseudorandom": self.function,
            "scheme": "tournament",
            "score": "sum of weights of ones",
            "weights": list(self.weights),
            "width": self.width,
        }

    def scores(self, ngrams: Tokens, key: bytes) -> Floats:
        """Score n-grams: add up the weights of layers whose bit is one, shape (n,)."""
        check_key(self, key)
        packed = self.bits(ngrams, key)
        if set(self.weights) == {1}:
            return np.bitwise_count(packed).astype(np.float64)
        tables = _weighed(self.weights)
        parts = (tables[at][(packed >> np.uint32(8 * at)) & np.uint32(255)] for at in range(4))
        return np.asarray(sum(parts), dtype=np.float64)

    def scores_at(self, tokens: Tokens, ends: Places, key: bytes) -> Floats | None:
        """Score n-grams as they lie in a text, or give None."""
        check_key(self, key)
        return None if self.ones_at is None else self.ones_at(tokens, ends, key)

    def tilt(self, ngrams: Tokens, chances: Floats, key: bytes) -> Floats:
        """Multiply, layer by layer, by 1 + bit - the chance of a one."""
        check_key(self, key)
        packed, law = self.bits(ngrams, key), chances / chances.sum()
        for layer in range(len(self.weights)):
            bit = ((packed >> np.uint32(layer)) & np.uint32(1)).astype(np.float64)
            law = law * (1.0 + bit - float(bit @ law))
        return np.asarray(law / law.sum(), dtype=np.float64)


@lru_cache(maxsize=8)
def _weighed(weights: tuple[int, ...]) -> Floats:
    """Add up weights for every value of each of four bytes, shape (4, 256)."""
    padded = np.zeros(32)
    padded[: len(weights)] = weights
    ones = (np.arange(256)[:, None] >> np.arange(8)) & 1
    return np.asarray(padded.reshape(4, 8) @ ones.T, dtype=np.float64)


def _native(ngrams: Tokens, key: bytes) -> Tokens:
    drawn = prf.words(ngrams, prf.derive(key, "tournament-aes-1"))
    return (drawn & np.uint64((1 << DEPTH) - 1)).astype(np.uint32)


def _integers(key: bytes) -> npt.NDArray[np.int64]:
    return np.frombuffer(key, dtype=">i8").astype(np.int64)


@lru_cache(maxsize=1)
def sampling_table() -> npt.NDArray[np.uint8]:
    """Give the zeros and ones that transformers draws on a CPU, shape (65536,)."""
    from headwater.watermark.hashes import mersenne

    return (mersenne.draws(0, 65_536) % 2).astype(np.uint8)


@lru_cache(maxsize=64)
def _layers(key: bytes) -> Tokens:
    from headwater.watermark.hashes import congruential

    return congruential.layer_table(_integers(key), sampling_table())


def _table(ngrams: Tokens, key: bytes) -> Tokens:
    from headwater.watermark.hashes import congruential

    return congruential.table_bits(ngrams, _layers(key))


@lru_cache(maxsize=64)
def _counts(key: bytes) -> npt.NDArray[np.uint8]:
    return np.bitwise_count(_layers(key))


def _table_ones(tokens: Tokens, ends: Places, key: bytes) -> Floats:
    from headwater.watermark.hashes import congruential

    return congruential.ones_at(tokens, ends, HF_TABLE.width + 1, _counts(key))


def _long(ngrams: Tokens, key: bytes) -> Tokens:
    from headwater.watermark.hashes import congruential

    keys = _integers(key)
    start = int.from_bytes(hashlib.sha256(keys.astype("<i8").tobytes()).digest(), "big") % (2**63 - 1)
    return congruential.long_bits(ngrams, keys.astype(np.uint64), start)


NATIVE = Tournament(
    name="tournament-aes-1",
    width=3,
    function="AES-128 by HKDF-SHA256, lowest 30 bits",
    bits=_native,
    key_bytes=prf.MASTER_BYTES,
    traits=Traits(
        distortion_free=True, needs_prompt=False, device_dependent=False, key_bits=128, weakness=""
    ),
    weights=_FALLING,
)
HF_TABLE = Tournament(
    name="tournament-hf-table-1",
    width=4,
    function="sampling table of transformers on CPU, seed 0, 65,536 entries",
    bits=_table,
    key_bytes=8 * DEPTH,
    traits=Traits(
        distortion_free=True,
        needs_prompt=False,
        device_dependent=True,
        key_bits=16,
        weakness="16 bits of each layer's key count, and each layer can be searched by itself",
    ),
    chance=_TABLE_ONES / 65_536,
    ones_at=_table_ones,
)
GOOGLE = Tournament(
    name="tournament-google-lcg-1",
    width=4,
    function="twelve-round LCG of synthid-text, June 2025",
    bits=_long,
    key_bytes=8 * DEPTH,
    traits=Traits(
        distortion_free=True,
        needs_prompt=False,
        device_dependent=False,
        key_bits=63,
        weakness="a linear congruential hash, not a pseudo-random function; start state of 63 bits",
    ),
)
PROFILES = (NATIVE, HF_TABLE, GOOGLE)
