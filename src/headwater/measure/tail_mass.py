"""Reference tail mass: how much of a text is made of the words that the reference has least of."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.measure.counts import tally
from headwater.measure.estimate import Estimate, normal

TAIL_SHARE = 0.1


def tail_types(reference: npt.ArrayLike, *, share: float = TAIL_SHARE) -> npt.NDArray[np.bool_]:
    """Name the rarest types that together make up a share of the reference.

    Args:
        reference: Shape (n_types,), how often each type occurs in the reference.
        share: The least of the reference's tokens that they make up, in (0, 1).

    Returns:
        Shape (n_types,), true for types that occur and occur no more often than a threshold: the least for
        which they make up `share`. Types of equal count stand together, so a small reference, most of whose
        types occur once, has a larger tail; one whose types are equally common is all tail.

    Raises:
        InputError: If nothing occurs, a count is negative, or the share is out of range.
    """
    counts = np.asarray(reference)
    if counts.ndim != 1 or counts.dtype.kind not in "iu" or counts.size == 0 or counts.min() < 0:
        raise InputError("counts are one row of integers of at least 0")
    if not 0.0 < share < 1.0 or counts.sum() == 0:
        raise InputError(f"no tail of {share} of {int(counts.sum())} tokens")
    times, n_types = tally(counts[counts > 0].astype(np.int64))
    most = int(times[np.searchsorted(np.cumsum(times * n_types), share * counts.sum())])
    return np.asarray((counts > 0) & (counts <= most))


def tail_mass(current: npt.ArrayLike, tail: npt.ArrayLike) -> Estimate:
    """Measure the share of tokens that are of the reference's rarest types.

    Args:
        current: Shape (n_types,), how often each type occurs; the sample must not be the one that named the
            tail, or its rarest types are rare by luck and the share is biased.
        tail: Shape (n_types,), from `tail_types`.

    Returns:
        A share in [0, 1], without bias, with a normal interval for independent tokens.

    Raises:
        InputError: If nothing occurs or the shapes differ.

    Source:
        Our own; docs/reference/metrics.md, "Of counts". The error is that of a binomial share.
    """
    counts, rare = np.asarray(current), np.asarray(tail, dtype=bool)
    if counts.shape != rare.shape or counts.ndim != 1:
        raise InputError(
            f"counts of shape {counts.shape} and a tail of shape {rare.shape} are of other types"
        )
    n = int(counts.sum())
    if n == 0 or counts.min() < 0:
        raise InputError("nothing occurs in the sample", hint="give at least one token")
    share = float(counts[rare].sum()) / n
    return normal("tail-mass-1", share, math.sqrt(share * (1 - share) / n), n=n, limits=(0.0, 1.0))
