"""Points in a feature space, checked once: two dimensions, finite, enough of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError

Floats = npt.NDArray[np.float64]
# Rows handled at once, so that a table of distances never holds n * n numbers.
CHUNK = 1024


def checked(points: npt.ArrayLike, *, least: int = 1) -> Floats:
    """Check a sample of points.

    Args:
        points: Shape (n, d); shape (n,) is taken as n points in one dimension.
        least: The fewest points that will do.

    Returns:
        Shape (n, d), float64.

    Raises:
        InputError: If there are too few, there are no coordinates, or one is NaN or infinite.
    """
    sample = np.asarray(points, dtype=np.float64)
    sample = sample[:, None] if sample.ndim == 1 else sample
    if sample.ndim != 2 or sample.shape[1] == 0:
        raise InputError(f"points are rows of coordinates, not an array of shape {sample.shape}")
    if sample.shape[0] < least:
        raise InputError(f"{sample.shape[0]} points where at least {least} are needed")
    if not bool(np.isfinite(sample).all()):
        raise InputError("a coordinate is NaN or infinite", hint="leave such points out, and say so")
    return sample


def checked_pair(one: npt.ArrayLike, other: npt.ArrayLike, *, least: int = 1) -> tuple[Floats, Floats]:
    """Check two samples of one space.

    Args:
        one: Shape (n, d).
        other: Shape (m, d).
        least: The fewest points that will do.

    Returns:
        Both as float64.

    Raises:
        InputError: If one of them is no sample, or their dimensions differ.
    """
    first, second = checked(one, least=least), checked(other, least=least)
    if first.shape[1] != second.shape[1]:
        raise InputError(f"points of {first.shape[1]} and of {second.shape[1]} coordinates share no space")
    return first, second


def square_distances(one: Floats, other: Floats) -> Floats:
    """Give the squared Euclidean distance of every pair, shape (n, m)."""
    from scipy.spatial.distance import cdist

    return np.asarray(cdist(one, other, "sqeuclidean"), dtype=np.float64)
