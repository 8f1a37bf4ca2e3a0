"""Mark and draw texts side by side, a token of each at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, final

import numpy as np
import numpy.typing as npt

from headwater.watermark import prf
from headwater.watermark.keys import Key
from headwater.watermark.sampler import Trail
from headwater.watermark.scheme import Floats, Racing, Scheme, Tokens, is_racing, ngrams_after

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
        marked, out = self._fresh(so_far), [chances for _, chances in laws]
        if is_racing(self._scheme):
            for at, winner in self._raced(self._scheme, marked, laws):
                out[at] = np.zeros_like(out[at])
                out[at][winner] = 1.0
            return out
        for at, context in marked.items():
            out[at] = self._scheme.tilt(ngrams_after(context, laws[at][0]), out[at], self._key)
        return out

    def draw(self, laws: Sequence[Law], so_far: Sequence[Tokens], rng: np.random.Generator) -> Ints:
        """Draw the next tokens, as `draw` does from the laws that `tilt` gives.

        Args:
            laws: As in `tilt`.
            so_far: As in `tilt`.
            rng: Draws one uniform number a law; that of a text whose token won a race is not used.

        Returns:
            Places in the laws, shape (n,).
        """
        if not is_racing(self._scheme):
            return draw(self.tilt(laws, so_far), rng)
        uniforms, places = rng.random(len(laws)), np.empty(len(laws), dtype=np.int64)
        marked = self._fresh(so_far)
        for at, winner in self._raced(self._scheme, marked, laws):
            places[at] = winner
        rest = [at for at in range(len(laws)) if at not in marked]
        if rest:
            places[rest] = _drawn([laws[at][1] for at in rest], uniforms[rest])
        return places

    def _fresh(self, so_far: Sequence[Tokens]) -> dict[int, Tokens]:
        """Give the contexts that are marked, by the place of their text."""
        contexts = [trail.fresh(text) for trail, text in zip(self._trails, so_far, strict=False)]
        return {at: context for at, context in enumerate(contexts) if context is not None}

    def _raced(
        self, scheme: Racing, contexts: Mapping[int, Tokens], laws: Sequence[Law]
    ) -> Iterator[tuple[int, int]]:
        """Run the races of texts, some at a time, so that their n-grams stay in the cache of a core."""
        from headwater.watermark import kernels

        for some in _some({at: laws[at][1].size for at in contexts}):
            tokens, chances = zip(*(laws[at] for at in some), strict=True)
            starts = _starts(chances)
            told = np.stack([contexts[at] for at in some])
            ngrams = kernels.after(told, np.concatenate(tokens, dtype=np.uint32, casting="unsafe"), starts)
            yield from zip(
                some, scheme.race(ngrams, np.concatenate(chances), starts, self._key).tolist(), strict=True
            )


def _some(sizes: Mapping[int, int]) -> Iterator[list[int]]:
    """Cut texts into runs whose laws have some 16,384 tokens together."""
    some, n = list[int](), 0
    for at, size in sizes.items():
        some.append(at)
        n += size
        if n >= prf.CHUNK:
            yield some
            some, n = [], 0
    if some:
        yield some


def draw(laws: Sequence[Floats], rng: np.random.Generator) -> Ints:
    """Draw a token by each law, as `sampler.draw` does one after the other.

    Args:
        laws: Each of shape (k,), k of its own.
        rng: Draws one uniform number a law.

    Returns:
        Places, shape (n,).
    """
    return _drawn(laws, rng.random(len(laws)))


def _drawn(laws: Sequence[Floats], uniforms: Floats) -> Ints:
    from headwater.watermark import kernels

    return kernels.drawn(np.concatenate(laws), _starts(laws), uniforms)


def _starts(rows: Sequence[Floats]) -> Ints:
    return np.fromiter(chain([0], (row.size for row in rows)), dtype=np.int64).cumsum()
