"""Draw marked text from any model that gives the law of the next token."""

from __future__ import annotations

from collections.abc import Callable
from typing import final

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.watermark.keys import Key
from headwater.watermark.ngrams import MISSING
from headwater.watermark.scheme import Floats, Scheme, Tokens, ngrams_after

Model = Callable[[Tokens], Floats]


def law_of(logits: npt.ArrayLike, *, temperature: float = 1.0, top_p: float = 1.0) -> Floats:
    """Turn logits into the law of the next token.

    Args:
        logits: Shape (n_types,); minus infinity excludes a token.
        temperature: Above 0.
        top_p: In (0, 1]; the most probable tokens that together have this much are kept.

    Returns:
        Shape (n_types,), sums to 1.

    Raises:
        InputError: If a number is out of range, or no token is left.
    """
    row = np.asarray(logits, dtype=np.float64)
    if not 0.0 < temperature < np.inf or not 0.0 < top_p <= 1.0:
        raise InputError(f"no law at temperature {temperature} and top-p {top_p}")
    if row.ndim != 1 or row.size == 0 or not np.isfinite(row.max()):
        raise InputError("logits are a flat sequence of numbers, one of them finite at least, none infinite")
    chances = np.exp((row - row.max()) / temperature)
    chances /= chances.sum()
    if top_p < 1.0:
        _, dropped = nucleus(chances, top_p)
        chances[dropped] = 0.0
        chances /= chances.sum()
    return np.asarray(chances, dtype=np.float64)


def nucleus(chances: Floats, top_p: float) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Part the most probable tokens, which have enough together, from the others.

    Args:
        chances: Shape (n,), which sum to 1.
        top_p: In (0, 1].

    Returns:
        Places of those kept and of those dropped, each by falling chance.
    """
    order = np.argsort(-chances, kind="stable")
    before = np.cumsum(chances[order]) - chances[order]
    return order[before < top_p], order[before >= top_p]


@final
class Trail:
    """Mark one text token by token, and remember the contexts that are behind it.

    A token is left to the model's own law where the context is too short, and, for schemes that score a
    context once, where it has occurred before in prompt or text: a mark there would make the text repeat
    itself.
    """

    __slots__ = ("_begin", "_key", "_next", "_scheme", "_seen")

    def __init__(self, scheme: Scheme, key: Key, *, n_prompt: int) -> None:
        """Begin a text.

        Args:
            scheme: How to mark.
            key: A key of that scheme.
            n_prompt: Tokens that stand before the text.

        Raises:
            InputError: If the key is of another profile.
        """
        if key.profile != scheme.name:
            raise InputError(f"a key of {key.profile} marks no text by {scheme.name}")
        self._scheme, self._key = scheme, key
        self._begin = n_prompt if scheme.padded else 0  # padded contexts are of the text alone
        self._next = self._begin
        self._seen: set[bytes] = set()

    def tilt(self, chances: Floats, so_far: Tokens) -> Floats:
        """Give the law that the next token is drawn from.

        Args:
            chances: Shape (n_types,), the model's law.
            so_far: Shape (n,), prompt and text; those of the last call and more.

        Returns:
            Shape (n_types,); `chances` where nothing is marked.
        """
        context = self.fresh(so_far)
        if context is None:
            return chances
        tokens, tilted = np.flatnonzero(chances > 0.0), np.zeros_like(chances)
        ngrams = ngrams_after(context, tokens)
        tilted[tokens] = self._scheme.tilt(ngrams, chances[tokens], self._key.secret)
        return tilted

    def fresh(self, so_far: Tokens) -> Tokens | None:
        """Give the context of the next token.

        Args:
            so_far: As in `tilt`.

        Returns:
            Shape (width,); None where nothing is marked after it.
        """
        fresh: Tokens | None = None
        for place in range(self._next, so_far.size + 1):
            context = _context(so_far[self._begin : place], self._scheme)
            fresh = None if context is None or context.tobytes() in self._seen else context
            if context is not None and self._scheme.once == "context":
                self._seen.add(context.tobytes())
        self._next = so_far.size + 1
        return fresh


def draw(chances: Floats, rng: np.random.Generator) -> int:
    """Draw a token by one uniform number."""
    tokens = np.flatnonzero(chances > 0.0)  # A tilted law has few.
    upto = np.cumsum(chances[tokens])
    return int(tokens[np.searchsorted(upto, rng.random() * upto[-1], side="right")])


def sample(
    model: Model,
    scheme: Scheme,
    key: Key,
    *,
    n_tokens: int,
    rng: np.random.Generator,
    prompt: npt.ArrayLike = (),
) -> Tokens:
    """Draw a marked text; `Trail` says what is marked.

    Args:
        model: From the tokens so far, prompt first, to the law of the next one, shape (n_types,).
        scheme: How to mark.
        key: A key of that scheme.
        n_tokens: How many tokens, at least 0.
        rng: Draws one uniform number a token.
        prompt: Shape (m,), what stands before the text.

    Returns:
        Shape (n_tokens,), without the prompt.

    Raises:
        InputError: If the key is of another profile, or the number of tokens negative.
    """
    if n_tokens < 0:
        raise InputError(f"no text of {n_tokens} tokens")
    before = np.asarray(prompt, dtype=np.uint32)
    text = np.concatenate([before, np.zeros(n_tokens, dtype=np.uint32)])
    trail = Trail(scheme, key, n_prompt=before.size)
    for place in range(before.size, text.size):
        chances = np.asarray(model(text[:place]), dtype=np.float64)
        text[place] = draw(trail.tilt(chances, text[:place]), rng)
    return text[before.size :]


def _context(so_far: Tokens, scheme: Scheme) -> Tokens | None:
    if so_far.size >= scheme.width:
        return so_far[so_far.size - scheme.width :]
    if not scheme.padded:
        return None
    missing = np.full(scheme.width - so_far.size, MISSING, dtype=np.uint32)
    return np.concatenate([missing, so_far])
