"""The twin of a loop: the mean field of the same web, and what it says of remedies that nobody ran."""

from __future__ import annotations

import numpy as np

from headwater.collapse import web
from headwater.collapse.study.figure import Phase
from headwater.collapse.web import Web
from headwater.loop.scene import Arm, Scene

_PANEL, _QUORUM = 7, 4
_STEPS = tuple(round(step / 10, 1) for step in range(11))
_RESERVES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
_BIASES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def mean_field(scene: Scene, arm: Arm) -> Web:
    """Describe an arm to the mean field.

    A mark is found wherever it is, a disclosure believed. What a panel of reviewers catches is taken to be
    what four of seven do, and they see all that nothing else decides. Statistics are left out: of n-grams
    they catch nothing.

    Args:
        scene: The web and its models.
        arm: The remedies.

    Returns:
        The web, a model trained in every period.
    """
    missed = (1.0 - arm.adoption) * (1.0 - scene.disclosed * arm.disclosure)
    caught, wronged = (arm.review * quorum(rate) for rate in (scene.caught, scene.wronged))
    return Web(
        (scene.written / (scene.written + scene.fresh),) * scene.generations,
        before=scene.start / scene.fresh,
        retention=scene.retention,
        adoption=1.0,
        tpr=1.0 - missed * (1.0 - caught),
        fpr=wronged,
        reserve=arm.sealed,
        size=scene.size,
        every=1,
    )


def quorum(rate: float) -> float:
    """Give the chance that four of seven say what each says with a chance."""
    from scipy.stats import binom

    return float(binom.sf(_QUORUM - 1, _PANEL, rate))


def phases(scene: Scene) -> tuple[Phase, ...]:
    """Map the last generation over pairs of settings.

    Args:
        scene: The web and its models.

    Returns:
        The human share of its training set by adoption and share of the marks found; and the variance that a
        normal law keeps by the reserve's share and the bias of sampling. Nothing where people write nothing
        new, of which the mean field is silent.
    """
    if not scene.fresh:
        return ()
    bare = mean_field(scene, Arm("no remedy"))
    marks = web.flow(web.grid(bare, ("adoption", _STEPS), ("tpr", _STEPS))).human_share[:, -1]
    sealed = web.grid(bare, ("reserve", _RESERVES), ("bias", _BIASES))
    kept = web.moments(sealed, web.flow(sealed))[0][:, -1]
    return (
        _phase("Human share of training", ("pages marked", _STEPS), ("marks found", _STEPS), marks),
        _phase("Variance kept", ("share of the reserve", _RESERVES), ("bias of sampling", _BIASES), kept),
    )


def _phase(
    title: str, across: tuple[str, tuple[float, ...]], up: tuple[str, tuple[float, ...]], flat: web.Floats
) -> Phase:
    rows = np.reshape(flat, (len(up[1]), len(across[1]))).tolist()
    return Phase(title, title.lower(), across, up, tuple(map(tuple, rows)))
