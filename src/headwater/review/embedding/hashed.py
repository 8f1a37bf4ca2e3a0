"""Words and pairs of words, hashed: needs no model, and is the same everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from headwater.measure.tokens import hashes_of_all
from headwater.review.select.chunk import Vectors

_D = 384
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_MOST_CHARS = 20_000


@dataclass(frozen=True, slots=True)
class Hashed:
    """Add up signed buckets of words and of neighbours, and dampen what repeats.

    Source:
        K. Weinberger, A. Dasgupta, J. Langford, A. Smola and J. Attenberg (2009), ICML: feature hashing.
    """

    name = "hashed-1"

    def digest(self) -> str:
        """Give nothing: there is no model."""
        return ""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Place texts.

        Args:
            texts: Any; of each, the first 20,000 characters count.

        Returns:
            Shape (n_texts, 384); zeros for a text without words.
        """
        hashes, bounds = hashes_of_all([text[:_MOST_CHARS] for text in texts])
        row = np.repeat(np.arange(len(texts)), np.diff(bounds))
        inside = row[1:] == row[:-1]
        with np.errstate(over="ignore"):
            pairs = (hashes[:-1] * _MULTIPLIER ^ hashes[1:])[inside] * _MULTIPLIER
            grams = np.concatenate([hashes * _MULTIPLIER, pairs])
        rows = np.concatenate([row, row[1:][inside]])
        bucket = ((grams >> np.uint64(33)) % np.uint64(_D)).astype(np.int64)
        sign = 1.0 - 2.0 * (grams >> np.uint64(63)).astype(np.float64)
        total = np.bincount(rows * _D + bucket, weights=sign, minlength=len(texts) * _D)
        return (np.sign(total) * np.sqrt(np.abs(total))).astype(np.float32).reshape(len(texts), _D)
