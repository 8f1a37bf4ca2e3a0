"""What the closed forms accept: counts of generations and samples, shares and factors."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headwater.errors import InputError

Floats = NDArray[np.float64]


def as_generations(n: ArrayLike) -> NDArray[np.int64]:
    """Accept numbers of generations.

    Args:
        n: Whole numbers >= 0, any shape.

    Returns:
        The same as int64.

    Raises:
        InputError: If one is negative or not whole.
    """
    given = np.asarray(n, dtype=np.float64)
    if not bool(np.all(np.isfinite(given) & (given >= 0) & (given == np.floor(given)))):
        raise InputError("generations are counted 0, 1, 2, ...", hint="0 is the human data itself")
    return given.astype(np.int64)


def as_size(size: int, *, least: int = 1) -> int:
    """Accept the number of samples a generation is fitted to.

    Args:
        size: Number of samples M.
        least: Smallest number that makes sense where it is used.

    Returns:
        The same.

    Raises:
        InputError: If it is below `least` or not whole.
    """
    if size != int(size) or size < least:
        raise InputError(
            f"a generation needs at least {least} sample{'s' if least > 1 else ''}, not {size}",
            hint="an unbiased variance needs two samples" if least == 2 else "give more, or ask for fewer",
        )
    return int(size)


def as_share(share: float, *, name: str = "share", least_open: bool = False) -> float:
    """Accept a share of a whole.

    Args:
        share: In [0, 1].
        name: What the message calls it.
        least_open: Whether 0 itself is refused.

    Returns:
        The same as float.

    Raises:
        InputError: If it is outside, or not a number.
    """
    if not 0.0 <= share <= 1.0 or (least_open and share == 0.0):
        raise InputError(
            f"the {name} lies in {'(' if least_open else '['}0, 1], not {share}",
            hint="a share is a part of the whole: 0.1 is a tenth, and 1 is all",
        )
    return float(share)


def as_positive(value: float, *, name: str) -> float:
    """Accept a positive finite number.

    Args:
        value: Above 0.
        name: What the message calls it.

    Returns:
        The same as float.

    Raises:
        InputError: If it is not.
    """
    if not (math.isfinite(value) and value > 0.0):
        raise InputError(f"the {name} is a positive number, not {value}", hint="give one above 0, and finite")
    return float(value)


def as_distribution(weights: ArrayLike) -> Floats:
    """Accept non-negative weights and make them sum to one.

    Args:
        weights: Counts or probabilities, shape (k,), k >= 1.

    Returns:
        Probabilities, shape (k,).

    Raises:
        InputError: If there is none, or one is negative or not finite, or all are zero.
    """
    p = np.asarray(weights, dtype=np.float64)
    if p.ndim != 1 or p.size == 0 or not bool(np.all(np.isfinite(p) & (p >= 0))):
        raise InputError(
            "counts are a flat sequence of finite numbers >= 0, at least one",
            hint="one number a type: how often it occurs",
        )
    total = float(p.sum())
    if total <= 0.0:
        raise InputError("all counts are zero", hint="an empty corpus has no distribution")
    return p / total
