"""Monitor: a corpus held against human text, its stage by written rules, and what that cannot say."""

from headwater.collapse.monitor.cloud import read_points
from headwater.collapse.monitor.corpus import Reading, read
from headwater.collapse.monitor.generations import Equivalent, equivalent
from headwater.collapse.monitor.overlap import Overlap, overlap
from headwater.collapse.monitor.points import (
    POINT_LIMITS,
    POINT_STAGES,
    PointEvidence,
    PointFinding,
    watch_points,
)
from headwater.collapse.monitor.stage import STAGES, Coordinate, Evidence, Verdict, judge
from headwater.collapse.monitor.watch import LIMITS, Finding, watch

__all__ = [
    "LIMITS",
    "POINT_LIMITS",
    "POINT_STAGES",
    "STAGES",
    "Coordinate",
    "Equivalent",
    "Evidence",
    "Finding",
    "Overlap",
    "PointEvidence",
    "PointFinding",
    "Reading",
    "Verdict",
    "equivalent",
    "judge",
    "overlap",
    "read",
    "read_points",
    "watch",
    "watch_points",
]
