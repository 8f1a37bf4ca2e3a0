"""Texts with a known law, and a size of sketch that they overflow."""

from __future__ import annotations

import numpy as np

from headwater.measure.profile import Size

SMALL = Size(words=12, grams=9, documents=5, document_words=6, bucket_bits=3)


def texts(n: int, *, n_words: int, n_types: int, seed: int, exponent: float = 1.0) -> list[str]:
    """Write documents of random words after Zipf's law; each leans towards some words of its own."""
    rng = np.random.default_rng(seed)
    law = np.arange(1, n_types + 1) ** -exponent
    found = []
    for _ in range(n):
        weight = law * rng.gamma(0.5, 2.0, n_types)
        drawn = rng.choice(n_types, size=n_words, p=weight / weight.sum())
        found.append(" ".join(spell(int(k)) for k in drawn))
    return found


def spell(number: int) -> str:
    """Spell a number with letters."""
    return "w" + "".join(chr(97 + int(digit)) for digit in str(number))
