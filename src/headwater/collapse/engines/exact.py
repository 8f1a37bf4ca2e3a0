"""The exact engine: expectations by generating functions and linear maps, without a simulation."""

from __future__ import annotations

import numpy as np

from headwater.collapse.lab import Lab, Mapper, Trace
from headwater.collapse.predict import curves


def fits(lab: Lab) -> bool:
    """Tell whether this engine can run a recursion.

    Args:
        lab: The recursion.

    Returns:
        Whether no replicate is asked for and theory has something to say.
    """
    return lab.replicates == 0 and len(curves(lab)) > 0


def simulate(lab: Lab, rng: np.random.Generator, *, mapper: Mapper = map) -> Trace:
    """Compute expectations.

    Args:
        lab: A recursion that `fits`.
        rng: Not used.
        mapper: Not used.

    Returns:
        One column of expectations for each quantity that has a closed form.
    """
    share = [lab.plan.expected_share(g, size=lab.size) for g in range(lab.generations + 1)]
    expected = {curve.quantity: curve.expected[:, None] for curve in curves(lab)}
    return Trace(expected, np.array(share)[:, None])
