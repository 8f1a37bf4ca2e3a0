"""The model: frozen arrays, and what can be asked of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.measure.kneser_ney.discount import absolute, modified
from headwater.measure.kneser_ney.trie import Ints, Trie, grow

if TYPE_CHECKING:
    from headwater.measure.kneser_ney.kernels import Tables

_MAX = 2**31 - 2
Law = tuple[Ints, npt.NDArray[np.float64]]
Component = Callable[[Ints, np.random.Generator], list[Law]]


@dataclass(frozen=True, slots=True, eq=False)
class KneserNey:
    """Give the chance of each word after the words before it.

    With c(hw) the count of word w after context h (left neighbours for orders below the highest),
    p(w|h) = (c(hw) - D(c(hw))) / c(h.) + gamma(h) p(w|h'), where h' is h without its first word, and
    gamma(h) the share that the discounts D freed. The recursion ends at
    p(w) = (1 - escape) c(w) / c(.) + escape / n_types.

    Attributes:
        n_types: How many types there are; tokens are numbers below it.
        escape: Chance, after the empty context, of a type drawn uniformly from all.
        trie: The n-grams of the training stream with their counts.
        discount: Shape (order + 1, 4), what is taken from a count of 1, 2 and 3 or more, by length.

    Source:
        Chen and Goodman (1999), "An empirical study of smoothing techniques for language modeling",
        equations 14 to 17. The lowest order is mixed with the uniform law instead of discounted.
    """

    n_types: int
    escape: float
    trie: Trie
    discount: npt.NDArray[np.float64]

    @property
    def order(self) -> int:
        """Give the length of the longest n-gram."""
        return int(self.discount.shape[0]) - 1

    def closed(self) -> KneserNey:
        """Give the model that never leaves the types it has seen; it shares the arrays.

        Unseen types then score minus infinity. A recursion of drift without mutation needs it.
        """
        return replace(self, escape=0.0)

    def score(self, tokens: npt.ArrayLike, *, context: npt.ArrayLike = ()) -> npt.NDArray[np.float64]:
        """Score every token after those before it.

        Args:
            tokens: Shape (n,), numbers in [0, n_types).
            context: Shape (m,), what stands before them and is not scored.

        Returns:
            Shape (n,), log-probabilities in nats; minus infinity for unseen types of a closed model.
            The first tokens of a stream without context have short contexts.

        Raises:
            InputError: If a token is no type of this model.
        """
        from headwater.measure.kneser_ney import kernels

        before, scored = self._stream(context), self._stream(tokens)
        with np.errstate(divide="ignore"):
            return kernels.score(_tables(self), np.concatenate([before, scored]), before.size)

    def scorer(self) -> Callable[[Ints], npt.NDArray[np.float64]]:
        """Derive what scoring needs once, for many short streams.

        Returns:
            From a stream, shape (n,), int32 numbers in [0, n_types), which are not checked, to its
            log-probabilities as `score` gives them without a context.
        """
        from headwater.measure.kneser_ney import kernels

        tables = _tables(self)
        chance = kernels.chances(tables)

        def score(stream: Ints) -> npt.NDArray[np.float64]:
            return kernels.score_known(tables, chance, stream)

        return score

    def sample(
        self,
        n_tokens: int,
        *,
        rng: np.random.Generator,
        temperature: float = 1.0,
        top_p: float = 1.0,
        context: npt.ArrayLike = (),
    ) -> Ints:
        """Draw a stream of tokens.

        At temperature 1 without a nucleus a token costs one or two random numbers and a few searches. At
        others it is drawn by rejection, to rounding exactly. A nucleus lays out the law once for every
        context that occurs.

        Args:
            n_tokens: How many, at least 0.
            rng: Where randomness comes from.
            temperature: Above 0; probabilities are raised to 1 / temperature and normalised.
            top_p: In (0, 1]; after tempering, the most probable words that together have this much are
                kept, and those exactly as probable as the last of them.
            context: Shape (m,), what stands before the stream.

        Returns:
            Shape (n_tokens,), int32.

        Raises:
            InputError: If a number is out of range.
        """
        from headwater.measure.kneser_ney import kernels

        if n_tokens < 0 or not 0.0 < temperature < np.inf or not 0.0 < top_p <= 1.0:
            raise InputError(
                f"no stream of {n_tokens} tokens at temperature {temperature} and top-p {top_p}",
                hint="lengths are at least 0, temperatures above 0, top-p in (0, 1]",
            )
        tables, before = _tables(self), self._stream(context)
        if temperature == 1.0 and top_p == 1.0:
            return kernels.sample(tables, before, n_tokens, rng)
        power, nothing = 1.0 / temperature, np.empty(0)
        shape = kernels.Bend(
            power=power,
            top_p=top_p,
            bound=kernels.bounds(tables) if power >= 1.0 else nothing,
            heat=kernels.heats(tables, power) if power < 1.0 else nothing,
            least=np.full(tables.gamma.size, np.nan),
            context=before,
        )
        return kernels.sample_bent(tables, shape, n_tokens, rng)

    def distribution(self, context: npt.ArrayLike = ()) -> npt.NDArray[np.float64]:
        """Lay out the chance of every type after a context.

        Args:
            context: Shape (m,), the words before; only the last order - 1 count.

        Returns:
            Shape (n_types,), sums to 1.

        Raises:
            InputError: If the context holds what is no type of this model.
        """
        from headwater.measure.kneser_ney import kernels

        tables = _tables(self)
        return kernels.distribution(tables, *kernels.locate(tables, self._stream(context)))

    def components(self, *, top_p: float = 1.0) -> Component:
        """Derive once what drawing an order, then a word by its law, needs.

        The law of one order has few words, so it is cheap to tilt, as a watermark does.

        Args:
            top_p: In (0, 1]; of each order's law, the most probable words that together have this much are
                kept, and those exactly as probable as the last of them.

        Returns:
            From what stands before words, shape (n, m), int32 numbers in [0, n_types), which are not checked,
            and a source of randomness to what each may be, shape (k,), and the chances, shape (k,), which sum
            to 1. With `top_p` 1, a word drawn by them has the law that `distribution` gives.
        """
        from headwater.measure.kneser_ney import orders

        tables, span = _tables(self), self.order - 1
        laws: dict[int, Law] = {}

        def component(before: Ints, rng: np.random.Generator) -> list[Law]:
            near = np.ascontiguousarray(before[:, max(0, before.shape[1] - span) :])
            nodes, depths = orders.orders_of(tables, near, rng)
            for node, depth in dict(zip(nodes.tolist(), depths.tolist(), strict=True)).items():
                if node not in laws:
                    laws[node] = orders.law_of(tables, node, depth, top_p)
            return [laws[node] for node in nodes.tolist()]

        return component

    def _stream(self, tokens: npt.ArrayLike) -> Ints:
        return _checked(tokens, self.n_types).astype(np.int32)


def fit(
    tokens: npt.ArrayLike,
    *,
    n_types: int,
    order: int = 3,
    discount: float | None = None,
    escape: float | None = None,
) -> KneserNey:
    """Fit a model to one stream of tokens.

    Args:
        tokens: Shape (n,), n >= 1, numbers in [0, n_types). Where documents meet, their n-grams mix; a type
            of its own between documents prevents that.
        n_types: How many types there are, seen or not.
        order: Length of the longest n-gram, at least 1.
        discount: One absolute discount in [0, 1] for all; None for three an order, estimated.
        escape: Chance of a uniform type after the empty context, in [0, 1]; None for the Good-Turing share
            of types with one left neighbour (at least one in as many as there are, at most 1/2).

    Returns:
        The model. A single type, and a stream shorter than the order, are fine.

    Raises:
        InputError: If the stream is empty or holds no integers, or a number is out of range.
    """
    if order < 1 or not 1 <= n_types <= _MAX:
        raise InputError(f"no model of order {order} over {n_types} types")
    stream = _checked(tokens, n_types)
    if stream.size == 0:
        raise InputError("no tokens to fit a language model to", hint="give at least one token")
    if escape is not None and not 0.0 <= escape <= 1.0:
        raise InputError(f"an escape is a chance in [0, 1], not {escape}")
    trie = grow(stream, order)
    return KneserNey(
        n_types=n_types,
        escape=_missing(trie) if escape is None else float(escape),
        trie=trie,
        discount=modified(trie) if discount is None else absolute(trie, discount),
    )


def _missing(trie: Trie) -> float:
    count = trie.count[1 : trie.offset[2]]
    return float(min(max(np.count_nonzero(count == 1), 1) / count.sum(), 0.5))


def _checked(tokens: npt.ArrayLike, n_types: int) -> npt.NDArray[np.int64]:
    stream = np.asarray(tokens)
    if stream.ndim != 1 or not (stream.dtype.kind in "iu" or stream.size == 0):
        raise InputError("tokens are one row of integers")
    if stream.size > _MAX or (stream.size and not 0 <= stream.min() <= stream.max() < n_types):
        raise InputError(f"tokens are fewer than {_MAX} numbers from 0 to {n_types - 1}")
    return stream.astype(np.int64)


def _tables(model: KneserNey) -> Tables:
    """Derive what the kernels read: running counts, freed shares, single words."""
    from headwater.measure.kneser_ney.kernels import Tables

    trie, leaves = model.trie, int(model.trie.offset[-2])
    upto = np.concatenate([[0], np.cumsum(trie.count, dtype=np.int64)])
    low, high = trie.first[:leaves], trie.first[1 : leaves + 1]
    total = upto[high] - upto[low]
    gamma = np.ones(leaves)
    np.divide(_freed(model, leaves), total, out=gamma, where=total > 0)
    unigram = np.full(model.n_types, -1, dtype=np.int32)
    unigram[trie.word[1 : trie.offset[2]]] = np.arange(1, trie.offset[2], dtype=np.int32)
    return Tables(
        word=trie.word,
        suffix=trie.suffix,
        first=trie.first,
        upto=upto,
        gamma=gamma,
        discount=model.discount,
        unigram=unigram,
        order=model.order,
        escape=model.escape,
    )


def _freed(model: KneserNey, leaves: int) -> npt.NDArray[np.float64]:
    """Sum the discounts of every context's children, shape (leaves,)."""
    trie = model.trie
    lengths = np.repeat(np.arange(model.order + 1), np.diff(trie.offset))[1:]
    taken = model.discount[lengths, np.minimum(trie.count[1:], 3)]
    parent = np.repeat(np.arange(leaves), np.diff(trie.first[: leaves + 1]))
    return np.bincount(parent, weights=taken, minlength=leaves).astype(np.float64)
