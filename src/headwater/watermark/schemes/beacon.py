"""Beacon: in one text a mark that a consortium finds and its member's own, which confirms it.

After half of the contexts a green list of the member is favoured, made of a secret that the consortium
shares or publishes; all members' lists are tried at once. After the others the member's private key chooses,
as in `gumbel`. The two halves are disjoint, so their evidence is independent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.watermark import prf
from headwater.watermark.law import Bits, Exponentials, Law, Longs
from headwater.watermark.scheme import Floats, Tokens, Traits, check_key, favoured
from headwater.watermark.schemes import gumbel

N_MEMBERS = 1024
_ID_BITS = 23  # of a token; above it stands the number of a block of members
_BLOCK = 128  # members in a block of AES
_SECRET = prf.MASTER_BYTES


@dataclass(frozen=True, slots=True)
class Public:
    """Find and mark what the consortium sees.

    A key is the consortium's secret of 32 bytes and the member's number, of two, big-endian. What is not
    told here is as `scheme.Scheme` and `scheme.Family` have it.

    Attributes:
        delta_nats: Bias of green tokens.
        n_tags: Members that are searched for, numbered from 0; a multiple of 128.

    Source:
        Our own. Lists as in Kirchenbauer et al. (2023); two keys chosen by a keyed coin as in SGLang.
    """

    name: str
    width: int
    traits: Traits
    delta_nats: float = 2.0
    key_bytes: int = _SECRET + 2
    padded: bool = False
    limit: int = 0
    n_tags: int = N_MEMBERS

    @property
    def once(self) -> Literal["context", "ngram"]:
        """Score a context once."""
        return "context"

    @property
    def law(self) -> Law:
        """Give the binomial law of green tokens."""
        return Bits(0.5)

    def spec(self) -> dict[str, Any]:
        """Give all that a detector by others needs."""
        return {
            "contexts": "those whose coin is 0",
            "delta_nats": self.delta_nats,
            "members": self.n_tags,
            "once": self.once,
            "profile": self.name,
            "pseudorandom": "AES-128 by HKDF-SHA256; a bit for each member",
            "scheme": "beacon",
            "score": "1 if green",
            "width": self.width,
        }

    def scores(self, ngrams: Tokens, key: bytes) -> Floats:
        """Score n-grams: 1 if green, 0 if not, NaN after a private context, shape (n,).

        Raises:
            InputError: If a token has more than 23 bits.
        """
        check_key(self, key)
        tags = np.full(len(ngrams), int.from_bytes(key[_SECRET:], "big"))
        return self.scores_by(ngrams, tags, key[:_SECRET])

    def scores_by(self, ngrams: Tokens, tags: Longs, secret: bytes) -> Floats:
        """Score n-grams under a member each, shape (n,).

        Raises:
            InputError: If a token has more than 23 bits.
        """
        _check_ids(ngrams)
        green, seen = np.full(len(ngrams), np.nan), np.flatnonzero(public(ngrams, secret))
        rows, members = ngrams[seen], tags[seen]
        rows[:, 0] += (members // _BLOCK << _ID_BITS).astype(np.uint32)
        half, place, start = members % _BLOCK // 64, (members % 64).astype(np.uint64), 0
        chunks = (rows[at : at + prf.CHUNK] for at in range(0, len(rows), prf.CHUNK))
        for coded in prf.encrypted(chunks, _members_key(secret)):
            some = slice(start, start + len(coded))
            words = coded[np.arange(len(coded)), half[some]]
            green[seen[some]] = words >> place[some] & np.uint64(1)
            start += len(coded)
        return green

    def tilt(self, ngrams: Tokens, chances: Floats, key: bytes) -> Floats:
        """Multiply the chances of green tokens by e to the bias after a public context."""
        return favoured(chances, np.nan_to_num(self.scores(ngrams, key)), self.delta_nats)

    def best_tags(self, ngrams: Tokens, n_scored: Longs, secret: bytes) -> tuple[Longs, Longs, Floats]:
        """Find the member with most green tokens in each text, all counted at once."""
        from headwater.watermark import bitslice

        seen = public(ngrams, secret)
        upto = np.concatenate([[0], np.cumsum(seen)])[np.concatenate([[0], np.cumsum(n_scored)])]
        counts = np.diff(upto)
        numbers = np.arange(self.n_tags // _BLOCK)
        counters, start = bitslice.Counters(n_scored.size, self.n_tags, int(counts.max(initial=0))), 0
        for coded in prf.encrypted(_blocks(ngrams[seen], numbers), _members_key(secret)):
            rows = coded.reshape(-1, 2 * numbers.size)
            counters.add(rows, start, upto)
            start += len(rows)
        tags, totals = counters.greatest()
        return tags, counts, totals


def public(ngrams: Tokens, secret: bytes) -> npt.NDArray[np.bool_]:
    """Toss the coin of each context, shape (n,): whether it is the consortium's."""
    coin = prf.words(ngrams[:, :-1], prf.derive(secret, "beacon-aes-1 coin"))
    return np.asarray(coin & np.uint64(1) == 0)


