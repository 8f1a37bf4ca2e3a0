"""A small transformer, trained from nothing in every generation (extra `lm`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from headwater.collapse.models import attention
from headwater.collapse.models.model import one_thread
from headwater.collapse.models.transformer import FittedTransformer, Transformer, token_losses
from headwater.extras import require
from headwater.loop.voices.voice import Laws, Task, nucleus
from headwater.watermark.abreast import Law
from headwater.watermark.scheme import Floats, Tokens

_BLOCK = 64
_EPOCHS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Small:
    """Hold a transformer over the tokens that its training set has twice or more.

    What is seen once stands for all that is seen less: its share is the model's for one type of their own,
    spread evenly, over what was seen once to write, and over whatever is not known to score.

    Attributes:
        fitted: The model; its last type stands for the rest.
        known: Tokens seen twice or more, rising, shape (k,).
        rare: Tokens seen once, shape (r,).
        n_types: Types of the tokenizer.
    """

    fitted: FittedTransformer
    known: Tokens
    rare: Tokens
    n_types: int

    def laws(self, *, top_p: float, rng: np.random.Generator) -> Laws:
        """Give the nucleus of the next token's law after the last 63 tokens."""
        tokens = np.concatenate([self.known, self.rare])

        def laws(texts: Sequence[Tokens]) -> list[Law]:
            mass = self._next(np.stack([text[1 - _BLOCK :] for text in texts]))
            spread = np.repeat(mass[:, -1:] / max(1, self.rare.size), self.rare.size, axis=1)
            laid = np.concatenate([mass[:, :-1], spread], axis=1)
            return [nucleus(tokens, row / row.sum(), top_p) for row in laid]

        return laws

    def log_p(self, row: Tokens) -> Floats:
        """Give the log probability of each token in nats, block after block."""
        torch = require("torch", extra="lm")
        coded = coded_by(self.known, row)
        blocks = np.pad(coded, (0, -row.size % _BLOCK)).reshape(-1, _BLOCK)
        with one_thread(torch), torch.no_grad():
            losses = token_losses(self.fitted.parameters, self.fitted.shape, torch.from_numpy(blocks))
        rest = np.log(max(1, self.n_types - self.known.size))
        told = losses.numpy().ravel()[: row.size].astype(np.float64)
        return np.asarray(-told - rest * (coded == self.known.size), dtype=np.float64)

    def _next(self, rows: Tokens) -> Floats:
        torch = require("torch", extra="lm")
        start = np.full((len(rows), 1), self.fitted.shape.n_types)
        context = torch.from_numpy(np.concatenate([start, coded_by(self.known, rows)], axis=1))
        with one_thread(torch), torch.no_grad():
            logits = attention.forward(self.fitted.parameters, self.fitted.shape, context)[:, -1]
            return np.asarray(torch.softmax(logits, dim=-1).numpy(), dtype=np.float64)


def coded_by(known: Tokens, tokens: Tokens) -> np.ndarray:
    """Number tokens by their place among the known ones; all others are the last."""
    at = np.minimum(np.searchsorted(known, tokens), max(0, known.size - 1))
    return np.where(known[at] == tokens, at, known.size).astype(np.int64)


def train(rows: Sequence[Tokens], task: Task) -> Small:
    """Train on texts, cut into blocks of 64 tokens."""
    stream = np.concatenate(rows)
    types, counts = np.unique(stream, return_counts=True)
    known, rare = types[counts > 1], types[counts == 1]
    blocks = coded_by(known, stream[: stream.size // _BLOCK * _BLOCK]).reshape(-1, _BLOCK)
    model = Transformer(n_types=known.size + 1, epochs=_EPOCHS)
    return Small(model.fit(blocks, rng=np.random.default_rng(task.seed)), known, rare, task.n_types)
