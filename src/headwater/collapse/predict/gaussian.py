"""What theory expects of Gaussians, in one dimension and in many."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from headwater.collapse import theory
from headwater.collapse.human import Normal, NormalNd
from headwater.collapse.lab import Lab
from headwater.collapse.mix import Fresh, Golden, Plan, Reserve
from headwater.collapse.models.gaussian import Gaussian
from headwater.collapse.models.gaussian_nd import GaussianNd
from headwater.collapse.predict.curve import Curve, Floats

_LOG_TINY = math.log(np.finfo(np.float64).tiny)


def scalars(lab: Lab, model: Gaussian, human: Normal) -> tuple[Curve, ...]:
    """Find the curves of a Gaussian in one dimension.

    Args:
        lab: The recursion.
        model: Its model.
        human: Its human data.

    Returns:
        Curves of variance or its logarithm, and of the drift of the mean.
    """
    sampling = lab.plan.sampling()
    lam = sampling.scale * sampling.temperature
    if _is_pure(lab.plan, lab.size):
        return _replaced(lab, model, scale=lam, truth=human.variance)
    origin = np.array([human.mean])
    named = _mixed(lab, (human.variance, origin), ddof=model.ddof)
    return tuple(Curve(name, *rest) for name, rest in zip(("variance", "drift"), named, strict=False))


def vectors(lab: Lab, model: GaussianNd, human: NormalNd) -> tuple[Curve, ...]:
    """Find the curves of a Gaussian in many dimensions.

    Args:
        lab: The recursion.
        model: Its model.
        human: Its human data.

    Returns:
        Curves of total variance, of the mean's squared length and, of data replaced, of the log determinant.
    """
    d = human.dimension
    if not _is_pure(lab.plan, lab.size):
        named = _mixed(lab, (float(d), np.zeros(d)), ddof=model.ddof)
        return tuple(
            Curve(name, *rest) for name, rest in zip(("variance", "mean_squared"), named, strict=False)
        )
    sampling, g = lab.plan.sampling(), np.arange(lab.generations + 1)
    lam = sampling.scale * sampling.temperature
    alone = replace(lab, model=Gaussian(model.ddof), human=Normal())
    each = {curve.quantity: curve for curve in _replaced(alone, Gaussian(model.ddof), scale=lam, truth=1.0)}
    found = [
        replace(each[scalar], quantity=name, expected=d * each[scalar].expected)
        for scalar, name in (("variance", "variance"), ("drift", "mean_squared"))
        if scalar in each
    ]
    if lab.size > d:
        mean, _ = theory.log_determinant_law(g + 1, lab.size, dimension=d, ddof=model.ddof)
        log_determinant = mean + g * d * math.log(lam)
        found.append(Curve("log_determinant", log_determinant, each["log_variance"].compared, 0.0, "F3"))
    return tuple(found)


def _is_pure(mixed: Plan, size: int) -> bool:
    """Tell whether every generation sees the last one's samples and no other, which has laws of its own."""
    return (
        set(mixed.names()) <= {"replace", "fresh", "reserve", "bias", "golden"}
        and mixed.human_samples(size) == 0
        and size > 1
    )


_Rest = tuple[Floats, NDArray[np.bool_], float, str]


def _mixed(lab: Lab, truth: tuple[float, Floats], *, ddof: int) -> tuple[_Rest, ...]:
    """Give total variance and squared drift, as the rest of two curves; nothing where there is no law."""
    kept, (variance, origin) = set(lab.plan.names()) - {"replace", "bias"}, truth
    sampling, g = lab.plan.sampling(), np.arange(lab.generations + 1)
    lam, always = sampling.scale * sampling.temperature, np.ones(g.size, dtype=np.bool_)
    if kept == {"accumulate-subsample"} and ddof == 0 and lam == 1.0:
        loss = theory.loss_subsample(g + 1, lab.size)
        return (variance * (1.0 - loss), always, 0.0, "F5"), (variance * loss, always, 0.0, "F5")
    sources = _sources(lab, variance, origin)
    if not kept <= {"accumulate", "fresh", "reserve", "golden"} or sources is None or lab.size <= ddof:
        return ()
    n_human, accumulate = sum(s.n for s in sources), "accumulate" in kept
    golden = any(isinstance(i, Golden) for i in lab.plan.interventions) and 0 < n_human < lab.size
    if golden and accumulate:
        return ()  # The weight changes with what has accumulated.
    weight = theory.golden_weight(n_human / (lab.size - n_human)) if golden else None
    shares = theory.Shares(lab.size, n_human, weight, accumulate)
    moments = theory.mixed_moments(
        lab.generations, shares, truth=variance, sources=sources, scale=lam, ddof=ddof
    )
    bounded = (accumulate and lam <= 1.0) or _has_light_tails(shares, scale=lam, ddof=ddof)
    name = "F5" if accumulate and not n_human else "F8"
    spread, drift = ((curve, (g < lab.size) | bounded, 0.0, name) for curve in moments)
    return spread, drift


def _sources(lab: Lab, variance: float, origin: Floats) -> list[theory.Source] | None:
    """List what human samples are drawn from; None where theory cannot know it."""
    found = []
    for one in lab.plan.interventions:
        n = round(one.share * lab.size) if isinstance(one, Fresh | Reserve) else 0
        if isinstance(one, Fresh):
            found.append(theory.Source(n, np.zeros_like(origin), variance))
        elif isinstance(one, Reserve) and n:
            if one.samples is None or one.block != 1:
                return None
            rows = np.asarray(one.samples, dtype=np.float64).reshape(len(one.samples), -1)
            found.append(theory.Source(n, rows.mean(axis=0) - origin, float(rows.var(axis=0).sum())))
    return found if sum(s.n for s in found) <= lab.size else None


def _has_light_tails(shares: theory.Shares, *, scale: float, ddof: int) -> bool:
    """Tell whether the fourth moment of the variance stays bounded."""
    n, rest = shares.size - shares.human, 1.0 - shares.human_weight
    fourth = math.prod((n - 1.0 + 2.0 * i) / (n - ddof) for i in range(4)) if n > ddof else 0.0
    return (rest * scale) ** 4 * fourth < 1.0


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
    shares = theory.Shares(lab.size, 0)
    _, drift = theory.mixed_moments(lab.generations, shares, truth=truth, scale=scale, ddof=model.ddof)
    found.append(Curve("drift", drift, g < lab.size, 0.0, "F4"))
    return tuple(found)
