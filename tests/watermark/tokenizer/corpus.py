"""Texts that a fast tokenizer must cut as the reference does: human pages, and what breaks tokenizers."""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np

from tests.watermark import worlds

_PARTS = (
    *(" ", "  ", "\n", "\r\n", "\t", " \n ", "\u00a0", "\u3000", "\u200b", "\u2028", "\x85", "\n\n\n"),
    *("'s", "'S", "'\u017f", "\u2019s", "'LL", "don't", "I'VE", "12345",
     "\uff11\uff12", "\u00bd", "\u0663", "a1b2"),
    *("\U0001f469\u200d\U0001f469", "e\u0301", "\u00e9", "<|endoftext|>", "<s>", "[INST]",
     "__init__", "www.x.com/a?b=1"),
    *("!!!", "...", "\u2014", "\u201cx\u201d", "\u4e2d\u6587", "\u0e44\u0e17\u0e22", "\u0915\u094d\u0937",
     "\x04", "\x00", "\U00100000"),
)  # fmt: skip
_RANGES = ((0x20, 0x7F), (0xA0, 0x250), (0x370, 0x600), (0x900, 0xE00), (0x3040, 0x9FFF), (0, 0x110000))


@cache
def human() -> tuple[str, ...]:
    """Give the human pages of the sample crawl."""
    return tuple(worlds.texts())


@cache
def strange(n: int = 400) -> tuple[str, ...]:
    """Give texts of fragments and random characters.

    Of assigned characters alone: libraries differ in the version of Unicode they know, and what was
    assigned after it is a letter to one and a symbol to the other.
    """
    rng = np.random.default_rng(5)
    return tuple(_strange(rng) for _ in range(n))


def _strange(rng: np.random.Generator) -> str:
    parts = []
    for _ in range(rng.integers(1, 40)):
        if rng.random() < 0.6:
            parts.append(_PARTS[rng.integers(len(_PARTS))])
        else:
            low, high = _RANGES[rng.integers(len(_RANGES))]
            parts.append("".join(map(chr, rng.integers(low, high, rng.integers(1, 9)))))
    return "".join(filter(_assigned, "".join(parts)))


def _assigned(character: str) -> bool:
    return unicodedata.category(character) not in {"Cn", "Cs"}
