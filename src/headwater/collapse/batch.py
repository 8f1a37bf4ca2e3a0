"""Training data with its provenance: who made each sample, when, and what it weighs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headwater.errors import InputError

Data = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Hold samples along the first axis; every sample carries its provenance.

    Attributes:
        data: Shape (n, ...).
        human: Whether a person made it, bool, shape (n,).
        born: Generation in which it was made, int32, shape (n,).
        weights: Training weights, >= 0, shape (n,).
    """

    data: Data
    human: NDArray[np.bool_]
    born: NDArray[np.int32]
    weights: NDArray[np.float64]

    def __len__(self) -> int:
        return int(self.human.size)

    def take(self, index: ArrayLike) -> Batch:
        """Select samples by number or by mask; numbers may repeat."""
        i = np.asarray(index)
        return Batch(self.data[i], self.human[i], self.born[i], self.weights[i])

    def weighted(self, weights: ArrayLike) -> Batch:
        """Set the training weights.

        Args:
            weights: >= 0, not all zero, shape (n,).

        Returns:
            The same samples with these weights.

        Raises:
            InputError: If the weights do not fit or are unusable.
        """
        w = np.asarray(weights, dtype=np.float64)
        if w.shape != self.weights.shape or not bool(np.all(np.isfinite(w) & (w >= 0))) or not w.sum() > 0:
            raise InputError("weights are finite numbers >= 0, one a sample, not all zero")
        return replace(self, weights=w)

    def uniform(self) -> bool:
        """Tell whether all samples weigh the same."""
        return bool(self.weights.size == 0 or np.all(self.weights == self.weights[0]))

    def human_share(self) -> float:
        """Compute the human samples' part of the weight; 0 if empty."""
        total = float(self.weights.sum())
        return float(self.weights[self.human].sum()) / total if total > 0 else 0.0


def of(data: ArrayLike, *, human: bool, born: int) -> Batch:
    """Label samples of one origin.

    Args:
        data: Shape (n, ...).
        human: Whether people made them.
        born: Generation.

    Returns:
        The batch, all weights 1.

    Raises:
        InputError: If the data holds NaN or infinity, or is no array of samples.
    """
    array = np.asarray(data)
    if array.ndim == 0:
        raise InputError("data has one axis of samples at least")
    if array.dtype.kind == "f" and not bool(np.all(np.isfinite(array))):
        raise InputError("data holds NaN or infinity", hint="drop these samples or repair their source")
    n = array.shape[0]
    return Batch(array, np.full(n, human), np.full(n, born, dtype=np.int32), np.ones(n))


def concatenate(*batches: Batch) -> Batch:
    """Put batches one behind the other; empty ones fall away.

    Args:
        batches: At least one.

    Returns:
        All samples with their provenance.
    """
    some = [b for b in batches if len(b)] or [batches[0]]
    if len(some) == 1:
        return some[0]
    return Batch(
        np.concatenate([b.data for b in some]),
        np.concatenate([b.human for b in some]),
        np.concatenate([b.born for b in some]),
        np.concatenate([b.weights for b in some]),
    )
