"""A small decoder-only transformer language model over blocks of tokens, in torch (extra `lm`)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from headwater.collapse.models import attention
from headwater.collapse.models.model import Data, Floats, one_thread, tokens
from headwater.collapse.sampling import FAITHFUL, Sampling
from headwater.errors import InputError
from headwater.extras import require

_ROWS = 64  # blocks trained on, scored or sampled at once


@dataclass(frozen=True, slots=True, eq=False)
class FittedTransformer:
    """Hold the weights of a transformer.

    Attributes:
        parameters: Tensors by name; the tied embedding has one row more than there are types, the start.
        shape: Its sizes.
        types: Types in the training set.
    """

    parameters: Mapping[str, Any]
    shape: attention.Shape
    types: int

    def sample(self, size: int, rng: np.random.Generator, *, sampling: Sampling = FAITHFUL) -> Data:
        """Draw blocks of tokens, int64, shape (size, block)."""
        sampling.only("temperature", "top_p", model="transformer")
        torch = require("torch", extra="lm")
        generator = torch.Generator().manual_seed(int(rng.integers(2**63)))
        out = [self._blocks(min(_ROWS, size - i), generator, sampling) for i in range(0, size, _ROWS)]
        return np.concatenate(out) if out else np.empty((0, self.shape.block), dtype=np.int64)

    def score(self, data: Data) -> Floats:
        """Give the log probability of each block, shape (n,)."""
        torch = require("torch", extra="lm")
        blocks = torch.from_numpy(np.asarray(data, dtype=np.int64))
        with one_thread(torch), torch.no_grad():
            rows = [token_losses(self.parameters, self.shape, b).sum(dim=1) for b in blocks.split(_ROWS)]
        return -np.asarray(torch.cat(rows).numpy(), dtype=np.float64)

    def summary(self) -> Mapping[str, float]:
        """Give the number of types in the training set."""
        return {"types": float(self.types)}

    def _blocks(self, n: int, generator: Any, sampling: Sampling) -> Data:
        torch = require("torch", extra="lm")
        token = torch.full((n, 1), self.shape.n_types)
        cache: list[Any] = [None] * self.shape.layers
        drawn = []
        with one_thread(torch), torch.no_grad():
            for _ in range(self.shape.block):
                logits = attention.forward(self.parameters, self.shape, token, cache=cache)[:, -1]
                p = nucleus(torch.softmax(logits / sampling.temperature, dim=-1), sampling.top_p)
                token = torch.multinomial(p, 1, generator=generator)
                drawn.append(token)
        return np.asarray(torch.cat(drawn, dim=1).numpy(), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Transformer:
    """Train a transformer from nothing, or from a fitted one.

    Attributes:
        n_types: Size of the vocabulary, >= 2.
        layers: Blocks of attention and feed-forward network.
        width: Dimensions of a token, a multiple of 32, the width of a head.
        epochs: Passes over the data, >= 1.
        rate: Learning rate at its peak.
        start: A fitted model to start every generation from; None for random weights.

    Raises:
        InputError: If a number is out of range.
    """

    name: ClassVar[str] = "transformer"
    weighted: ClassVar[bool] = False
    n_types: int = 2048
    layers: int = 2
    width: int = 128
    epochs: int = 2
    rate: float = 2e-3
    start: FittedTransformer | None = None

    def __post_init__(self) -> None:
        if self.n_types < 2 or min(self.layers, self.epochs) < 1 or self.width < 32 or self.width % 32:
            raise InputError("two types, one layer, one epoch and a width of 32 or a multiple are needed")

    def fit(
        self, data: Data, *, rng: np.random.Generator, weights: Floats | None = None
    ) -> FittedTransformer:
        """Train on blocks of tokens.

        Args:
            data: Whole numbers in [0, n_types), shape (n, block).
            rng: Where first weights and batches come from.
            weights: Not honoured; a run draws samples again by weight.

        Returns:
            The fitted model.

        Raises:
            InputError: If a token is out of range, or the start was made for other blocks.
            UnavailableError: If torch is not installed.
        """
        x = tokens(data, dimensions=2, model=self.name)
        if int(x.max()) >= self.n_types:
            raise InputError(f"token {int(x.max())} is outside the vocabulary of {self.n_types}")
        shape = attention.Shape(self.n_types, x.shape[1], self.layers, self.width)
        if self.start is not None and self.start.shape != shape:
            raise InputError("the model to start from has another shape")
        torch = require("torch", extra="lm")
        with one_thread(torch), torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(rng.integers(2**63)))
            parameters = attention.initial(shape) if self.start is None else dict(self.start.parameters)
            parameters = {k: v.detach().clone().requires_grad_() for k, v in parameters.items()}
            self._train(torch, parameters, shape, torch.from_numpy(x))
        frozen = {k: v.detach() for k, v in parameters.items()}
        return FittedTransformer(frozen, shape, int(np.unique(x).size))

    def _train(self, torch: Any, parameters: dict[str, Any], shape: attention.Shape, x: Any) -> None:
        n_steps = self.epochs * -(-len(x) // _ROWS)
        optimiser = torch.optim.AdamW(parameters.values(), lr=self.rate, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, self.rate, total_steps=n_steps + 1)
        for _ in range(self.epochs):
            for rows in torch.randperm(len(x)).split(_ROWS):
                loss = token_losses(parameters, shape, x[rows]).mean()
                optimiser.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(parameters.values(), 1.0)
                optimiser.step()
                schedule.step()


def nucleus(p: Any, top_p: float) -> Any:
    """Keep the most probable outcomes of a mass and make them sum to one.

    Args:
        p: Probabilities, tensor (n, k).
        top_p: Mass to keep, in (0, 1].

    Returns:
        Tensor (n, k).
    """
    if top_p >= 1.0:
        return p
    ranked, order = p.sort(dim=-1, descending=True)
    ranked[ranked.cumsum(dim=-1) - ranked >= top_p] = 0.0
    kept = p.new_zeros(p.shape).scatter(-1, order, ranked)
    return kept / kept.sum(dim=-1, keepdim=True)


def token_losses(parameters: Mapping[str, Any], shape: attention.Shape, blocks: Any) -> Any:
    """Compute what each token costs a model.

    Args:
        parameters: Tensors by name.
        shape: Sizes of the model.
        blocks: Whole numbers, tensor (n, t), t at most the model's block.

    Returns:
        Nats, tensor (n, t).
    """
    torch = require("torch", extra="lm")
    start = torch.full((len(blocks), 1), shape.n_types)
    logits = attention.forward(parameters, shape, torch.cat([start, blocks[:, :-1]], dim=1))
    flat = torch.nn.functional.cross_entropy(logits.flatten(0, 1), blocks.flatten(), reduction="none")
    return flat.view(blocks.shape)


def perplexity(scores: Floats, n_tokens: int) -> float:
    """Turn the log probabilities of blocks into perplexity a token.

    Args:
        scores: Nats by block, shape (n,), n >= 1.
        n_tokens: Tokens of a block, >= 1.

    Returns:
        exp(-mean / n_tokens).
    """
    return math.exp(-float(np.mean(scores)) / n_tokens)
