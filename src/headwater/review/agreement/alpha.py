"""How far validators agree beyond chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headwater.errors import InputError
from headwater.review.votes import Floats, Votes


@dataclass(frozen=True, slots=True)
class Alpha:
    """Hold a coefficient with its interval.

    Attributes:
        value: 1 for full agreement, 0 for what chance gives, negative below it.
        low: Lower end of the interval.
        high: Upper end.
        n_items: Items with two votes or more, which alone count.
    """

    value: float
    low: float
    high: float
    n_items: int


def krippendorff(
    votes: Votes, *, rng: np.random.Generator, n_resamples: int = 1000, level: float = 0.95
) -> Alpha:
    """Give Krippendorff's alpha of nominal labels with a bootstrap interval.

    Items whose counts are the same are one row, so the bootstrap draws how often each kind of row occurs,
    which is the same law at a cost that does not grow with the items.

    Args:
        votes: What validators said.
        rng: Where the resamples come from.
        n_resamples: How many, at least 2.
        level: Two-sided coverage, in (0, 1).

    Returns:
        The coefficient and its percentile interval.

    Raises:
        InputError: If no item has two votes, all votes are the same, or a parameter is out of range.

    Source:
        K. Krippendorff (2011), "Computing Krippendorff's alpha-reliability", section C: nominal data, any
        number of observers, missing data.
    """
    if n_resamples < 2 or not 0.0 < level < 1.0:
        raise InputError("an interval needs two resamples and a level strictly between 0 and 1")
    tally = votes.tally()
    paired = tally[tally.sum(axis=1) >= 2]
    if not len(paired):
        raise InputError("agreement needs an item with two votes", hint="ask a second validator")
    kinds, n_each = np.unique(paired, axis=0, return_counts=True)
    value = float(_alpha(n_each[None].astype(np.float64), kinds)[0])
    if np.isnan(value):
        raise InputError("all votes are the same, so agreement by chance is certain and alpha has no value")
    drawn = rng.multinomial(len(paired), n_each / len(paired), size=n_resamples).astype(np.float64)
    values = _alpha(drawn, kinds)
    low, high = np.nanquantile(values, [0.5 - level / 2, 0.5 + level / 2])
    return Alpha(value, float(low), float(high), len(paired))


def _alpha(n_each: Floats, kinds: Floats) -> Floats:
    """Give alpha for each way to repeat rows, shape (b,); not a number where all votes are the same."""
    n_votes = kinds.sum(axis=1)
    # Pairs that agree within an item, each worth 1 / (m - 1), so that a vote counts once.
    agreeing = (kinds * (kinds - 1.0)).sum(axis=1) / (n_votes - 1.0)
    totals = n_each @ kinds  # (b, n_labels)
    n = totals.sum(axis=1)
    observed = 1.0 - (n_each @ agreeing) / n
    by_chance = 1.0 - (totals * (totals - 1.0)).sum(axis=1) / (n * (n - 1.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(by_chance > 0.0, 1.0 - observed / by_chance, np.nan))
