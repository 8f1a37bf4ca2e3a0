"""The sufficient-statistics engine: Gaussian recursions whose cost does not depend on M."""

from __future__ import annotations

import numpy as np

from headwater.collapse.engines.moments import GaussianLoop
from headwater.collapse.engines.moments import simulate as simulate_moments
from headwater.collapse.human import Normal
from headwater.collapse.lab import Lab, Mapper, Trace
from headwater.collapse.models.gaussian import Gaussian


def fits(lab: Lab) -> bool:
    """Tell whether this engine can run a recursion.

    Args:
        lab: The recursion.

    Returns:
        Whether it is a one-dimensional Gaussian on normal data, replaced or accumulated, with or
        without fresh data and a factor on the variance.
    """
    known = {"replace", "accumulate", "fresh", "bias"}
    return (
        lab.replicates >= 1
        and isinstance(lab.model, Gaussian)
        and isinstance(lab.human, Normal)
        and set(lab.plan.names()) <= known
        and lab.plan.sampling().top_p == 1.0
        and lab.plan.sampling().beam == 1
    )


def simulate(lab: Lab, rng: np.random.Generator, *, mapper: Mapper = map) -> Trace:
    """Run all replicates at once.

    Args:
        lab: A recursion that `fits`.
        rng: Where randomness comes from.
        mapper: Not used.

    Returns:
        Means and variances of every generation.
    """
    sampling, names = lab.plan.sampling(), lab.plan.names()
    loop = GaussianLoop(
        lab.size,
        ddof=lab.model.ddof if isinstance(lab.model, Gaussian) else 0,
        scale=sampling.scale * sampling.temperature,
        human=min(lab.size, lab.plan.human_samples(lab.size)),
        accumulate="accumulate" in names,
    )
    truth = (lab.human.mean, lab.human.variance) if isinstance(lab.human, Normal) else (0.0, 1.0)
    trace = simulate_moments(loop, rng, generations=lab.generations, replicates=lab.replicates, truth=truth)
    share = [lab.plan.expected_share(g, size=lab.size) for g in range(lab.generations + 1)]
    shares = np.broadcast_to(np.array(share)[:, None], trace.mean.shape)
    return Trace({"mean": trace.mean, "variance": trace.variance}, shares)
