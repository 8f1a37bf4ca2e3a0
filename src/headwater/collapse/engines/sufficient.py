"""The sufficient-statistics engine: Gaussian recursions whose cost does not depend on M."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from headwater.collapse.engines.covariance import simulate_vectors
from headwater.collapse.engines.moments import GaussianLoop
from headwater.collapse.engines.moments import simulate as simulate_moments
from headwater.collapse.human import Normal, NormalNd
from headwater.collapse.lab import Lab, Mapper, Trace
from headwater.collapse.models.gaussian import Gaussian
from headwater.collapse.models.gaussian_nd import GaussianNd


def fits(lab: Lab) -> bool:
    """Tell whether this engine can run a recursion.

    Args:
        lab: The recursion.

    Returns:
        Whether it is a Gaussian on normal data, in one dimension or more, replaced or accumulated, with or
        without fresh data and a factor on the variance; fresh vectors only beside at least as many samples as
        there are dimensions and one.
    """
    known = {"replace", "accumulate", "fresh", "bias"}
    return (
        lab.replicates >= 1
        and (_is_scalar(lab) or _is_vector(lab))
        and set(lab.plan.names()) <= known
        and lab.plan.sampling().top_p == 1.0
        and lab.plan.sampling().beam == 1
    )


def _is_scalar(lab: Lab) -> bool:
    return isinstance(lab.model, Gaussian) and isinstance(lab.human, Normal)


def _is_vector(lab: Lab) -> bool:
    if not (isinstance(lab.model, GaussianNd) and isinstance(lab.human, NormalNd)):
        return False
    return lab.size > lab.human.dimension or lab.plan.human_samples(lab.size) == 0


def simulate(lab: Lab, rng: np.random.Generator, *, mapper: Mapper = map) -> Trace:
    """Run all replicates at once.

    Args:
        lab: A recursion that `fits`.
        rng: Where randomness comes from.
        mapper: Not used.

    Returns:
        What the models tell of every generation.
    """
    sampling, names = lab.plan.sampling(), lab.plan.names()
    loop = GaussianLoop(
        lab.size,
        ddof=lab.model.ddof if isinstance(lab.model, Gaussian | GaussianNd) else 0,
        scale=sampling.scale * sampling.temperature,
        human=min(lab.size, lab.plan.human_samples(lab.size)),
        accumulate="accumulate" in names,
    )
    statistics = _statistics(lab, loop, rng)
    share = [lab.plan.expected_share(g, size=lab.size) for g in range(lab.generations + 1)]
    shares = np.broadcast_to(np.array(share)[:, None], statistics["variance"].shape)
    return Trace(statistics, shares)


def _statistics(lab: Lab, loop: GaussianLoop, rng: np.random.Generator) -> dict[str, NDArray[np.float64]]:
    if isinstance(lab.human, NormalNd):
        vectors = simulate_vectors(
            loop,
            rng,
            dimension=lab.human.dimension,
            generations=lab.generations,
            replicates=lab.replicates,
        )
        return asdict(vectors)
    truth = (lab.human.mean, lab.human.variance) if isinstance(lab.human, Normal) else (0.0, 1.0)
    trace = simulate_moments(loop, rng, generations=lab.generations, replicates=lab.replicates, truth=truth)
    return {"mean": trace.mean, "variance": trace.variance}
