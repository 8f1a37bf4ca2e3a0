"""Markers and marked text for tests of pages."""

from __future__ import annotations

from functools import cache

import numpy as np

from headwater.watermark import sampler
from headwater.watermark.page import Marker
from headwater.watermark.schemes import SCHEMES
from headwater.watermark.tokenizer import TOKENIZERS
from headwater.watermark.tokenizer.tokenizer import load
from tests.watermark import worlds

CUT = TOKENIZERS["cl100k"]
SCHEME = SCHEMES["gumbel-aes-1"]


def marker(number: int, profile: str = "gumbel-aes-1", tokenizer: str = "cl100k") -> Marker:
    """Name one of many who may have marked a text."""
    scheme = SCHEMES[profile]
    return Marker(f"key {number}", TOKENIZERS[tokenizer], scheme, worlds.key(scheme, number))


@cache
def marked(number: int, n_tokens: int = 300) -> str:
    """Draw from the words of human pages, each as likely as there."""
    tokens = sampler.sample(
        lambda so_far: _law(),
        SCHEME,
        worlds.key(SCHEME, number),
        n_tokens=n_tokens,
        rng=np.random.default_rng(3),
    )
    return load(CUT).text(tokens)


@cache
def _law() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    words = load(CUT).tokens([" ".join(worlds.texts())[:60_000]]).tokens
    kinds, counts = np.unique(
        words[np.char.isalpha([load(CUT).text([t]).strip() or "1" for t in words])], return_counts=True
    )
    law = np.zeros(CUT.n_types)
    law[kinds] = counts / counts.sum()
    return law
