"""Evidence against the null law that may be looked at after every token: a betting process.

Wealth begins at 1 and is staked on every score; without a mark it is a martingale, so at no time is it
expected to be above 1, and it ever reaches 1/a with chance a at most.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.watermark.law import Floats, Law

# Strengths of a mark, in standard deviations of a score, that stakes are made for.
_STRENGTHS = (0.1, 0.2, 0.4, 0.8)


@dataclass(frozen=True, slots=True, eq=False)
class Wealth:
    """Hold the state of a process; it does not grow.

    Attributes:
        law: Of a score without a mark.
        tilts: Shape (s,), stakes, which share the wealth equally at the beginning.
        log_wealth: Shape (s,), what each has made of its share, in logarithms.
        log_most: Logarithm of the greatest wealth that ever was.
        n_scored: Scores so far.
    """

    law: Law
    tilts: Floats
    log_wealth: Floats
    log_most: float = 0.0
    n_scored: int = 0

    @property
    def log_e(self) -> float:
        """Give the logarithm of the wealth, an e-value."""
        return _log_mean(self.log_wealth)

    @property
    def log_p(self) -> float:
        """Give ln of a p-value that holds at any time, whenever one stops.

        Source:
            Ville's inequality; Ramdas et al. (2023), "Game-theoretic statistics and safe anytime-valid
            inference", section 3.
        """
        return -self.log_most


def begin(law: Law) -> Wealth:
    """Begin with a wealth of 1.

    Args:
        law: Of a score without a mark.
    """
    tilts = np.array([strength / law.sd for strength in _STRENGTHS])
    return Wealth(law, tilts, np.zeros(tilts.size))


def bet(wealth: Wealth, scores: npt.ArrayLike) -> Wealth:
    """Stake on scores in their order.

    Args:
        wealth: The state.
        scores: Shape (n,), of n-grams that no score before was of.

    Returns:
        The state after them.

    Raises:
        InputError: If they are not a flat sequence of numbers.
    """
    row = np.asarray(scores, dtype=np.float64)
    if row.ndim != 1 or not np.isfinite(row).all():
        raise InputError("scores are a flat sequence of numbers")
    if row.size == 0:
        return wealth
    steps = np.outer(wealth.tilts, row) - np.array([wealth.law.log_mgf(t) for t in wealth.tilts])[:, None]
    path = wealth.log_wealth[:, None] + np.cumsum(steps, axis=1)
    top = path.max(axis=0)
    wealths = top + np.log(np.exp(path - top).mean(axis=0))
    most = max(wealth.log_most, float(wealths.max()))
    return Wealth(wealth.law, wealth.tilts, path[:, -1], most, wealth.n_scored + row.size)


def log_e_any(wealths: Sequence[Wealth]) -> float:
    """Average over keys: ln of an e-value that none of them marked the stream.

    Args:
        wealths: One a key, after the same text. Whatever depends on what, the mean of e-values is one.

    Raises:
        InputError: If there is none.
    """
    if not wealths:
        raise InputError("no key to bet on")
    return _log_mean(np.array([wealth.log_e for wealth in wealths]))


def _log_mean(logs: Floats) -> float:
    top = float(logs.max())
    return top + math.log(float(np.exp(logs - top).mean()))
