"""Conformal p-values: how strange a score is among scores known to be null, without a model of either.

Higher scores are stranger. The null law is exchangeability: a null score could swap places with any
calibration score. Then P(p <= t) <= t for every t, over the draw of calibration and test together; it
is not a promise about one fixed calibration set, and it ends where the calibration stops resembling
the null.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headwater.errors import InputError


def conformal_p(scores: ArrayLike, calibration: ArrayLike) -> NDArray[np.float64]:
    """Rank scores among calibration scores, ties against the discovery.

    Null law: each score exchangeable with the calibration scores; ties make p larger, never smaller.

    Args:
        scores: Test scores, shape (m,); infinities are allowed.
        calibration: Scores of n known nulls, shape (n,).

    Returns:
        (1 + number of calibration scores >= s) / (n + 1) for each s, in [1/(n + 1), 1], shape (m,). All 1
        when n is 0.

    Raises:
        InputError: If an array is not flat or holds something that is not a number.

    Source:
        Vovk, Gammerman and Shafer (2005), Algorithmic Learning in a Random World, equation 2.20; Bates et al.
        (2023), Annals of Statistics 51, equation 2.
    """
    s, reference = _flat(scores), np.sort(_flat(calibration))
    n_above = reference.size - np.searchsorted(reference, s, side="left")
    return np.asarray((1.0 + n_above) / (reference.size + 1.0), dtype=np.float64)


def smoothed_p(scores: ArrayLike, calibration: ArrayLike, *, rng: np.random.Generator) -> NDArray[np.float64]:
    """Rank scores among calibration scores, ties broken by chance.

    Null law: each score exchangeable with the calibration scores; then p is uniform on (0, 1] exactly.

    Args:
        scores: Test scores, shape (m,).
        calibration: Scores of n known nulls, shape (n,).
        rng: Draws one uniform for each score.

    Returns:
        (number > s + u (1 + number == s)) / (n + 1) for each s, u in (0, 1], shape (m,).

    Raises:
        InputError: If an array is not flat or holds something that is not a number.

    Source:
        Vovk, Gammerman and Shafer (2005), equation 2.20, smoothed: proposition 2.8.
    """
    s, reference = _flat(scores), np.sort(_flat(calibration))
    n_at_least = reference.size - np.searchsorted(reference, s, side="left")
    n_above = reference.size - np.searchsorted(reference, s, side="right")
    u = 1.0 - rng.random(s.size)  # (0, 1], so that no p-value is 0
    return np.asarray((n_above + u * (1.0 + n_at_least - n_above)) / (reference.size + 1.0), dtype=np.float64)


def mondrian_p(
    scores: ArrayLike,
    calibration: ArrayLike,
    *,
    strata: Sequence[str],
    calibration_strata: Sequence[str],
) -> NDArray[np.float64]:
    """Rank scores among the calibration scores of their own stratum.

    Null law: within each stratum, the score exchangeable with that stratum's calibration scores; the level
    then holds in every stratum, not only on average.

    Args:
        scores: Test scores, shape (m,).
        calibration: Scores of known nulls, shape (n,).
        strata: Stratum of each score, length m.
        calibration_strata: Stratum of each calibration score, length n.

    Returns:
        `conformal_p` within the stratum, shape (m,); 1 in a stratum without calibration.

    Raises:
        InputError: If lengths differ, an array is not flat, or holds something that is not a number.

    Source:
        Vovk, Gammerman and Shafer (2005), section 4.5: Mondrian conformal predictors.
    """
    s, reference = _flat(scores), _flat(calibration)
    if s.size != len(strata) or reference.size != len(calibration_strata):
        raise InputError("each score needs one stratum")
    own, other = np.asarray(strata, dtype=object), np.asarray(calibration_strata, dtype=object)
    p = np.ones(s.size)
    for stratum in dict.fromkeys(strata):
        mine = own == stratum
        p[mine] = conformal_p(s[mine], reference[other == stratum])
    return p


def weighted_p(
    scores: ArrayLike, calibration: ArrayLike, *, weights: ArrayLike, own_weight: float
) -> NDArray[np.float64]:
    """Rank scores among calibration scores that stand for unequal numbers of nulls.

    Null law: calibration drawn with known chances from the null's population, each weighted by one over
    its chance, and `own_weight` no smaller than the weight the score itself would have had; a larger one errs
    against the discovery.

    Args:
        scores: Test scores, shape (m,); infinities are allowed.
        calibration: Scores of n known nulls, shape (n,).
        weights: Above 0, shape (n,).
        own_weight: Above 0.

    Returns:
        (own + sum of weights of scores >= s) / (own + sum of weights) for each s, shape (m,); `conformal_p`
        when all weights are equal.

    Raises:
        InputError: If an array is not flat, lengths differ, or a weight is not above 0 and finite.

    Source:
        Tibshirani, Barber, Candes and Ramdas (2019), NeurIPS 32, lemma 3, with the weight of the test
        point bounded from above.
    """
    s, reference, w = _flat(scores), _flat(calibration), _flat(weights)
    if (
        reference.size != w.size
        or not bool(np.all(np.isfinite(w) & (w > 0.0)))
        or not 0.0 < own_weight < np.inf
    ):
        raise InputError("each calibration score needs one weight, above 0 and finite")
    order = np.argsort(reference, kind="stable")
    upto = np.concatenate([[0.0], np.cumsum(w[order])])
    above = upto[-1] - upto[np.searchsorted(reference[order], s, side="left")]
    return np.asarray((own_weight + above) / (own_weight + upto[-1]), dtype=np.float64)


def effective_size(weights: ArrayLike) -> int:
    """Count the equally weighted scores that say as much as these.

    Args:
        weights: Above 0, shape (n,), n >= 1.

    Returns:
        (sum of weights)^2 / sum of squares, rounded, in [1, n]; n when all are equal.

    Source:
        Kish (1965), Survey Sampling, section 11.2C.
    """
    w = _flat(weights)
    return max(1, round(float(w.sum() ** 2 / (w**2).sum())))


def evened(scores: ArrayLike, weights: ArrayLike) -> NDArray[np.float64]:
    """Draw up equally weighted scores with the law of weighted ones.

    Args:
        scores: Shape (n,), n >= 1.
        weights: How many each stands for, above 0, shape (n,).

    Returns:
        As many quantiles of the weighted law, at equal distances, as `effective_size` counts, ascending; the
        scores themselves when all weights are equal.
    """
    s, w = _flat(scores), _flat(weights)
    n = effective_size(w)
    order = np.argsort(s, kind="stable")
    upto = np.cumsum(w[order])
    at = np.searchsorted(upto, (np.arange(n) + 0.5) / n * upto[-1])
    return np.asarray(s[order][at])


def least_calibration(level: float) -> int:
    """Count the calibration scores without which no p-value reaches a level.

    Args:
        level: Level to reach, in (0, 1].

    Returns:
        The smallest n with 1 / (n + 1) <= level: 19 for 0.05, 99 for 0.01.

    Raises:
        InputError: If the level is out of range.

    Source:
        The least value of `conformal_p`; ceil(1 / level) - 1.
    """
    if not 0.0 < level <= 1.0:
        raise InputError(f"a level lies in (0, 1], not {level}")
    n = max(0, math.ceil(1.0 / level) - 2)
    # Division rounds: ask the inequality itself.
    while 1.0 / (n + 1) > level:
        n += 1
    return n


def _flat(numbers: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(numbers, dtype=np.float64)
    if array.ndim != 1 or bool(np.isnan(array).any()):
        raise InputError("scores are a flat sequence of numbers")
    return array
