"""Estimation from real and synthetic data together: regression error, golden weights, error floors."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from headwater.collapse.theory.domain import Floats, as_generations, as_positive, as_share, as_size
from headwater.errors import InputError

BASEL = math.pi**2 / 6.0


def inverse_squares(n: ArrayLike) -> Floats:
    """Compute by how much accumulating multiplies the error of one generation.

    Args:
        n: Numbers of generations, any shape.

    Returns:
        sum_{i<=n} 1/i^2, the shape of `n`, below pi^2/6; 0 at n = 0.

    Raises:
        InputError: If a number is negative or not whole.

    Source:
        F6 of docs/explanation/collapse-theory.md; Gerstgrasser et al. (2024), theorem 2.
    """
    k = as_generations(n)
    i = np.arange(1, int(k.max(initial=0)) + 1, dtype=np.float64)
    return np.asarray(np.concatenate([[0.0], np.cumsum(1.0 / (i * i))])[k], dtype=np.float64)


def regression_error(
    n: ArrayLike, size: int, *, dimension: int, noise: float, plan: str, later: float | None = None
) -> Floats:
    """Compute the expected squared parameter error of recursive linear regression.

    Args:
        n: Numbers of fits, any shape; 1 is the model of the real data.
        size: Rows M of every generation, > dimension + 1.
        dimension: Number of features d; features are standard normal and drawn anew.
        noise: Standard deviation of the label noise of the real data.
        plan: "replace" or "accumulate".
        later: That of synthetic labels; None for the same.

    Returns:
        E |w_n - w_0|^2, the shape of `n`, exact: the sum over fits i of sigma_i^2 d/(M - d - 1) ("replace"),
        or of sigma_i^2 d/(i (i M - d - 1)) ("accumulate"), which is at most `inverse_squares(n)` times one
        error when all noise is equal.

    Raises:
        InputError: If a number is out of range or the plan is another one.

    Source:
        F6 of docs/explanation/collapse-theory.md; Gerstgrasser et al. (2024), theorems 1 and 2.
    """
    k, d = as_generations(n), int(dimension)
    once = _one_regression(size, dimension, noise)
    if plan not in {"replace", "accumulate"}:
        raise InputError(f"no closed form for the plan {plan!r}", hint='there are "replace" and "accumulate"')
    i = np.arange(1, int(k.max(initial=0)) + 1, dtype=np.float64)
    # What accumulates moves by the new rows' noise alone, S_i^-1 X_i' e_i, and S_i holds i equal parts.
    shrink = (size - d - 1.0) / (i * (i * size - d - 1.0)) if plan == "accumulate" else np.ones_like(i)
    steps = once * shrink
    if later is not None:
        steps[1:] *= (as_positive(later, name="noise") / noise) ** 2
    return np.asarray(np.concatenate([[0.0], np.cumsum(steps)])[k], dtype=np.float64)


def edit_error_bound(size: int, *, dimension: int, noise: float) -> float:
    """Bound the regression error when human data is edited, not replaced.

    Args:
        size: Rows M, > dimension + 1.
        dimension: Number of features d.
        noise: Standard deviation of the label noise.

    Returns:
        2 sigma^2 d / (M - d - 1), for any number of generations.

    Raises:
        InputError: If a number is out of range.

    Source:
        Zhu et al. (2025), arXiv 2412.14689, theorem 2.
    """
    return 2.0 * _one_regression(size, dimension, noise)


def golden_weight(ratio: float) -> float:
    """Compute the weight of the real data that makes a recursive mean most precise.

    Args:
        ratio: k = n_real / n_synthetic of every generation, above 0.

    Returns:
        (sqrt(k^2 + 4k) - k)/2 in (0, 1); the golden ratio's 0.618 for k = 1.

    Raises:
        InputError: If the ratio is not positive.

    Source:
        F9 of docs/explanation/collapse-theory.md; He, Xu and Cheng (2025), arXiv 2502.18049.
    """
    k = as_positive(ratio, name="ratio of real to synthetic")
    # The same as the textbook form, without its cancellation for large k.
    return 2.0 * k / (math.sqrt(k * k + 4.0 * k) + k)


def weighted_efficiency(ratio: float, weight: float) -> float:
    """Compute what a recursively weighted mean is worth, per real sample.

    Args:
        ratio: k = n_real / n_synthetic of every generation, above 0.
        weight: Weight w of the real mean, in (0, 1]; the synthetic mean gets 1 - w.

    Returns:
        n_e / n_r in the limit; k/(1+k) as weight is pooling, `golden_weight(k)` is best.

    Raises:
        InputError: If a number is out of range.

    Source:
        Fixed point of V = w^2/n_r + (1-w)^2 (V + 1/n_s); He, Xu and Cheng (2025).
    """
    k = as_positive(ratio, name="ratio of real to synthetic")
    w = as_share(weight, name="weight", least_open=True)
    rest = (1.0 - w) ** 2
    return (1.0 - rest) / (w * w + rest * k)


def strong_collapse_error(size: int, *, dimension: int, noise: float, share: float, shift: float) -> float:
    """Approximate the error of regression with a constant synthetic share.

    Args:
        size: Rows M, real and synthetic together, > dimension.
        dimension: Number of features d.
        noise: Standard deviation of the label noise.
        share: Synthetic share p2, in [0, 1].
        shift: c, the distance between the synthetic labels' parameters and the true ones.

    Returns:
        sigma^2 d/M + p2^2 c^2: the second term does not fall with M. Good to a few per cent for small
        d/M and p2, and low by about a tenth at p2 = 0.3.

    Raises:
        InputError: If a number is out of range.

    Source:
        F15 of docs/explanation/collapse-theory.md; Dohmatob et al. (2025), arXiv 2410.04840.
    """
    d = as_size(dimension)
    floor = (as_share(share, name="synthetic share") * shift) ** 2
    return as_positive(noise, name="noise") ** 2 * d / as_size(size, least=d + 1) + floor


def _one_regression(size: int, dimension: int, noise: float) -> float:
    d = as_size(dimension)
    return as_positive(noise, name="noise") ** 2 * d / (as_size(size, least=d + 2) - d - 1)
