"""Which closed forms apply to a recursion, and what they expect of each statistic."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from headwater.collapse import theory
from headwater.collapse.human import Corpus, Normal, NormalNd
from headwater.collapse.lab import Lab
from headwater.collapse.mix import Reserve
from headwater.collapse.models.categorical import Categorical
from headwater.collapse.models.gaussian import Gaussian
from headwater.collapse.models.gaussian_nd import GaussianNd
from headwater.collapse.models.ngram import Ngram

Floats = NDArray[np.float64]
_MANY = 30
_LOG_TINY = math.log(np.finfo(np.float64).tiny)


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Hold what theory expects of one quantity, generation by generation.

    Attributes:
        quantity: Its name: log_variance, log_determinant, sd, variance, drift, mean_squared,
            heterozygosity or types.
        expected: Shape (generations + 1,).
        compared: Where a mean over replicates can be held against it, bool, the same shape; elsewhere
            replicates too rare to be drawn carry the mean.
        slack: Relative error of the theory itself; 0 where it is exact.
        source: The closed form's name in the explanation of the theory.
    """

    quantity: str
    expected: Floats
    compared: NDArray[np.bool_]
    slack: float
    source: str


def curves(lab: Lab) -> tuple[Curve, ...]:
    """Find what theory says of a recursion.

    Args:
        lab: The recursion.

    Returns:
        One curve for each quantity with a closed form; none where the plan or the model has none.
    """
    if isinstance(lab.model, Gaussian) and isinstance(lab.human, Normal):
        return _gaussian(lab, lab.model, lab.human)
    if isinstance(lab.model, GaussianNd) and isinstance(lab.human, NormalNd):
        return _vectors(lab, lab.model, lab.human)
    if isinstance(lab.model, Categorical | Ngram) and isinstance(lab.human, Corpus):
        return _types(lab, lab.human)
    return ()


def observe(quantity: str, statistics: dict[str, Floats], lab: Lab) -> Floats:
    """Compute a quantity of a curve from recorded statistics.

    Args:
        quantity: Name of a curve.
        statistics: By name, any shape.
        lab: The recursion.

    Returns:
        The quantity, of the same shape.
    """
    if quantity == "sd" and "variance" in statistics:
        return np.sqrt(statistics["variance"])
    if quantity == "log_variance" and "variance" in statistics:
        return np.log(np.maximum(statistics["variance"], np.finfo(np.float64).tiny))
    if quantity == "drift" and "mean" in statistics:
        mean = lab.human.mean if isinstance(lab.human, Normal) else 0.0
        return np.asarray((statistics["mean"] - mean) ** 2, dtype=np.float64)
    return statistics[quantity]


def _vectors(lab: Lab, model: GaussianNd, human: NormalNd) -> tuple[Curve, ...]:
    """Sum the laws of each coordinate; the log determinant has one of its own."""
    d, alone = human.dimension, replace(lab, model=Gaussian(model.ddof), human=Normal())
    each = {curve.quantity: curve for curve in _gaussian(alone, Gaussian(model.ddof), Normal())}
    found = [
        replace(each[scalar], quantity=name, expected=d * each[scalar].expected)
        for scalar, name in (("variance", "variance"), ("drift", "mean_squared"))
        if scalar in each
    ]
    if "log_variance" in each and lab.size > d:
        g, lam = np.arange(lab.generations + 1), lab.plan.sampling().scale * lab.plan.sampling().temperature
        mean, _ = theory.log_determinant_law(g + 1, lab.size, dimension=d, ddof=model.ddof)
        log_determinant = mean + g * d * math.log(lam)
        found.append(Curve("log_determinant", log_determinant, each["log_variance"].compared, 0.0, "F3"))
    return tuple(found)


