"""Payload: a number of 16 bits in the text, by an error-correcting code whose bits the tokens repeat.

Every n-gram draws a bit of the code word and a colour; a token is favoured where colour and bit agree. Who
has the secret reads the number, such as an issuer and an epoch, as the word that agrees with most tokens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from headwater.watermark import codes, prf
from headwater.watermark.law import Bits, Law, Longs
from headwater.watermark.scheme import Floats, Tokens, Traits, check_key, favoured

_ROWS = 64  # texts decoded at a time: 16 MiB of totals


@dataclass(frozen=True, slots=True)
class Payload:
    """Favour the tokens that agree with a code word.

    A key is a secret of 32 bytes and the number, of two, big-endian. What is not told here is as
    `scheme.Scheme` and `scheme.Family` have it.

    Attributes:
        delta_nats: Bias of tokens that agree.

    Source:
        Qu et al. (2024), "Provably Robust Multi-bit Watermarking for AI-generated Text via Error Correction
        Code": segments of a code word, drawn by the n-gram. The code is ours: `codes`.
    """

    name: str
    width: int
    traits: Traits
    delta_nats: float = 2.0
    key_bytes: int = prf.MASTER_BYTES + 2
    padded: bool = False
    limit: int = 0
    n_tags: int = codes.N_MESSAGES

    @property
    def once(self) -> Literal["context", "ngram"]:
        """Score an n-gram once."""
        return "ngram"

    @property
    def law(self) -> Law:
        """Give the binomial law of tokens that agree with one word."""
        return Bits(0.5)

    def spec(self) -> dict[str, Any]:
        """Give all that a detector by others needs."""
        return {
            "code": f"extended BCH [{codes.LENGTH}, {codes.MESSAGE_BITS}, 24]",
            "delta_nats": self.delta_nats,
            "once": self.once,
            "profile": self.name,
            "pseudorandom": "AES-128 by HKDF-SHA256; bits 0 to 5 the place, bit 6 the colour",
            "scheme": "payload",
            "score": "1 if the colour is the bit of the code word at the place",
            "width": self.width,
        }

    def scores(self, ngrams: Tokens, key: bytes) -> Floats:
        """Score n-grams: 1 where the token agrees with the number of the key, shape (n,)."""
        check_key(self, key)
        place, colour = self._drawn(ngrams, key[:-2])
        word = codes.encode(int.from_bytes(key[-2:], "big"))
        return np.asarray(word[place] == colour, dtype=np.float64)

    def scores_by(self, ngrams: Tokens, tags: Longs, secret: bytes) -> Floats:
        """Score n-grams: 1 where the token agrees with its number, shape (n,)."""
        place, colour = self._drawn(ngrams, secret)
        return np.asarray((codes.signs()[place, tags] < 0.0) == colour, dtype=np.float64)

    def tilt(self, ngrams: Tokens, chances: Floats, key: bytes) -> Floats:
        """Multiply the chances of tokens that agree by e to the bias, and normalise."""
        return favoured(chances, self.scores(ngrams, key), self.delta_nats)

    def best_tags(self, ngrams: Tokens, n_scored: Longs, secret: bytes) -> tuple[Longs, Longs, Floats]:
        """Find the number that agrees with most tokens of each text.

        That is the decoding of greatest likelihood: every word is tried.
        """
        place, colour = self._drawn(ngrams, secret)
        owner = np.repeat(np.arange(n_scored.size), n_scored)
        # Zeros less ones at each place of the word, which is all that the totals depend on.
        leaning = np.bincount(
            owner * codes.LENGTH + place, weights=1.0 - 2.0 * colour, minlength=n_scored.size * codes.LENGTH
        ).astype(np.float32)
        tags, totals = np.empty(n_scored.size, dtype=np.int64), np.empty(n_scored.size)
        for start in range(0, n_scored.size, _ROWS):
            rows = leaning.reshape(-1, codes.LENGTH)[start : start + _ROWS]
            agree = rows @ codes.signs()
            tags[start : start + _ROWS] = agree.argmax(axis=1)
            totals[start : start + _ROWS] = agree.max(axis=1)
        return tags, n_scored, (n_scored + totals) / 2.0

    def _drawn(self, ngrams: Tokens, secret: bytes) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.uint8]]:
        word = prf.words(ngrams, prf.derive(secret, self.name))
        place, colour = word & np.uint64(codes.LENGTH - 1), (word >> np.uint64(6)) & np.uint64(1)
        return place.astype(np.intp), colour.astype(np.uint8)


NATIVE = Payload(
    name="payload-aes-1",
    width=2,
    traits=Traits(
        distortion_free=False,
        needs_prompt=False,
        device_dependent=False,
        key_bits=128,
        weakness="who shares the secret can mark with any number",
    ),
)
PROFILES = (NATIVE,)
