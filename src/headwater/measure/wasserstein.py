"""Wasserstein-2 distance: exact in one dimension, exact by assignment, sliced, or between Gaussians."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.measure.estimate import Estimate, bare, normal
from headwater.measure.features import Floats, checked, checked_pair, square_distances

_MOST = 4000


def line(one: npt.ArrayLike, other: npt.ArrayLike) -> Estimate:
    """Measure W2 of two samples on a line, exactly.

    Args:
        one: Shape (n,).
        other: Shape (m,).

    Returns:
        The distance, in the samples' unit, at least 0. It is above 0 for samples of one law.

    Raises:
        InputError: If a sample is empty, has two dimensions or holds NaN or infinity.

    Source:
        Villani (2003), "Topics in optimal transportation", theorem 2.18: the L2
        distance of quantile functions.
    """
    first, second = checked_pair(one, other)
    if first.shape[1] != 1:
        raise InputError(f"a line has one dimension, not {first.shape[1]}")
    value = float(np.sqrt(_line_square(np.sort(first, axis=0), np.sort(second, axis=0))[0]))
    return bare("wasserstein2-line-1", value, n=min(first.size, second.size))


def _line_square(one: Floats, other: Floats) -> Floats:
    """Integrate squared differences of quantile functions, column by column."""
    n, m = one.shape[0], other.shape[0]
    # Both quantile functions are constant between neighbouring multiples of 1/n and 1/m, kept as integers.
    cuts = np.union1d(np.arange(n + 1) * m, np.arange(m + 1) * n)
    middle = cuts[:-1]
    gap = one[middle // m] - other[middle // n]
    return np.asarray((np.diff(cuts)[:, None] * gap**2).sum(axis=0) / (n * m))


def gaussian(
    mean_one: npt.ArrayLike, cov_one: npt.ArrayLike, mean_other: npt.ArrayLike, cov_other: npt.ArrayLike
) -> float:
    """Give W2 between two Gaussian laws.

    Args:
        mean_one: Shape (d,).
        cov_one: Shape (d, d), positive semi-definite; zeros are fine.
        mean_other: Shape (d,).
        cov_other: Shape (d, d).

    Returns:
        The distance, at least 0.

    Raises:
        InputError: If shapes do not fit, a number is not finite, or a matrix is not positive semi-definite.

    Source:
        Givens and Shortt (1984), "A class of Wasserstein metrics for probability distributions":
        W2^2 = |m1 - m2|^2 + tr(S1 + S2 - 2 (S1^1/2 S2 S1^1/2)^1/2).
    """
    mean_a, mean_b = checked(np.atleast_1d(mean_one)), checked(np.atleast_1d(mean_other))
    cov_a, cov_b = checked(np.atleast_2d(cov_one)), checked(np.atleast_2d(cov_other))
    if mean_a.shape != mean_b.shape or {cov_a.shape, cov_b.shape} != {(mean_a.size, mean_a.size)}:
        raise InputError("means and covariances are of different dimensions")
    root, other = _root(cov_a), _root(cov_b)
    # The trace of (A B A)^1/2 is the sum of the singular values of B^1/2 A, for A = S1^1/2.
    cross = np.linalg.svd(other @ root, compute_uv=False).sum()
    square = ((mean_a - mean_b) ** 2).sum() + np.trace(cov_a) + np.trace(cov_b) - 2 * cross
    return float(np.sqrt(max(0.0, square)))


def _root(matrix: Floats) -> Floats:
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    scale = max(1e-300, float(np.abs(values).max()))
    if not np.allclose(matrix, matrix.T) or values.min() < -1e-8 * scale:
        raise InputError("a covariance is symmetric and positive semi-definite")
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T)


def assignment(one: npt.ArrayLike, other: npt.ArrayLike) -> Estimate:
    """Measure W2 of two samples of equal size, exactly, by the best pairing.

    Args:
        one: Shape (n, d), n of at most 4000, as the cost grows with n^3.
        other: Shape (n, d).

    Returns:
        The distance, at least 0.

    Raises:
        InputError: If the sizes differ or are too large, or a sample is no sample.

    Source:
        Birkhoff (1946): an optimal plan between uniform samples is a permutation; solved by SciPy's
        `linear_sum_assignment`, Crouse (2016).
    """
    from scipy.optimize import linear_sum_assignment

    first, second = checked_pair(one, other)
    n = first.shape[0]
    if n != second.shape[0] or n > _MOST:
        raise InputError(
            f"a pairing wants two samples of one size of at most {_MOST}, not {n} and {second.shape[0]}",
            hint="draw subsamples, or use sliced",
        )
    cost = square_distances(first, second)
    rows, columns = linear_sum_assignment(cost)
    return bare("wasserstein2-assignment-1", float(np.sqrt(cost[rows, columns].mean())), n=n)


def sliced(
    one: npt.ArrayLike, other: npt.ArrayLike, *, rng: np.random.Generator, n_slices: int = 128
) -> Estimate:
    """Measure the root mean square of W2 over random lines through the space.

    Args:
        one: Shape (n, d).
        other: Shape (m, d).
        rng: Where the lines come from.
        n_slices: How many lines, at least 2.

    Returns:
        A distance, at most W2; the interval is over the choice of lines, not over the samples.

    Raises:
        InputError: If a sample is no sample or there are fewer than two lines.

    Source:
        Bonneel et al. (2015), "Sliced and Radon Wasserstein barycenters of measures".
    """
    first, second = checked_pair(one, other)
    if n_slices < 2:
        raise InputError("a mean over lines needs at least two")
    lines = rng.standard_normal((first.shape[1], n_slices))
    lines /= np.linalg.norm(lines, axis=0)
    squares = _line_square(np.sort(first @ lines, axis=0), np.sort(second @ lines, axis=0))
    value = float(np.sqrt(squares.mean()))
    error = float(squares.std(ddof=1) / np.sqrt(n_slices)) / (2 * value) if value > 0 else 0.0
    n = min(first.shape[0], second.shape[0])
    return normal("wasserstein2-sliced-1", value, error, n=n, limits=(0.0, np.inf))
