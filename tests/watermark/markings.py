"""Marking word for word from the specification; writes its vectors: `python -m tests.watermark.markings`."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tests.watermark import slow, vectors

FOLDER = vectors.FOLDER / "marking"
Chances = Sequence[float]
Ngrams = Sequence[tuple[int, ...]]

# Prompts and what is written after them.
TEXTS: tuple[tuple[list[int], list[int]], ...] = (
    ([], [5, 6, 7, 8, 5, 6, 7, 9]),
    ([5, 6, 7, 8], [9, 5, 6, 7, 8, 9, 5]),
    ([1], [1] * 6),
)


def raced(ngrams: Ngrams, chances: Chances, key: bytes) -> list[float]:
    times = [
        math.log(slow.aes_uniform(ngram, key, "gumbel-aes-1")) / chance
        for ngram, chance in zip(ngrams, chances, strict=True)
    ]
    return [float(at == times.index(max(times))) for at in range(len(times))]


def raced_twice(ngrams: Ngrams, chances: Chances, key: bytes) -> list[float]:
    first, second = (raced(ngrams, chances, part) for part in slow.aes_keys(key))
    return [0.9 * one + 0.1 * other for one, other in zip(first, second, strict=True)]


def layered(ngrams: Ngrams, chances: Chances, key: bytes) -> list[float]:
    words = [slow.aes_word(ngram, key, "tournament-aes-1") for ngram in ngrams]
    law = list(chances)
    for layer in range(30):
        ones = sum(chance for chance, word in zip(law, words, strict=True) if word >> layer & 1)
        law = [chance * (1 + (word >> layer & 1) - ones) for chance, word in zip(law, words, strict=True)]
    return law


def favoured(profile: str) -> Callable[[Ngrams, Chances, bytes], list[float]]:
    def law(ngrams: Ngrams, chances: Chances, key: bytes) -> list[float]:
        scores = [slow.SCORES[profile](ngram, key) or 0.0 for ngram in ngrams]
        tilted = [chance * math.exp(2.0 * score) for chance, score in zip(chances, scores, strict=True)]
        return [chance / sum(tilted) for chance in tilted]

    return law


def shown_or_raced(ngrams: Ngrams, chances: Chances, key: bytes) -> list[float]:
    if slow.is_public(ngrams[0], key):
        return favoured("beacon-public-aes-1")(ngrams, chances, key[:34])
    return raced(ngrams, chances, key[34:])


LAWS: dict[str, Callable[[Ngrams, Chances, bytes], list[float]]] = {
    "gumbel-aes-1": raced,
    "gumbel-aes-dual-1": raced_twice,
    "tournament-aes-1": layered,
    "greenlist-aes-1": favoured("greenlist-aes-1"),
    "greenlist-unigram-aes-1": favoured("greenlist-unigram-aes-1"),
    "payload-aes-1": favoured("payload-aes-1"),
    "beacon-public-aes-1": favoured("beacon-public-aes-1"),
    "beacon-aes-1": shown_or_raced,
}


def marked(prompt: Sequence[int], text: Sequence[int], profile: str) -> list[int]:
    """Give the places of a text whose tokens are drawn from a tilted law."""
    width, _, every = slow.SHAPES[profile]
    whole, seen, found = [*prompt, *text], set[tuple[int, ...]](), []
    for place in range(width, len(whole)):
        context = tuple(whole[place - width : place])
        if place >= len(prompt) and (every or context not in seen):
            found.append(place - len(prompt))
        seen.add(context)
    return found


def document(profile: str) -> dict[str, Any]:
    """Give the vectors of one profile."""
    rng, width = np.random.default_rng(72), slow.SHAPES[profile][0]
    laws: list[dict[str, Any]] = []
    for number in (1, 2):
        for _ in range(4):
            context = rng.integers(0, slow.N_TYPES, width).tolist()
            tokens = rng.choice(slow.N_TYPES, 8, replace=False).tolist()
            chances = [int(share) / 1024 for share in rng.multinomial(1024 - 8, [1 / 8] * 8) + 1]
            key = vectors.key(profile, number)
            told = LAWS[profile]([(*context, token) for token in tokens], chances, key)
            laws.append(
                {"key": key.hex(), "context": context, "tokens": tokens, "chances": chances, "marked": told}
            )
    texts = []
    for prompt, text in (
        ([], [5, 6, 7, 8, 5, 6, 7, 9]),
        ([5, 6, 7, 8], [9, 5, 6, 7, 8, 9, 5]),
        ([1], [1] * 6),
    ):
        texts.append({"prompt": prompt, "text": text, "places": marked(prompt, text, profile)})
    return {
        "generator": "tests/watermark/markings.py, from the definitions, without headwater.watermark's code",
        "verifier": vectors.NATIVE,
        "profile": profile,
        "laws": laws,
        "texts": texts,
    }


def text(profile: str) -> str:
    """Give the file of one profile."""
    return json.dumps(document(profile), indent=1) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for profile in LAWS:
        (FOLDER / f"{profile}.json").write_text(text(profile), "utf-8")
