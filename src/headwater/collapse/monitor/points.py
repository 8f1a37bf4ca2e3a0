"""Points held against reference points: stage, coordinates and every metric of samples."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from headwater.collapse.monitor.generations import Equivalent
from headwater.collapse.monitor.stage import ALARM, CORE_GONE, KEPT_LITTLE, LEVEL, Coordinate, Verdict
from headwater.collapse.monitor.watch import LEAST_SPLITS
from headwater.errors import InputError
from headwater.measure.clouds import compare_points
from headwater.measure.profile import Comparison, Row

POINT_LIMITS = (
    "Whether a machine made the points: another camera, encoder or population moves them as well.",
    "What is copied: a sample that holds points of the reference looks over-confident.",
    "What the features do not show: two texts or pictures with the same features are the same here.",
    "What lies beyond the sample: at most 1 024 points of each are compared.",
    "That a sample is fine: healthy means that no difference was found at this size.",
)
POINT_STAGES = {
    "healthy": "Nothing differs more than parts of the reference differ among themselves.",
    "early": "The edges go: points of the reference have no neighbour any more.",
    "late": "More than half of the variance is lost, or less than a tenth of the reference is covered.",
    "noise": "Points lie where the reference has few: noise, or another population.",
    "over-confident": "Points crowd where the reference is dense: sharpened, or copied from it.",
}


@dataclass(frozen=True, slots=True)
class PointEvidence:
    """Hold what the rules look at.

    Attributes:
        coverage_loss: L, share lost of the reference's points that have a neighbour in the sample.
        variance_loss: C, share lost of the total variance.
        density_drift: D, how many more of the reference's balls a point lies in, as a share.
    """

    coverage_loss: Coordinate
    variance_loss: Coordinate
    density_drift: Coordinate

    def coordinates(self) -> tuple[Coordinate, ...]:
        """List the coordinates in the order L, C, D."""
        return (self.coverage_loss, self.variance_loss, self.density_drift)


@dataclass(frozen=True, slots=True)
class PointFinding:
    """Hold everything that was found; no number sums it up.

    Attributes:
        verdict: The stage and the rules that hold.
        evidence: What the rules looked at.
        generations: The loss of variance as generations of drift; its `n_words` counts points.
        comparison: Every metric at equal size, with its null; its `n_tokens` counts points.
        n_points: Points of the reference and of the sample.
        level: The chance that healthy points are called otherwise.
    """

    verdict: Verdict
    evidence: PointEvidence
    generations: Equivalent
    comparison: Comparison
    n_points: tuple[int, int]
    level: float

    def to_json(self) -> dict[str, Any]:
        """Give plain values; infinity becomes null."""
        plain = asdict(self)
        worth = {key: end if math.isfinite(end) else None for key, end in plain["generations"].items()}
        worth["n_points"] = worth.pop("n_words")
        plain["comparison"]["n_points"] = plain["comparison"].pop("n_tokens")
        return plain | {"generations": worth, "limits": list(POINT_LIMITS)}


def watch_points(
    reference: npt.ArrayLike,
    current: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    n_splits: int = 59,
    n_points: tuple[int, int] | None = None,
) -> PointFinding:
    """Hold points against reference points of the same features.

    Args:
        reference: Shape (n, d), n at least 32; some hundreds are better.
        current: Shape (m, d), m at least 8.
        rng: Where splits come from; the same generator gives the same finding.
        n_splits: At least 39, so that a p-value can reach the level.
        n_points: How many points the two were sampled from; None if they are whole.

    Returns:
        The finding.

    Raises:
        InputError: If there are too few points or splits, or a coordinate is NaN or infinite.
    """
    if n_splits < LEAST_SPLITS:
        raise InputError(f"{n_splits} splits cannot reach the level", hint=f"at least {LEAST_SPLITS} can")
    comparison = compare_points(reference, current, rng=rng, n_splits=n_splits)
    rows = {row.name: row for row in comparison.rows}
    evidence = PointEvidence(
        _share("coverage-loss-1", rows["coverage-1"], sign=-1),
        _share("variance-loss-1", rows["total-variance-1"], sign=-1),
        _share("density-drift-1", rows["density-1"], sign=1),
    )
    whole = n_points or (len(np.asarray(reference)), len(np.asarray(current)))
    worth = _equivalent(evidence.variance_loss, comparison.n_tokens)
    return PointFinding(judge_points(evidence), evidence, worth, comparison, whole, LEVEL)


def judge_points(evidence: PointEvidence) -> Verdict:
    """Name the stage: the first rule that holds, else healthy.

    Args:
        evidence: The coordinates.

    Returns:
        The stage with every rule that holds.

    Source:
        docs/how-to/watch-a-corpus.md, "Points".
    """
    lost, drift = evidence.coverage_loss, evidence.density_drift
    moved = drift.value if drift.p <= ALARM else 0.0
    rules = (
        ("late", "variance loss above 0.5", evidence.variance_loss.value > CORE_GONE),
        ("late", "less than a tenth of the reference covered", lost.value > 1.0 - KEPT_LITTLE),
        ("noise", "density below its null", moved < 0.0),
        ("over-confident", "density above its null", moved > 0.0),
        ("early", "coverage loss above its null", lost.p <= ALARM and lost.value > 0.0),
    )
    found = [(stage, rule) for stage, rule, holds in rules if holds]
    if not found:
        return Verdict("healthy", ("no rule of another stage holds",))
    return Verdict(found[0][0], tuple(f"{stage}: {rule}" for stage, rule in found))


def _share(name: str, row: Row, *, sign: int) -> Coordinate:
    """Turn a difference into a share of the reference's value."""
    base = sign * (row.reference or 1.0)
    low, high = sorted((row.null_low / base, row.null_high / base))
    return Coordinate(name, row.difference / base, low, high, row.p)


def _equivalent(loss: Coordinate, n: int) -> Equivalent:
    """Price a loss of variance in generations, each a fit to n points: 1 - C = (1 - 1/n)^k.

    Source:
        F1 of docs/explanation/collapse-theory.md.
    """

    def generations(lost: float) -> float:
        return math.inf if lost >= 1.0 else max(0.0, math.log1p(-lost) / math.log1p(-1.0 / n))

    ends = (loss.value, loss.value - loss.null_high, loss.value - loss.null_low)
    value, low, high = (generations(end) for end in ends)
    return Equivalent(value, min(low, value), max(high, value), n)
