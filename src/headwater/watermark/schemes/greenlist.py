"""Green lists: after each context a keyed share of the vocabulary is green, and green is favoured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.watermark import prf
from headwater.watermark.law import Bits, Law
from headwater.watermark.scheme import Draws, Floats, Places, Tokens, Traits, check_key, favoured

_MOST_TYPES = 2**17  # beyond, the table of a left hash would hold more than 2 GiB
_PRIME = 1_000_003
_ALL_ONES = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Greenlist:
    """Add `delta_nats` to the logit of every green token.

    What is not told here is as `scheme.Scheme` has it.

    Attributes:
        n_types: Size of the model's logits where lists are cut from a vocabulary; 0 where each token has
            a number of its own.
        share: Of the vocabulary that is green, in (0, 1).
        delta_nats: Bias of green tokens.
        function: Name of the pseudo-random function, for the specification.
        green: From n-grams, shape (n, width + 1), a key and the scheme to 1 or 0, shape (n,).
        green_at: The same from the tokens of a text and where n-grams end in it, where there is a quicker way
            than to lay them out.
        seeds: From n-grams and a key to the seeds of their lists, shape (n,), where different contexts often
            have one; None where they do not.

    Source:
        Kirchenbauer et al. (2023), "A Watermark for Large Language Models", algorithm 2; with no context,
        Zhao et al. (2023), "Provable Robust Watermarking for AI-Generated Text".
    """

    name: str
    width: int
    function: str
    green: Callable[[Tokens, bytes, Greenlist], Floats]
    key_bytes: int
    traits: Traits
    n_types: int = 0
    share: float = 0.25
    delta_nats: float = 2.0
    green_at: Callable[[Tokens, Places, bytes, Greenlist], Floats] | None = None
    seeds: Callable[[Tokens, bytes], Tokens] | None = None

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
        """Score an n-gram once; another token after the same context is new."""
        return "ngram"

    @property
    def n_green(self) -> int:
        """Give the length of a list that is cut from a permutation."""
        return int(self.n_types * self.share)

    @property
    def law(self) -> Law:
        """Give the binomial law of green tokens."""
        return Bits(self.n_green / self.n_types if self.n_types else self.share)

    def spec(self) -> dict[str, Any]:
        """Give all that a detector by others needs."""
        return {
            "delta_nats": self.delta_nats,
            "n_types": self.n_types,
            "once": self.once,
            "profile": self.name,
            "pseudorandom": self.function,
            "scheme": "greenlist",
            "score": "1 if green",
            "share": self.share,
            "width": self.width,
        }

    def scores(self, ngrams: Tokens, key: bytes) -> Floats:
        """Score n-grams: 1 where the token is green, else 0, shape (n,).

        Raises:
            InputError: If a token is none of the vocabulary.
        """
        check_key(self, key)
        if self.n_types:
            check_types(ngrams, self.n_types)
        return self.green(ngrams, key, self)

    def scores_at(self, tokens: Tokens, ends: Places, key: bytes) -> Floats | None:
        """Score n-grams as they lie in a text, or give None.

        Raises:
            InputError: If a token is none of the vocabulary.
        """
        check_key(self, key)
        return None if self.green_at is None else self.green_at(tokens, ends, key, self)

    def draws(self, ngrams: Tokens, key: bytes) -> Draws | None:
        """Number draws by the seed of the list and the token, or give None."""
        if self.seeds is None:
            return None
        return (self.seeds(ngrams, key).astype(np.uint64) << np.uint64(32)) | ngrams[:, -1]

    def tilt(self, ngrams: Tokens, chances: Floats, key: bytes) -> Floats:
        """Multiply the chances of green tokens by e to the bias, and normalise."""
        check_key(self, key)
        return favoured(chances, self.green(ngrams, key, self), self.delta_nats)


def check_types(tokens: Tokens, n_types: int) -> None:
    """Refuse tokens that are not in a vocabulary.

    Raises:
        InputError: If one is not.
    """
    if tokens.size and int(tokens.max()) >= n_types:
        raise InputError(
            f"token {int(tokens.max())} is not in a vocabulary of {n_types:,}",
            hint="set n_types to the size of the model's logits",
        )


def _native(ngrams: Tokens, key: bytes, scheme: Greenlist) -> Floats:
    drawn = prf.uniforms(prf.words(ngrams, prf.derive(key, scheme.name)))
    return (drawn < scheme.share).astype(np.float64)


def _integer(key: bytes) -> int:
    return int.from_bytes(key, "big", signed=True)


class _Lists:
    """Keep the green lists of one key, filled in as contexts come up."""

    __slots__ = ("bits", "filled")

    def __init__(self, n_types: int) -> None:
        # Pages that nothing is written to take no memory.
        self.bits = np.zeros((n_types, (n_types + 7) // 8), dtype=np.uint8)
        self.filled = np.zeros(n_types, dtype=np.bool_)


@lru_cache(maxsize=1)
def _lists(hash_key: int, n_types: int, n_green: int) -> _Lists:
    return _Lists(n_types)


def _left(ngrams: Tokens, key: bytes, scheme: Greenlist) -> Floats:
    ends = np.arange(1, ngrams.size, 2, dtype=np.int32)
    return _left_at(np.ascontiguousarray(ngrams).ravel(), ends, key, scheme)


def _left_at(tokens: Tokens, ends: Places, key: bytes, scheme: Greenlist) -> Floats:
    from headwater.watermark.hashes import mersenne

    n, hash_key = scheme.n_types, _integer(key)
    if n > _MOST_TYPES:
        raise InputError(f"a vocabulary of {n:,} is too large for the table of lists; {_MOST_TYPES:,} fit")
    lists, out = _lists(hash_key, n, scheme.n_green), np.empty(ends.size)
    state = mersenne.look_up(tokens, ends, (lists.bits, lists.filled), out)
    if state == 2:
        check_types(tokens, n)
    if state == 1:
        contexts = np.unique(tokens[ends - 1]).astype(np.int64)
        missing = contexts[~lists.filled[contexts]]
        seeds = [hash_key * token % _ALL_ONES & 0xFFFFFFFF for token in missing.tolist()]
        mersenne.fill_rows(np.array(seeds, dtype=np.uint32), missing, (n, scheme.n_green), lists.bits)
        lists.filled[missing] = True
        mersenne.look_up(tokens, ends, (lists.bits, lists.filled), out)
    return out


@lru_cache(maxsize=2)
def _shuffled(seed: int) -> npt.NDArray[np.uint64]:
    from headwater.watermark.hashes import mersenne

    return mersenne.permutation(seed, _PRIME, _PRIME).astype(np.uint64) + np.uint64(1)


def _self_seeds(ngrams: Tokens, key: bytes) -> Tokens:
    hash_key = _integer(key)
    shuffled = _shuffled(hash_key & 0xFFFFFFFF)
    rows = shuffled[ngrams % np.uint32(_PRIME)]
    factor = np.uint64(hash_key & _ALL_ONES)
    signed = (factor * rows * rows[:, -1:]).view(np.int64).min(axis=1)
    # Python's remainder by 2**64 - 1 adds that to a negative number: 1 less in 64 bits.
    return np.asarray(signed.view(np.uint64) - (signed < 0)).astype(np.uint32)


def _self(ngrams: Tokens, key: bytes, scheme: Greenlist) -> Floats:
    from headwater.watermark.hashes import mersenne

    seeds = _self_seeds(ngrams, key)
    return mersenne.each_among_first(
        seeds, np.ascontiguousarray(ngrams[:, -1]), scheme.n_types, scheme.n_green
    ).astype(np.float64)


_AES = "AES-128 by HKDF-SHA256, 52 bits below the share"
_SOUND = Traits(distortion_free=False, needs_prompt=False, device_dependent=False, key_bits=128, weakness="")
NATIVE = Greenlist(
    name="greenlist-aes-1",
    width=1,
    function=_AES,
    green=_native,
    key_bytes=prf.MASTER_BYTES,
    traits=_SOUND,
)
UNIGRAM = Greenlist(
    name="greenlist-unigram-aes-1",
    width=0,
    function=_AES,
    green=_native,
    key_bytes=prf.MASTER_BYTES,
    traits=Traits(
        distortion_free=False,
        needs_prompt=False,
        device_dependent=False,
        key_bits=128,
        weakness="one list for all contexts: who sees enough marked text learns the list, if not the key",
    ),
)
HF_LEFT = Greenlist(
    name="greenlist-hf-lefthash-1",
    width=1,
    function="torch.randperm on CPU, seeded by key times last token",
    green=_left,
    green_at=_left_at,
    key_bytes=8,
    traits=Traits(
        distortion_free=False,
        needs_prompt=False,
        device_dependent=True,
        key_bits=32,
        weakness="32 bits of seed; after token 0 every key has the same list; the default key is public",
    ),
    n_types=50_257,
)
HF_SELF = Greenlist(
    name="greenlist-hf-selfhash-1",
    width=3,
    function="torch.randperm on CPU, seeded by the least product over the window",
    green=_self,
    seeds=_self_seeds,
    key_bytes=8,
    traits=Traits(
        distortion_free=False,
        needs_prompt=False,
        device_dependent=True,
        key_bits=32,
        weakness="32 bits of seed; the default key is public",
    ),
    n_types=50_257,
)
PROFILES = (NATIVE, UNIGRAM, HF_LEFT, HF_SELF)
