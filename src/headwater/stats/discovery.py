"""False-discovery control: which of many p-values may be called discoveries together.

The false-discovery rate is the expected share of true nulls among the rejected hypotheses, 0 when
none is rejected. It says nothing about any single rejection.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headwater.errors import InputError


@dataclass(frozen=True, slots=True)
class Discoveries:
    """What one procedure made of one family of p-values.

    Attributes:
        adjusted: For each hypothesis the least level at which it is rejected, in [0, 1], shape (m,).
        rejected: Which are rejected at the level asked for, bool, shape (m,).
    """

    adjusted: NDArray[np.float64]
    rejected: NDArray[np.bool_]


def benjamini_hochberg(p_values: ArrayLike, *, level: float) -> Discoveries:
    """Control the false-discovery rate by the linear step-up procedure.

    Null law: each null p-value is stochastically no smaller than uniform, and the p-values are
    independent or positively dependent (PRDS). Split-conformal p-values that share one calibration
    set are PRDS (Bates et al. 2023, theorem 2). Then FDR <= level * n_null / m.

    Args:
        p_values: In [0, 1], shape (m,).
        level: False-discovery rate to allow, in (0, 1).

    Returns:
        Adjusted p-values and rejections in the order given; empty for an empty family.

    Raises:
        InputError: If a p-value or the level is out of range.

    Source:
        Benjamini and Hochberg (1995), JRSS B 57, procedure (1); Benjamini and Yekutieli (2001), theorem 1.2.
    """
    p = check_p_values(p_values)
    return _discover(_step_up(p, factor=1.0), level)


def benjamini_yekutieli(p_values: ArrayLike, *, level: float) -> Discoveries:
    """Control the false-discovery rate under any dependence.

    Null law: each null p-value is stochastically no smaller than uniform; nothing else. The price is
    the factor 1 + 1/2 + ... + 1/m.

    Args:
        p_values: In [0, 1], shape (m,).
        level: False-discovery rate to allow, in (0, 1).

    Returns:
        Adjusted p-values and rejections in the order given; empty for an empty family.

    Raises:
        InputError: If a p-value or the level is out of range.

    Source:
        Benjamini and Yekutieli (2001), Annals of Statistics 29, theorem 1.3.
    """
    p = check_p_values(p_values)
    harmonic = float(np.sum(1.0 / np.arange(1, p.size + 1)))
    return _discover(_step_up(p, factor=harmonic), level)


def storey(p_values: ArrayLike, *, level: float, cut: float = 0.5) -> Discoveries:
    """Control the false-discovery rate with an estimated share of nulls.

    Null law: null p-values independent and uniform (or larger); also split-conformal p-values that
    share one calibration set (Bates et al. 2023, theorem 3). Nothing above `cut` is ever rejected.

    Args:
        p_values: In [0, 1], shape (m,).
        level: False-discovery rate to allow, in (0, 1).
        cut: Above it p-values are taken to be mostly null, in (0, 1).

    Returns:
        Adjusted p-values (1 above `cut`) and rejections in the order given; empty for an empty family.

    Raises:
        InputError: If a p-value, the level or the cut is out of range.

    Source:
        Storey, Taylor and Siegmund (2004), JRSS B 66, equation 7 and theorem 3.
    """
    p = check_p_values(p_values)
    adjusted = _step_up(np.where(p <= cut, p, np.inf), factor=storey_pi0(p, cut=cut))
    return _discover(adjusted, level)


def storey_pi0(p_values: ArrayLike, *, cut: float = 0.5) -> float:
    """Estimate from above what share of the hypotheses is null.

    Args:
        p_values: In [0, 1], shape (m,); null ones uniform or larger.
        cut: Above it p-values are taken to be mostly null, in (0, 1).

    Returns:
        (1 + number above `cut`) / (m (1 - cut)), at most 1; 1 for an empty family. Its expectation is no
        less than the true share, up to the cap.

    Raises:
        InputError: If a p-value or the cut is out of range.

    Source:
        Storey, Taylor and Siegmund (2004), equation 6 with the one added for finite samples.
    """
    p = check_p_values(p_values)
    if not 0.0 < cut < 1.0:
        raise InputError(f"the cut lies strictly between 0 and 1, not {cut}")
    if p.size == 0:
        return 1.0
    return min(1.0, (1.0 + float(np.count_nonzero(p > cut))) / (p.size * (1.0 - cut)))


def check_p_values(p_values: ArrayLike) -> NDArray[np.float64]:
    """Refuse what is not a one-dimensional family of p-values.

    Args:
        p_values: Anything numpy turns into an array.

    Returns:
        The same numbers as float64, shape (m,).

    Raises:
        InputError: If the shape is not (m,) or a number is outside [0, 1] or not a number.
    """
    p = np.asarray(p_values, dtype=np.float64)
    if p.ndim != 1 or not bool(np.all((p >= 0.0) & (p <= 1.0))):
        raise InputError("p-values are a flat sequence of numbers in [0, 1]")
    return p


def _step_up(p: NDArray[np.float64], *, factor: float) -> NDArray[np.float64]:
    order = np.argsort(p, kind="stable")
    ranked = p[order] * (factor * p.size) / np.arange(1, p.size + 1)
    adjusted = np.empty_like(p)
    # The least level that rejects rank i is the least over all ranks from i on.
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate(ranked[::-1])[::-1])
    return adjusted


def _discover(adjusted: NDArray[np.float64], level: float) -> Discoveries:
    if not 0.0 < level < 1.0:
        raise InputError(f"a false-discovery rate lies strictly between 0 and 1, not {level}")
    return Discoveries(adjusted=adjusted, rejected=adjusted <= level)
