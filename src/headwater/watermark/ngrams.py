"""Texts of tokens, and the n-grams in them that a scheme scores: each at its first occurrence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.watermark.scheme import Draws, Floats, Places, Scheme, Tokens, is_rolling

MISSING = 0xFFFF_FFFF
_MOST = 2**31 - 1

Longs = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Hold texts of tokens end to end.

    Attributes:
        tokens: Shape (n,).
        starts: Shape (m + 1,), where each of the m texts begins, and n.
    """

    tokens: Tokens
    starts: Longs


@dataclass(frozen=True, eq=False)
class Ngrams:
    """Hold what is scored of a batch.

    Attributes:
        tokens: The texts end to end, with what stands for missing tokens.
        ends: Shape (k,), where in `tokens` each n-gram ends, in the order of the text.
        position: Shape (k,), where in the batch each ends.
        n_scored: Shape (m,), how many each text has.
        width: Tokens before the last.
    """

    tokens: Tokens
    ends: Places
    position: Places
    n_scored: Longs
    width: int

    @cached_property
    def table(self) -> Tokens:
        """Lay the n-grams out, shape (k, width + 1)."""
        from headwater.watermark import kernels

        table = np.empty((self.ends.size, self.width + 1), dtype=np.uint32)
        kernels.lay(self.tokens, self.ends, table)
        return table

    def only(self, some: npt.NDArray[np.bool_]) -> Ngrams:
        """Keep some of them, by a mask of shape (k,)."""
        upto = np.concatenate([[0], np.cumsum(some, dtype=np.int64)])
        stops = np.concatenate([[0], np.cumsum(self.n_scored)])
        n_scored = np.diff(upto[stops])
        return replace(self, ends=self.ends[some], position=self.position[some], n_scored=n_scored)

    def of_texts(self, some: npt.NDArray[np.bool_]) -> Ngrams:
        """Keep some texts, by a mask of shape (m,)."""
        of_those = np.repeat(some, self.n_scored)
        kept = self.ends[of_those], self.position[of_those], self.n_scored[some]
        return Ngrams(self.tokens, *kept, self.width)

    def every(self, step: int) -> Ngrams:
        """Keep every so many of each text, from the first on."""
        place = np.arange(self.ends.size) - np.repeat(np.cumsum(self.n_scored) - self.n_scored, self.n_scored)
        return self.only(place % step == 0)

    def drawn_once(self, draws: Draws) -> Ngrams:
        """Keep each draw, numbered in shape (k,), at its first occurrence in a text."""
        owner = np.repeat(np.arange(self.n_scored.size), self.n_scored)
        order = np.lexsort((draws, owner))
        some = np.ones(order.size, dtype=np.bool_)
        some[order[1:]] = (np.diff(draws[order]) != 0) | (np.diff(owner[order]) != 0)
        return self.only(some)

    def scores(self, scheme: Scheme, key: bytes) -> Floats:
        """Score them, shape (k,), by the scheme that they were gathered for."""
        if is_rolling(scheme):
            found = scheme.scores_at(self.tokens, self.ends, key)
            if found is not None:
                return found
        return scheme.scores(self.table, key)

    def totals(self, scores: Floats) -> Floats:
        """Add up scores, shape (k,), within each text, shape (m,)."""
        filled = self.n_scored > 0
        totals = np.zeros(self.n_scored.size)
        if scores.size:
            first = np.cumsum(self.n_scored) - self.n_scored
            totals[filled] = np.add.reduceat(scores, first[filled])
        return totals


def batch(texts: Sequence[npt.ArrayLike]) -> Batch:
    """Lay texts end to end.

    Args:
        texts: Token ids, each of shape (n_i,), in [0, 2**32 - 1).

    Returns:
        The batch; texts may be empty, and there may be none.

    Raises:
        InputError: If a text is not flat, holds what is no token id, or all are longer than 2**31 - 1.
    """
    rows = [_checked(text) for text in texts]
    starts = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum([row.size for row in rows], out=starts[1:])
    if int(starts[-1]) > _MOST:
        raise InputError(f"a batch holds {_MOST:,} tokens at most", hint="make several batches")
    return Batch(np.concatenate([np.empty(0, dtype=np.uint32), *rows]), starts)


def gather(texts: Batch, scheme: Scheme) -> Ngrams:
    """List the n-grams that a scheme scores, each once in a text.

    Repeats are found by comparing tokens, so none is missed and nothing else is dropped.

    Args:
        texts: A batch.
        scheme: Says how long contexts are, whether they may begin before the text, and what may repeat.

    Returns:
        The n-grams; a text shorter than a context has none.

    Raises:
        InputError: If contexts are longer than any scheme's here.
    """
    from headwater.watermark import kernels

    n, width, n_texts = texts.tokens.size, scheme.width, texts.starts.size - 1
    if width > kernels.MAX_WIDTH:
        raise InputError(f"a context of {width} tokens is too long; {kernels.MAX_WIDTH} fit")
    tokens, starts = texts.tokens, texts.starts
    if scheme.padded:
        tokens, starts = kernels.lead(tokens, starts, width), starts + width * np.arange(n_texts + 1)
    ends, n_scored = np.empty(n, dtype=np.int32), np.empty(n_texts, dtype=np.int64)
    rule = kernels.Rule(whole=scheme.once == "ngram", limit=scheme.limit or _MOST, width=width)
    ends = ends[: kernels.gather(tokens, starts, rule, (ends, n_scored))]
    position = ends
    if scheme.padded:
        position = ends - (width * np.repeat(np.arange(1, n_texts + 1), n_scored)).astype(np.int32)
    return Ngrams(tokens, ends, position, n_scored, width)


def _checked(text: npt.ArrayLike) -> Tokens:
    row = np.asarray(text)
    if row.size == 0 and row.ndim == 1:
        return np.empty(0, dtype=np.uint32)
    if row.ndim != 1 or row.dtype.kind not in "iu":
        raise InputError("a text of tokens is a flat sequence of whole numbers")
    if int(row.min()) < 0 or int(row.max()) >= MISSING:
        raise InputError(
            f"token ids lie in [0, {MISSING}), not {int(row.min())} to {int(row.max())}",
            hint="tokenize with the tokenizer of the model",
        )
    return np.ascontiguousarray(row, dtype=np.uint32)
