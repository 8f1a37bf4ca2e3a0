"""Compacted multinomial: a recursion over types that carries only the types still alive."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headwater.collapse.sampling import FAITHFUL, Sampling
from headwater.collapse.theory.domain import as_distribution
from headwater.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_DENSE = 1  # above this many tokens a type a multinomial is cheaper than drawing tokens one by one
_FEW = 1000  # below this many types the compiled loop does not pay


@dataclass(frozen=True, slots=True, eq=False)
class Alive:
    """Hold the types that occur, and how often.

    Attributes:
        types: Their numbers, ascending, shape (a,).
        counts: Their occurrences, all positive, shape (a,).
    """

    types: Ints
    counts: Ints

    def summary(self) -> dict[str, float]:
        """Describe the empirical law: types, heterozygosity, entropy in nats (plug-in)."""
        p = self.counts / self.counts.sum()
        return {
            "types": float(self.types.size),
            "heterozygosity": 1.0 - float(p @ p),
            "entropy_nats": 0.0 - float(p @ np.log(p)),  # not -0
        }


def compact(counts: ArrayLike) -> Alive:
    """Drop the types that do not occur.

    Args:
        counts: Occurrences, whole numbers >= 0, shape (types,).

    Returns:
        The types alive.

    Raises:
        InputError: If there is none, or a count is negative or not whole.
    """
    given = np.asarray(counts)
    as_distribution(given)
    if bool(np.any(given != np.floor(given))):
        raise InputError("occurrences are whole numbers")
    types = np.flatnonzero(given)
    return Alive(types.astype(np.int64), given[types].astype(np.int64))


def step(alive: Alive, size: int, rng: np.random.Generator, *, sampling: Sampling = FAITHFUL) -> Alive:
    """Draw one generation: `size` tokens from the empirical law of the last.

    Args:
        alive: The last generation.
        size: Tokens to draw, >= 0.
        rng: Where randomness comes from.
        sampling: Temperature and top-p.

    Returns:
        The types that were drawn.

    Raises:
        InputError: If the sampling asks for more than a discrete law can.
    """
    total = int(alive.counts.sum())
    if sampling.faithful() and alive.types.size >= _FEW and _FEW <= size <= total:
        from headwater.collapse.engines import offspring

        return Alive(*offspring.draw(alive.types, alive.counts, size, rng))
    p = sampling.only("temperature", "top_p", model="categorical").bend(alive.counts / total)
    counts = rng.multinomial(size, p)
    kept = np.flatnonzero(counts)
    return Alive(alive.types[kept], counts[kept])


def draw_human(p: Floats, size: int, rng: np.random.Generator) -> Alive:
    """Draw fresh human tokens, in whichever way is cheaper.

    Args:
        p: Probabilities of all types, shape (k,), sum 1.
        size: Tokens, >= 0.
        rng: Where randomness comes from.

    Returns:
        The types that were drawn.
    """
    if size > _DENSE * p.size:
        counts = rng.multinomial(size, p)
        types = np.flatnonzero(counts)
        return Alive(types.astype(np.int64), counts[types])
    edges = np.cumsum(p)
    found = np.searchsorted(edges, rng.random(size) * edges[-1], side="right")
    types, counts = np.unique(np.minimum(found, p.size - 1), return_counts=True)
    return Alive(types.astype(np.int64), counts.astype(np.int64))


def join(one: Alive, other: Alive) -> Alive:
    """Add the occurrences of two sets of tokens.

    Args:
        one: Types and counts.
        other: Types and counts.

    Returns:
        The union of the types with the sums of the counts.
    """
    if other.types.size == 0:
        return one
    types, place = np.unique(np.concatenate([one.types, other.types]), return_inverse=True)
    counts = np.bincount(place, weights=np.concatenate([one.counts, other.counts]))
    return Alive(types, counts.astype(np.int64))
