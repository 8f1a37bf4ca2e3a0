"""From judgements to a calibration of the statistical label, each document counted by 1/pi."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from headwater.curate.calibrate import NEEDED, check, labelled, stratum_names, weights_digest
from headwater.curate.calibration import Calibration
from headwater.curate.judgement import Judgement
from headwater.curate.labels.statistical import Statistical
from headwater.errors import InputError
from headwater.review.manifest import Manifest
from headwater.review.share import Share, share
from headwater.stats import least_calibration

Floats = npt.NDArray[np.float64]
_N_STEPS = 50
_LEAST_MASS = 1e-3


@dataclass(frozen=True, slots=True)
class Recalibrated:
    """Hold a calibration from judgements, and what the audit says of it.

    Attributes:
        calibration: Scores of documents judged human; each stands for its chance to be human by its chance to
            have been drawn.
        n_used: Documents in it.
        audit: Which share of the human documents of the audit slice is called at the level; they are not in
            the calibration. None where the audit holds no human document that can be ranked.
        level: That level.
    """

    calibration: Calibration
    n_used: int
    audit: Share | None
    level: float


def recalibrate(
    root: Path,
    batch: Manifest,
    judged: Mapping[str, Judgement],
    *,
    level: float = 0.01,
    base: Calibration | None = None,
) -> Recalibrated:
    """Calibrate on what people judged.

    A document that was drawn by weight stands for its chance to be human by its chance to have been drawn and
    not be in the audit. The audit slice is never trained on, and a probe has no chance and is not used.

    Args:
        root: The run that the batch was drawn from.
        batch: What was asked.
        judged: Record -> what people concluded.
        level: At which the audit calls documents, in (0, 1).
        base: Gives its scores for strata in which too few were judged, its canaries and what it knows of
            generated texts.

    Returns:
        The calibration and its audit.

    Raises:
        InputError: If no document outside the audit was judged human, or there is no such run.
        ConfigError: If the base is of another label or of other weights.
    """
    if base is not None:
        check(base, NEEDED)
    ranked = _ranked(root, batch)
    n_audit = sum(one.part == "audit" for one in batch.items)
    pairs: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for one in batch.items:
        if one.record not in judged or one.record not in ranked or one.part != "active":
            continue
        name, score = ranked[one.record]
        # The chance of either slice, less that of the audit.
        chance = (one.pi or 0.0) - n_audit / batch.n_documents
        if (mass := judged[one.record].human) > _LEAST_MASS and chance > 0.0:
            pairs[name[0]].append((score, mass / chance))
    if not pairs:
        raise InputError(
            "no document drawn by weight was judged human",
            hint="recalibrate on a batch of active-1; the audit slice is kept to check the result",
        )
    n_used = sum(map(len, pairs.values()))
    scores: dict[str, Sequence[tuple[float, float]]] = {name: sorted(some) for name, some in pairs.items()}
    if base is not None:
        least = least_calibration(level)
        few = {name for name in scores if len(scores[name]) < least} & set(base.scores)
        scores = dict(base.scores) | {name: some for name, some in scores.items() if name not in few}
    made = Calibration(
        Statistical.name,
        weights_digest(),
        dict(sorted(scores.items())),
        base.canaries if base else (),
        base.generated if base else {},
    )
    return Recalibrated(made, n_used, _audited(batch, judged, ranked, made, level=level), level)


def _ranked(root: Path, batch: Manifest) -> dict[str, tuple[tuple[str, ...], float]]:
    """Find strata and score of each document of a batch that can be ranked."""
    wanted, found = {one.record for one in batch.items}, {}
    for labels in labelled(root):
        record = labels["statistical"]["id"]
        names = stratum_names(labels) if record in wanted else ()
        if names:
            found[record] = (names, float(labels["statistical"]["score"]))
    return found


def _audited(
    batch: Manifest,
    judged: Mapping[str, Judgement],
    ranked: Mapping[str, tuple[tuple[str, ...], float]],
    made: Calibration,
    *,
    level: float,
) -> Share | None:
    called, mass = [], []
    for one in batch.items:
        if one.part != "audit" or one.record not in judged or one.record not in ranked:
            continue
        names, score = ranked[one.record]
        stratum = made.stratum(names, level=level)
        if stratum is not None:
            called.append(bool(made.p_values(stratum, [score])[0] <= level))
            mass.append(judged[one.record].human)
    return share(called, [1.0] * len(called), mass=mass) if sum(mass) > 0.0 else None


def logistic(score: Floats, target: Floats, weight: Floats, *, ridge: float) -> tuple[float, float]:
    """Fit a chance that is logistic in a score.

    Args:
        score: Shape (n,).
        target: Chance of each document to be what is asked for, in [0, 1], shape (n,).
        weight: What each counts, above 0, shape (n,).
        ridge: Weight of a prior that both parameters are near 0, in documents; above 0.

    Returns:
        Slope and intercept of the log odds.

    Source:
        J. Platt (1999), "Probabilistic outputs for support vector machines", by Newton's method.
    """
    design = np.stack([score, np.ones(score.size)], axis=1)
    found = np.zeros(2)
    for _ in range(_N_STEPS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(design @ found, -30.0, 30.0)))
        slope = design.T @ (weight * (target - chance)) - ridge * found
        curve = (design * (weight * chance * (1.0 - chance))[:, None]).T @ design + ridge * np.eye(2)
        step = np.linalg.solve(curve, slope)
        found = found + step / max(1.0, float(np.abs(step).max()) / 2.0)
        if float(np.abs(step).max()) < 1e-8:
            break
    return float(found[0]), float(found[1])
