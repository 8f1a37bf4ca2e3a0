"""Mark and draw texts side by side, a token of each at a time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, final

import numpy as np
import numpy.typing as npt

from headwater.watermark.keys import Key
from headwater.watermark.sampler import Trail
from headwater.watermark.scheme import Floats, Racing, Scheme, Tokens, ngrams_after

Ints = npt.NDArray[np.int64]
Law = tuple[npt.NDArray[np.integer[Any]], Floats]


@final
class Trails:
    """Mark texts, each as a `Trail` of its own would."""

    __slots__ = ("_key", "_scheme", "_trails")

    def __init__(self, scheme: Scheme, key: Key, *, n: int, n_prompt: int) -> None:
        """Begin the texts.

        Args:
            scheme: How to mark.
            key: A key of that scheme.
            n: How many texts.
            n_prompt: Tokens that stand before each.

        Raises:
            InputError: If the key is of another profile.
        """
        self._scheme, self._key = scheme, key.secret
        self._trails = tuple(Trail(scheme, key, n_prompt=n_prompt) for _ in range(n))

    def tilt(self, laws: Sequence[Law], so_far: Sequence[Tokens]) -> list[Floats]:
        """Give the laws that the next tokens are drawn from.

        Args:
            laws: For each text the tokens that can be next, shape (k,), and the model's chance of each, shape
                (k,), above 0.
            so_far: For each text prompt and text; those at the end may have dropped out.

        Returns:
            For each text shape (k,); the model's chances where nothing is marked.
        """
        contexts = [trail.fresh(text) for trail, text in zip(self._trails, so_far, strict=False)]
        out = [chances for _, chances in laws]
        marked = {at: context for at, context in enumerate(contexts) if context is not None}
        if marked and isinstance(self._scheme, Racing):
            some = [laws[at] for at in marked]
            for at, winner in zip(marked, self._raced(self._scheme, [*marked.values()], some), strict=True):
                out[at] = np.zeros_like(out[at])
                out[at][winner] = 1.0
            return out
        for at, context in marked.items():
            out[at] = self._scheme.tilt(ngrams_after(context, laws[at][0]), out[at], self._key)
        return out

    def _raced(self, scheme: Racing, contexts: Sequence[Tokens], laws: Sequence[Law]) -> list[int]:
        from headwater.watermark import kernels

        tokens, chances = zip(*laws, strict=True)
        starts = _starts(chances)
        ngrams = kernels.after(np.stack(contexts), np.concatenate(tokens).astype(np.uint32), starts)
        times = scheme.times(ngrams, np.concatenate(chances), self._key)
        won: list[int] = kernels.greatest(times, starts).tolist()
        return won


def draw(laws: Sequence[Floats], rng: np.random.Generator) -> Ints:
    """Draw a token by each law, as `sampler.draw` does one after the other.

    Args:
        laws: Each of shape (k,), k of its own.
        rng: Draws one uniform number a law.

    Returns:
        Places, shape (n,).
    """
    from headwater.watermark import kernels

    return kernels.drawn(np.concatenate(laws), _starts(laws), rng.random(len(laws)))


def _starts(rows: Sequence[Floats]) -> Ints:
    return np.fromiter(chain([0], (row.size for row in rows)), dtype=np.int64).cumsum()
