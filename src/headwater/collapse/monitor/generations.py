"""The generations-equivalent: how much drift would have cost a human corpus as many words."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from headwater.collapse import theory
from headwater.errors import InputError

MOST = 10_000


@dataclass(frozen=True, slots=True)
class Equivalent:
    """State a loss of words as generations of replacement.

    Attributes:
        value: Generations, 0 where nothing is lost; infinity beyond 10 000.
        low: Lower end of the 95 % interval.
        high: Upper end.
        n_words: Words of every generation's training set; for M words each, multiply by M / n_words.
    """

    value: float
    low: float
    high: float
    n_words: int


def generations(effective: float) -> float:
    """Translate an effective size into generations of replacement.

    A sample of n words after k generations that were trained on n words each holds a word of
    probability p with chance 1 - exp(-n p r), r = g(g(... g(1))) with k times g(x) = 1 - exp(-x): it has as
    many different words as a human sample of r n.

    Args:
        effective: r, the size of the human sample with as many different words, as a share of n; above 0.

    Returns:
        k, interpolated in 1/r, in which it is nearly linear (r is about 2/k); 0 for r of at least 1, infinity
        beyond 10 000.

    Raises:
        InputError: If r is not a positive number.

    Source:
        F12 of docs/explanation/collapse-theory.md.
    """
    if not effective > 0.0:
        raise InputError(f"an effective size is above 0, not {effective}")
    if effective >= 1.0:
        return 0.0
    # rates()[1] is 1: there the first draw from the human corpus counts as a generation.
    inverse = 1.0 / theory.rates(MOST + 1)[1:]
    if 1.0 / effective > inverse[-1]:
        return math.inf
    return float(np.interp(1.0 / effective, inverse, np.arange(inverse.size)))


def equivalent(effective: tuple[float, float, float], *, n_words: int) -> Equivalent:
    """Translate an effective size with its interval.

    Args:
        effective: Value, lower and upper end of r as in `generations`; at most 0 counts as nothing left.
        n_words: Words of the samples compared.

    Returns:
        The generations, where the upper end of r gives the lower end.
    """
    value, low, high = (generations(r) if r > 0.0 else math.inf for r in effective)
    return Equivalent(value, min(high, value), max(low, value), n_words)
