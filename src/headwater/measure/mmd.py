"""Maximum mean discrepancy with a Gaussian kernel: unbiased, with its permutation null."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.measure.estimate import LEVEL, Estimate
from headwater.measure.features import Floats, checked_pair, square_distances


def mmd(
    one: npt.ArrayLike,
    other: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    bandwidth: float | None = None,
    n_permutations: int = 199,
) -> tuple[Estimate, float]:
    """Measure the squared MMD of two samples and how often chance gives as much.

    Args:
        one: Shape (n, d), n >= 2.
        other: Shape (m, d), m >= 2; n + m of a few thousand at most, as the kernel is held whole.
        rng: Where the permutations come from.
        bandwidth: s in exp(-|x - y|^2 / 2 s^2); None for the median distance of the pooled sample.
        n_permutations: How many relabellings make the null, at least 1.

    Returns:
        The unbiased estimate (it may be negative), whose `low` and `high` are the central 95 % of the null
        and whose `error` is the null's standard deviation, and the p-value, in [1 / (n_permutations + 1), 1].

    Raises:
        InputError: If there are too few points, the bandwidth is not positive, or all points are one.

    Source:
        Gretton et al. (2012), "A kernel two-sample test", equation 3; p-value with the identity counted.
    """
    first, second = checked_pair(one, other, least=2)
    if n_permutations < 1:
        raise InputError("a null needs at least one permutation")
    square = square_distances(*(2 * [np.concatenate([first, second])]))
    width = median_square(square) if bandwidth is None else bandwidth**2
    if not width > 0 or (bandwidth is not None and not 0 < bandwidth < np.inf):
        raise InputError("the bandwidth is not positive", hint="give one if all points are the same")
    kernel = np.exp(-square / (2 * width))
    np.fill_diagonal(kernel, 0.0)
    n, m = first.shape[0], second.shape[0]
    value = _discrepancy(kernel, np.arange(n + m) < n)
    null = np.array([_discrepancy(kernel, rng.permutation(n + m) < n) for _ in range(n_permutations)])
    # Rounding must not break ties between equal partitions.
    p = (1 + int((null >= value - 1e-12).sum())) / (n_permutations + 1)
    low, high = np.quantile(null, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate("mmd-1", value, float(null.std()), float(low), float(high), LEVEL, min(n, m)), p


def _discrepancy(kernel: Floats, in_first: npt.NDArray[np.bool_]) -> float:
    """Combine the three means of a kernel whose diagonal is zero."""
    a = in_first.astype(np.float64)
    b = 1.0 - a
    n, m = a.sum(), b.sum()
    rows = kernel @ np.stack([a, b], axis=1)
    within = a @ rows[:, 0] / (n * (n - 1)) + b @ rows[:, 1] / (m * (m - 1))
    return float(within - 2 * (a @ rows[:, 1]) / (n * m))


def squared_mmd(one: Floats, other: Floats, *, square_width: float) -> float:
    """Estimate the squared MMD without bias, at a given bandwidth and without a null.

    Args:
        one: Shape (n, d), n >= 2.
        other: Shape (m, d), m >= 2.
        square_width: The square of the bandwidth, above 0.

    Returns:
        The estimate; it may be negative.

    Source:
        Gretton et al. (2012), "A kernel two-sample test", equation 3.
    """
    kernel = np.exp(square_distances(*(2 * [np.concatenate([one, other])])) / (-2 * square_width))
    np.fill_diagonal(kernel, 0.0)
    return _discrepancy(kernel, np.arange(kernel.shape[0]) < one.shape[0])


def median_square(square: Floats) -> float:
    """Give the median squared distance of pairs, from a square table of them."""
    return float(np.median(square[np.triu_indices_from(square, 1)]))
