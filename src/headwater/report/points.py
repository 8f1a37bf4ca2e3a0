"""The page of one `headwater monitor` run over points: the stage, what it was judged by, and its limits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from headwater import __version__, canonical
from headwater.collapse.monitor import POINT_LIMITS, POINT_STAGES, Coordinate, PointFinding
from headwater.report.monitor import METRIC_HEAD, SECTIONS, Mark, against_null, marks, percent, worth
from headwater.report.number import count
from headwater.report.page import Page, compose

_NAMES = {
    "coverage-loss-1": "Coverage loss L",
    "variance-loss-1": "Variance loss C",
    "density-drift-1": "Density drift D",
}


def render(finding: PointFinding, *, names: tuple[str, str]) -> str:
    """Draw the page of one finding.

    Args:
        finding: What was found.
        names: How the user named the reference and the sample.

    Returns:
        One self-contained HTML file; equal arguments give equal bytes.
    """
    digest = hashlib.sha256(canonical.encode(finding.to_json())).hexdigest()
    stage = finding.verdict.stage
    return compose(
        "points.html",
        Page("Monitor report", f"Stage of the points: {stage}.", digest, __version__, SECTIONS),
        finding=finding,
        names=names,
        unit="points",
        what="a sample",
        inputs="points",
        stages=POINT_STAGES,
        limits=POINT_LIMITS,
        tiles=_tiles(finding),
        coordinates=against_null(
            "coordinates", "The coordinates", _coordinates(finding.evidence.coordinates()), ("p",)
        ),
        metrics=against_null(
            "every-metric",
            "Difference from the reference",
            marks(finding.comparison.rows),
            METRIC_HEAD,
        ),
        worth=worth(finding.generations),
    )


def _coordinates(found: Iterable[Coordinate]) -> list[Mark]:
    return [
        Mark(_NAMES[one.name], one.value, one.null_low, one.null_high, (f"{one.p:.3f}",)) for one in found
    ]


def _tiles(finding: PointFinding) -> tuple[tuple[str, str, str], ...]:
    evidence = finding.evidence
    return (
        ("coverage loss L", percent(evidence.coverage_loss.value), f"p = {evidence.coverage_loss.p:.3f}"),
        ("variance loss C", percent(evidence.variance_loss.value), "late above 50 %"),
        ("density drift D", percent(evidence.density_drift.value), f"p = {evidence.density_drift.p:.3f}"),
        (
            "generations-equivalent",
            worth(finding.generations),
            f"of {count(finding.generations.n_words)} points each",
        ),
    )
