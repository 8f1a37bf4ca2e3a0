"""A model that writes: trained on pages, it writes others, with or without a mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from headwater.loop.scene import Scene
from headwater.loop.voices import Voice, family
from headwater.loop.voices.voice import Task
from headwater.watermark.abreast import Trails, draw
from headwater.watermark.keys import Key
from headwater.watermark.scheme import Floats, Tokens
from headwater.watermark.schemes import SCHEMES
from headwater.watermark.tokenizer.tokenizer import Open

PROFILE = "gumbel-aes-1"
_AT_ONCE = 32  # pages that are written side by side


@dataclass(frozen=True, slots=True, eq=False)
class Author:
    """Hold a trained model.

    Attributes:
        voice: Gives the law of the next token.
        opened: Its tokenizer.
        prompts: Beginnings of the pages it was trained on.
        lengths: Their lengths in tokens, shape (n,).
    """

    voice: Voice
    opened: Open
    prompts: tuple[Tokens, ...]
    lengths: npt.NDArray[np.int64]

    def write(
        self, n: int, *, rng: np.random.Generator, top_p: float = 1.0, key: Key | None = None
    ) -> list[str]:
        """Write pages.

        The nucleus is taken of the law that a word is drawn by, and a mark tilts that law: to a reader
        without the key the marked text is the unmarked one's equal.

        Args:
            n: How many.
            rng: Draws beginnings, lengths and words.
            top_p: In (0, 1]; the most probable words that together have this much are kept.
            key: Of the profile `PROFILE`; none for unmarked text.

        Returns:
            Texts, each as long as some page of the training set.
        """
        prompts = [self.prompts[at] for at in rng.integers(len(self.prompts), size=n)]
        lengths = self.lengths[rng.integers(self.lengths.size, size=n)]
        # The longest first, so that those that are finished drop out at the end.
        order = np.argsort(-lengths, kind="stable")
        texts = [""] * n
        for start in range(0, n, _AT_ONCE):
            some = order[start : start + _AT_ONCE].tolist()
            rows = [np.pad(prompts[at], (0, int(lengths[at]))) for at in some]
            self._fill(rows, prompts[0].size, rng=rng, top_p=top_p, key=key)
            for at, row in zip(some, rows, strict=True):
                texts[at] = self.opened.text(row).replace("\ufffd", "")
        return texts

    def _fill(
        self, rows: Sequence[Tokens], begin: int, *, rng: np.random.Generator, top_p: float, key: Key | None
    ) -> None:
        """Write what comes after the beginnings, token by token, the longest row first."""
        laws = self.voice.laws(top_p=top_p, rng=rng)
        trails = Trails(SCHEMES[PROFILE], key, n=len(rows), n_prompt=begin) if key else None
        for place in range(begin, rows[0].size):
            begun = [row[:place] for row in rows if row.size > place]
            told = laws(begun)
            drawn = trails.draw(told, begun, rng) if trails else draw([chances for _, chances in told], rng)
            for row, (tokens, _), at in zip(rows, told, drawn.tolist(), strict=False):
                row[place] = tokens[at]

    def perplexity(self, texts: Sequence[str]) -> Floats:
        """Measure the perplexity of a token, page by page, shape (n,)."""
        return np.exp([-float(one.mean()) for one in self._scored(texts) if one.size])

    def surprise(self, texts: Sequence[str]) -> float:
        """Measure the mean nats a token of all texts together."""
        return -float(np.concatenate(self._scored(texts)).mean())

    def _scored(self, texts: Sequence[str]) -> list[Floats]:
        return [self.voice.log_p(row) for row in tokens(self.opened, texts)]


def tokens(opened: Open, texts: Sequence[str]) -> list[Tokens]:
    """Cut texts into tokens, one row a text."""
    flat = opened.tokens(texts)
    return [flat.tokens[a:b] for a, b in zip(flat.starts[:-1], flat.starts[1:], strict=True)]


def vocabulary(opened: Open, texts: Sequence[str]) -> set[int]:
    """Collect the distinct tokens of texts."""
    return set(opened.tokens(texts).tokens.tolist())


def train(texts: Sequence[str], opened: Open, scene: Scene, *, model: str = "") -> Author:
    """Train a model on pages.

    Args:
        texts: One page at least, each of two tokens at least.
        opened: The tokenizer.
        scene: What its models are.
        model: One of its families; without it, the first.

    Returns:
        The model.
    """
    rows = [row for row in tokens(opened, texts) if row.size > scene.order]
    task = Task(opened.tokenizer.n_types, scene.order, scene.seed)
    voice = family(model or scene.models[0])(rows, task)
    lengths = np.array([row.size - scene.order + 1 for row in rows])
    return Author(voice, opened, tuple(row[: scene.order - 1] for row in rows), lengths)
