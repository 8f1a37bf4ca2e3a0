"""The exponent of Heaps' law: how fast the vocabulary grows along a text."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.measure.estimate import Estimate, normal


def heaps(tokens: npt.ArrayLike) -> Estimate:
    """Fit a chance proportional to t^(b - 1) that token t is new.

    The expected vocabulary is then proportional to n^b. The first token, which is always new, says nothing.

    Args:
        tokens: Shape (n,), n >= 3, in the order of the text.

    Returns:
        b in [0, 1] with a normal interval from the Fisher information, new types taken to be independent
        given t; 1 when every token is new, 0 when only the first is, both with error NaN.

    Raises:
        InputError: If there are fewer than three tokens, or they are no integers.

    Source:
        Heaps (1978), "Information retrieval"; the likelihood is that of an inhomogeneous Poisson process
        with a power-law rate over (1, n], conditioned on its start:
        log L = m log r + (b - 1) sum log t_i, r = b / (n^b - 1).
    """
    stream = np.asarray(tokens)
    if stream.ndim != 1 or stream.size < 3 or stream.dtype.kind not in "iu":
        raise InputError("Heaps' law needs one row of at least three integers")
    n = stream.size
    at = np.sort(_first(stream))[1:] + 1.0
    if at.size == 0 or at.size == n - 1:
        return normal("heaps-1", float(at.size > 0), math.nan, n=n)
    # An event in [t - 1, t) is taken to lie in its middle.
    mean_log = float(np.log(at - 0.5).mean())
    value = _solve(mean_log, math.log(n))
    step = 1e-4
    slope = (_mean_log(value + step, math.log(n)) - _mean_log(value - step, math.log(n))) / (2 * step)
    return normal(
        "heaps-1", min(1.0, max(0.0, value)), 1 / math.sqrt(at.size * slope), n=n, limits=(0.0, 1.0)
    )


def _first(stream: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.int64]:
    """Find where each type occurs first, without sorting where types are numbered closely."""
    if int(stream.min()) < 0 or int(stream.max()) > 4 * stream.size:
        return np.asarray(np.unique(stream, return_index=True)[1], dtype=np.int64)
    place = np.full(int(stream.max()) + 1, -1, dtype=np.int64)
    place[stream[::-1]] = np.arange(stream.size - 1, -1, -1)  # The last written is the first to occur.
    return np.asarray(place[place >= 0], dtype=np.int64)


def _mean_log(b: float, log_n: float) -> float:
    """Expect log t under a density proportional to t^(b - 1) on (1, n)."""
    x = b * log_n
    if abs(x) < 1e-4:
        return log_n * (0.5 + x / 12)
    # Beyond e^700 the first term is nothing, and a double could not hold it.
    return log_n * (1 / -math.expm1(min(-x, 700.0)) - 1 / x)


def _solve(mean_log: float, log_n: float) -> float:
    """Find the exponent whose expected log t is the observed one; it grows with b."""
    from scipy.optimize import brentq

    return float(brentq(lambda b: _mean_log(b, log_n) - mean_log, -60.0, 60.0, xtol=1e-12))
