"""A share of documents from those that were drawn with unequal chances, with an honest interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.stats.intervals import clopper_pearson


@dataclass(frozen=True, slots=True)
class Share:
    """Hold an estimated share.

    Attributes:
        value: The share.
        low: Lower end of its interval.
        high: Upper end.
        n_effective: How many documents drawn with equal chances would say as much.
    """

    value: float
    low: float
    high: float
    n_effective: float


def share(
    hit: npt.ArrayLike, pi: npt.ArrayLike, *, mass: npt.ArrayLike | None = None, level: float = 0.95
) -> Share:
    """Estimate a share by weights 1/pi.

    Args:
        hit: 1 for documents that count, 0 for others, shape (n,).
        pi: Chance of each to have been drawn, in (0, 1], shape (n,).
        mass: How much of each belongs to those that the share is of, such as the chance that it is human,
            shape (n,); ones when left out.
        level: Two-sided coverage, in (0, 1).

    Returns:
        The ratio of Horvitz-Thompson totals. Its interval is that of Clopper and Pearson for as many
        documents as give the ratio's linearised variance, and never for more than Kish's effective number
        says; so it holds where no hit was drawn too.

    Raises:
        InputError: If nothing was drawn, or a value is out of range.

    Source:
        E. L. Korn and B. I. Graubard (1998), Survey Methodology 24: intervals for small proportions.
    """
    hits, chances = np.asarray(hit, dtype=np.float64), np.asarray(pi, dtype=np.float64)
    belongs = np.ones(hits.size) if mass is None else np.asarray(mass, dtype=np.float64)
    if not hits.size or hits.shape != chances.shape or belongs.shape != hits.shape or not belongs.sum() > 0:
        raise InputError("a share is estimated from documents with chances, and from one at least")
    if not (chances.min() > 0.0 and chances.max() <= 1.0 and belongs.min() >= 0.0 and 0.0 < level < 1.0):
        raise InputError("chances lie in (0, 1], masses are not negative, a level lies in (0, 1)")
    weight = belongs / chances
    total = weight.sum()
    value = float(np.clip((weight * hits).sum() / total, 0.0, 1.0))
    n = float(total**2 / (weight**2).sum())
    n_drawn = max(hits.size, 2)
    variance = float(((weight * (hits - value)) ** 2).sum()) / total**2 * n_drawn / (n_drawn - 1)
    if variance > 0.0:
        n = min(n, value * (1.0 - value) / variance)
    return Share(value, *clopper_pearson(value * n, n, level), n)
