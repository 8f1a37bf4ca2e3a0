"""Which closed forms apply to a recursion, and what they expect of each statistic."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from headwater.collapse import theory
from headwater.collapse.human import Corpus, Normal
from headwater.collapse.lab import Lab
from headwater.collapse.mix import Reserve
from headwater.collapse.models.categorical import Categorical
from headwater.collapse.models.gaussian import Gaussian
from headwater.collapse.models.ngram import Ngram

Floats = NDArray[np.float64]
_MANY = 30


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Hold what theory expects of one quantity, generation by generation.

    Attributes:
        quantity: Its name: log_variance, variance, drift, heterozygosity or types.
        expected: Shape (generations + 1,); NaN where a mean over replicates says little.
        slack: Relative error of the theory itself; 0 where it is exact.
        source: The closed form's name in the explanation of the theory.
    """

    quantity: str
    expected: Floats
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
    if quantity == "log_variance" and "variance" in statistics:
        return np.log(np.maximum(statistics["variance"], np.finfo(np.float64).tiny))
    if quantity == "drift":
        mean = lab.human.mean if isinstance(lab.human, Normal) else 0.0
        return np.asarray((statistics["mean"] - mean) ** 2, dtype=np.float64)
    return statistics[quantity]


def _gaussian(lab: Lab, model: Gaussian, human: Normal) -> tuple[Curve, ...]:
    names, scale = set(lab.plan.names()), lab.plan.sampling()
    if not names <= {"replace", "accumulate", "accumulate-subsample", "fresh", "bias"}:
        return ()
    g, lam, v_0 = np.arange(lab.generations + 1), scale.scale * scale.temperature, human.variance
    if names <= {"replace", "bias"} and lab.size > 1:
        return _replaced(lab, model, scale=lam, truth=v_0)
    if model.ddof != 0:
        return ()
    if names <= {"replace", "fresh", "bias"}:
        share = lab.plan.human_samples(lab.size) / lab.size
        start = (1.0 - 1.0 / lab.size, 1.0 / lab.size)
        s, v = theory.fresh_moments(g, lab.size, share=share, scale=lam, start=start)
        return (Curve("variance", v_0 * s, 0.0, "F8"), Curve("drift", v_0 * v, 0.0, "F8"))
    if len(names) > 1:
        return ()
    lose = theory.loss_accumulate if names == {"accumulate"} else theory.loss_subsample
    loss = lose(g + 1, lab.size)
    return (Curve("variance", v_0 * (1.0 - loss), 0.0, "F5"), Curve("drift", v_0 * loss, 0.0, "F5"))


def _replaced(lab: Lab, model: Gaussian, *, scale: float, truth: float) -> tuple[Curve, ...]:
    g = np.arange(lab.generations + 1)
    found = []
    if truth > 0.0:
        mean, _ = theory.log_variance_law(g + 1, lab.size, ddof=model.ddof)
        log_variance = mean + g * math.log(scale) + math.log(truth)
        found.append(Curve("log_variance", np.asarray(log_variance, dtype=np.float64), 0.0, "F3"))
    if scale == 1.0:
        drift = truth * theory.expected_drift(g + 1, lab.size, ddof=model.ddof)
        # Past M generations the mean of the squares hangs on replicates too rare to be drawn.
        found.append(Curve("drift", np.where(g < lab.size, drift, np.nan), 0.0, "F4"))
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
    many = np.where(expected[first:] >= _MANY, expected[first:], np.nan)
    found = [Curve("types", many, 2e-3 if exact else 0.05, "F12")]
    if exact and human.block == 1:
        h_0 = theory.heterozygosity(1.0 - float(np.sum((counts / counts.sum()) ** 2)), _loss(g, lab, first))
        # Past 2 M generations few replicates have anything left.
        found.append(Curve("heterozygosity", np.where(g < 2 * lab.size, h_0, np.nan), 0.0, "F10"))
    return tuple(found)


def _loss(g: NDArray[np.int64], lab: Lab, first: int) -> Floats:
    share = lab.plan.human_samples(lab.size) / lab.size
    if first:
        return theory.loss_fresh(g + 1, lab.size, share=share)
    return theory.loss_fresh(g, lab.size, share=share)


def _has_foreign_reserve(lab: Lab) -> bool:
    return any(isinstance(i, Reserve) for i in lab.plan.interventions)
