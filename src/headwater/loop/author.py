"""A model that writes: an n-gram model over the tokens of a registered tokenizer, with or without a mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from headwater.measure import kneser_ney
from headwater.measure.kneser_ney import KneserNey
from headwater.measure.kneser_ney.model import Component
from headwater.measure.kneser_ney.trie import Ints
from headwater.watermark import sampler
from headwater.watermark.keys import Key
from headwater.watermark.scheme import Floats, Tokens
from headwater.watermark.schemes import SCHEMES
from headwater.watermark.tokenizer.tokenizer import Open

PROFILE = "gumbel-aes-1"
_SPAN = 16  # tokens that a model looks back at most


@dataclass(frozen=True, slots=True, eq=False)
class Author:
    """Hold a trained model.

    Attributes:
        model: Of the next token.
        opened: Its tokenizer.
        prompts: Beginnings of the pages it was trained on.
        lengths: Their lengths in tokens, shape (n,).
    """

    model: KneserNey
    opened: Open
    prompts: tuple[Tokens, ...]
    lengths: npt.NDArray[np.int64]

    def write(
        self, n: int, *, rng: np.random.Generator, top_p: float = 1.0, key: Key | None = None
    ) -> list[str]:
        """Write pages.

        The nucleus is taken of the law of the order that a word is drawn by, and a mark tilts that law: to a
        reader without the key the marked text is the unmarked one's equal.

        Args:
            n: How many.
            rng: Draws beginnings, lengths, orders and words.
            top_p: In (0, 1]; the most probable words that together have this much are kept.
            key: Of the profile `PROFILE`; none for unmarked text.

        Returns:
            Texts, each as long as some page of the training set.
        """
        law = _Law(self.model.closed().components(top_p=top_p), self.model.n_types, rng)
        texts = []
        for at in rng.integers(len(self.prompts), size=n):
            prompt, length = self.prompts[at], int(self.lengths[rng.integers(self.lengths.size)])
            said = _marked(law, prompt, length, key) if key else _plain(law, prompt, length)
            texts.append(self.opened.text(np.concatenate([prompt, said])).replace("\ufffd", ""))
        return texts

    def perplexity(self, texts: Sequence[str]) -> Floats:
        """Measure the perplexity of a token, page by page, shape (n,)."""
        return np.exp([-float(one.mean()) for one in self._scored(texts) if one.size])

    def surprise(self, texts: Sequence[str]) -> float:
        """Measure the mean nats a token of all texts together."""
        return -float(np.concatenate(self._scored(texts)).mean())

    def _scored(self, texts: Sequence[str]) -> list[Floats]:
        score = self.model.scorer()
        return [score(one.astype(np.int32)) for one in tokens(self.opened, texts)]


@dataclass(frozen=True, slots=True, eq=False)
class _Law:
    """The law of the next token: an order is drawn, then a token by its law."""

    component: Component
    n_types: int
    rng: np.random.Generator

    def __call__(self, before: Tokens) -> Floats:
        words, chances = self.after(before)
        law = np.zeros(self.n_types)
        law[words] = chances
        return law

    def after(self, before: Tokens) -> tuple[Ints, Floats]:
        return self.component(before[-_SPAN:].astype(np.int32), self.rng)


def tokens(opened: Open, texts: Sequence[str]) -> list[Tokens]:
    """Cut texts into tokens, one row a text."""
    flat = opened.tokens(texts)
    return [flat.tokens[a:b] for a, b in zip(flat.starts[:-1], flat.starts[1:], strict=True)]


def train(texts: Sequence[str], opened: Open, *, order: int) -> Author:
    """Train a model on pages.

    Args:
        texts: One page at least, each of two tokens at least.
        opened: The tokenizer.
        order: Longest n-gram.

    Returns:
        The model; it knows every token of the tokenizer, seen or not.
    """
    rows = [row for row in tokens(opened, texts) if row.size > order]
    model = kneser_ney.fit(
        np.concatenate(rows).astype(np.int64), n_types=opened.tokenizer.n_types, order=order
    )
    lengths = np.array([row.size - order + 1 for row in rows])
    return Author(model, opened, tuple(row[: order - 1] for row in rows), lengths)


def _plain(law: _Law, prompt: Tokens, length: int) -> Tokens:
    row = np.concatenate([prompt, np.zeros(length, dtype=np.uint32)])
    for place in range(prompt.size, row.size):
        words, chances = law.after(row[:place])
        row[place] = words[sampler.draw(chances, law.rng)]
    return row[prompt.size :]


def _marked(law: _Law, prompt: Tokens, length: int, key: Key) -> Tokens:
    return sampler.sample(law, SCHEMES[PROFILE], key, n_tokens=length, rng=law.rng, prompt=prompt)