def _check_ids(ngrams: Tokens) -> None:
    if ngrams.size and int(ngrams.max()) >= 1 << _ID_BITS:
        raise InputError(f"token {int(ngrams.max())} has more than {_ID_BITS} bits")


def _members_key(secret: bytes) -> bytes:
    return prf.derive(secret, "beacon-aes-1 members")


def _blocks(ngrams: Tokens, numbers: npt.NDArray[np.int64]) -> Iterator[Tokens]:
    """Yield the blocks of each n-gram, one for each of some blocks of members, chunk by chunk.

    Raises:
        InputError: If a token has more than 23 bits.
    """
    from headwater.watermark import bitslice

    _check_ids(ngrams)
    high, step = (numbers << _ID_BITS).astype(np.uint32), prf.CHUNK // numbers.size
    blocks = np.empty((step, numbers.size, prf.BLOCK_TOKENS), dtype="<u4")
    for start in range(0, len(ngrams), step):
        some = ngrams[start : start + step]
        bitslice.lay(some, high, blocks)
        yield blocks[: len(some)].reshape(-1, prf.BLOCK_TOKENS)


@dataclass(frozen=True, slots=True)
class Beacon:
    """Mark for the consortium and by a private key; find the private mark.

    A key is one of `Public` and a private secret of 32 bytes behind it. What is not told here is as
    `scheme.Scheme` has it.

    Attributes:
        seen: What the consortium sees.
    """

    name: str
    seen: Public
    key_bytes: int = _SECRET + 2 + _SECRET

    @property
    def width(self) -> int:
        """Give the width of either half."""
        return self.seen.width

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
        """Score a context once."""
        return "context"

    @property
    def traits(self) -> Traits:
        """Give what a user must know; the private key is not weaker than the shared one."""
        return self.seen.traits

    @property
    def law(self) -> Law:
        """Give the law of exponential scores."""
        return Exponentials()

    def spec(self) -> dict[str, Any]:
        """Give all that a detector by others needs."""
        return self.seen.spec() | {
            "contexts": "those whose coin is 1",
            "private": "AES-128 by HKDF-SHA256, 52 bits",
            "profile": self.name,
            "score": "-ln(1 - u)",
        }

    def scores(self, ngrams: Tokens, key: bytes) -> Floats:
        """Score n-grams: -ln(1 - u), NaN after a public context, shape (n,)."""
        check_key(self, key)
        private = gumbel.NATIVE.scores(ngrams, key[-_SECRET:])
        return np.where(public(ngrams, key[:_SECRET]), np.nan, private)

    def tilt(self, ngrams: Tokens, chances: Floats, key: bytes) -> Floats:
        """Mark as `Public` after a public context, as `gumbel` after a private one."""
        check_key(self, key)
        if public(ngrams[:1], key[:_SECRET])[0]:
            return self.seen.tilt(ngrams, chances, key[: _SECRET + 2])
        return gumbel.NATIVE.tilt(ngrams, chances, key[-_SECRET:])


PUBLIC = Public(
    name="beacon-public-aes-1",
    width=3,
    traits=Traits(
        distortion_free=False,
        needs_prompt=False,
        device_dependent=False,
        key_bits=128,
        weakness="who has the consortium's secret can mark as any member, but not confirm it",
    ),
)
NATIVE = Beacon(name="beacon-aes-1", seen=PUBLIC)
PROFILES = (PUBLIC, NATIVE)
