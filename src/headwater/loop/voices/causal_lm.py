"""Any causal language model by name or path, tuned anew in every generation; long (extra `lm`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from headwater.collapse.models.causal_lm import CausalLm
from headwater.errors import InputError
from headwater.extras import memory, require
from headwater.loop.voices.voice import Laws, Task, Train, nucleus
from headwater.watermark.abreast import Law
from headwater.watermark.scheme import Floats, Tokens

_BLOCK = 64
_EPOCHS = 1


@dataclass(frozen=True, slots=True, eq=False)
class Tuned:
    """Hold a tuned network of `transformers`; its tokenizer is that of the loop."""

    network: Any
    n_types: int

    def laws(self, *, top_p: float, rng: np.random.Generator) -> Laws:
        """Give the nucleus of the next token's law; what was read is kept."""
        torch, types = require("torch", extra="lm"), np.arange(self.n_types)
        cache, kept = memory(self.network)

        def laws(texts: Sequence[Tokens]) -> list[Law]:
            rows = torch.from_numpy(np.stack(texts).astype(np.int64))
            if cache.get_seq_length():
                rows = rows[:, -1:]
                cache.batch_select_indices(torch.arange(len(texts)))
            with torch.no_grad():
                told = self.network(rows, **kept)
            mass = torch.softmax(told.logits[:, -1, : self.n_types].double(), dim=-1).numpy()
            return [nucleus(types, row, top_p) for row in mass]

        return laws

    def log_p(self, row: Tokens) -> Floats:
        """Give the log probability of each token but the first, in nats."""
        torch = require("torch", extra="lm")
        tokens = torch.from_numpy(row.astype(np.int64))
        with torch.no_grad():
            logits = self.network(tokens[None]).logits[0, :-1, : self.n_types].double()
        chances = torch.log_softmax(logits, dim=-1).gather(1, tokens[1:, None])
        return np.asarray(chances[:, 0].numpy())


def of(name: str) -> Train:
    """Give the family of one model.

    Args:
        name: As `transformers` understands it: a folder, or a model whose weights are on this machine.
    """

    def train(rows: Sequence[Tokens], task: Task) -> Tuned:
        stream = np.concatenate(rows).astype(np.int64)
        blocks = stream[: stream.size // _BLOCK * _BLOCK].reshape(-1, _BLOCK)
        fitted = CausalLm(model=name, epochs=_EPOCHS).fit(blocks, rng=np.random.default_rng(task.seed))
        _fits(name, fitted.network.config, task.n_types)
        return Tuned(fitted.network, task.n_types)

    return train


def check(name: str, n_types: int) -> None:
    """Refuse a model that cannot be tuned here.

    Args:
        name: As in `of`.
        n_types: Types of the loop's tokenizer.

    Raises:
        InputError: If it has fewer types.
        UnavailableError: If the extra or the weights are not there.
    """
    _fits(name, CausalLm(model=name).config(), n_types)


def _fits(name: str, config: Any, n_types: int) -> None:
    if config.vocab_size < n_types:
        raise InputError(
            f"{name} has fewer types than the loop's tokenizer", hint="name its own with --tokenizer"
        )
