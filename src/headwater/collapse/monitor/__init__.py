"""Monitor: a corpus held against human text, its stage by written rules, and what that cannot say."""

from headwater.collapse.monitor.corpus import Reading, read
from headwater.collapse.monitor.generations import Equivalent, equivalent
from headwater.collapse.monitor.overlap import Overlap, overlap
from headwater.collapse.monitor.stage import STAGES, Coordinate, Evidence, Verdict, judge
from headwater.collapse.monitor.watch import LIMITS, Finding, watch

__all__ = [
    "LIMITS",
    "STAGES",
    "Coordinate",
    "Equivalent",
    "Evidence",
    "Finding",
    "Overlap",
    "Reading",
    "Verdict",
    "equivalent",
    "judge",
    "overlap",
    "read",
    "watch",
]