def _gaussian(lab: Lab, model: Gaussian, human: Normal) -> tuple[Curve, ...]:
    names, scale = set(lab.plan.names()), lab.plan.sampling()
    if not names <= {"replace", "accumulate", "accumulate-subsample", "fresh", "bias"}:
        return ()
    g, lam, v_0 = np.arange(lab.generations + 1), scale.scale * scale.temperature, human.variance
    share = min(lab.size, lab.plan.human_samples(lab.size)) / lab.size
    if names <= {"replace", "fresh", "bias"} and share == 0.0 and lab.size > 1:
        return _replaced(lab, model, scale=lam, truth=v_0)
    if model.ddof != 0:
        return ()
    if names <= {"replace", "fresh", "bias"}:
        start = (1.0 - 1.0 / lab.size, 1.0 / lab.size)
        s, v = theory.fresh_moments(g, lab.size, share=share, scale=lam, start=start)
        light = (g < lab.size) | _has_light_tails(lab.size, share=share, scale=lam)
        return (Curve("variance", v_0 * s, light, 0.0, "F8"), Curve("drift", v_0 * v, light, 0.0, "F8"))
    if len(names) > 1:
        return ()
    lose = theory.loss_accumulate if names == {"accumulate"} else theory.loss_subsample
    loss, always = lose(g + 1, lab.size), np.ones(g.size, dtype=np.bool_)
    return (
        Curve("variance", v_0 * (1.0 - loss), always, 0.0, "F5"),
        Curve("drift", v_0 * loss, always, 0.0, "F5"),
    )


def _has_light_tails(size: int, *, share: float, scale: float) -> bool:
    """Tell whether the fourth moment of the variance stays bounded."""
    n = round((1.0 - share) * size)
    fourth = math.prod((n - 1.0 + 2.0 * i) / n for i in range(4)) if n else 0.0
    return ((1.0 - share) * scale) ** 4 * fourth < 1.0


def _replaced(lab: Lab, model: Gaussian, *, scale: float, truth: float) -> tuple[Curve, ...]:
    g = np.arange(lab.generations + 1)
    lam, never = scale**g, np.zeros(g.size, dtype=np.bool_)
    sd = math.sqrt(truth) * theory.expected_sd(g + 1, lab.size, ddof=model.ddof) * np.sqrt(lam)
    variance = truth * theory.expected_variance(g + 1, lab.size, ddof=model.ddof) * lam
    found = [Curve("sd", sd, never, 0.0, "F2"), Curve("variance", variance, never, 0.0, "F1")]
    if truth > 0.0:
        mean, spread = theory.log_variance_law(g + 1, lab.size, ddof=model.ddof)
        log_variance = mean + g * math.log(scale) + math.log(truth)
        # Variances too small for a double are rounded to zero.
        whole = log_variance - 8.0 * np.sqrt(spread) > _LOG_TINY
        found.append(Curve("log_variance", log_variance, whole, 0.0, "F3"))
    if scale == 1.0:
        drift = truth * theory.expected_drift(g + 1, lab.size, ddof=model.ddof)
        found.append(Curve("drift", drift, g < lab.size, 0.0, "F4"))
    return tuple(found)


def _types(lab: Lab, human: Corpus) -> tuple[Curve, ...]:
    if not set(lab.plan.names()) <= {"replace", "fresh", "reserve", "bias"}:
        return ()
    if not lab.plan.sampling().faithful() or _has_foreign_reserve(lab):
        return ()
    counts = np.bincount(np.asarray(human.data))
    share = lab.plan.human_samples(lab.size) / lab.size
    # A corpus of the right size is the first training set itself; otherwise that is a first draw.
    first = 0 if len(human.data) == lab.size else 1
    g = np.arange(lab.generations + 1)
    expected, _ = theory.expected_types(
        counts * (lab.size / len(human.data)), lab.generations + first, share=share
    )
    exact = isinstance(lab.model, Categorical)
    # The Poisson law holds for many types; the last few depend on each other.
    types = expected[first:]
    found = [Curve("types", types, types >= _MANY, 2e-3 if exact else 0.05, "F12")]
    if exact and human.block == 1:
        h_0 = theory.heterozygosity(1.0 - float(np.sum((counts / counts.sum()) ** 2)), _loss(g, lab, first))
        found.append(Curve("heterozygosity", h_0, g < 2 * lab.size, 0.0, "F10"))
    return tuple(found)


def _loss(g: NDArray[np.int64], lab: Lab, first: int) -> Floats:
    share = lab.plan.human_samples(lab.size) / lab.size
    if first:
        return theory.loss_fresh(g + 1, lab.size, share=share)
    return theory.loss_fresh(g, lab.size, share=share)


def _has_foreign_reserve(lab: Lab) -> bool:
    return any(isinstance(i, Reserve) for i in lab.plan.interventions)
