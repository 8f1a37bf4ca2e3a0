"""Profiles: what a corpus is like, in one pass and bounded memory, merged from parts exactly."""

from headwater.measure.profile.build import of
from headwater.measure.profile.codec import encode, parse
from headwater.measure.profile.compare import Comparison, Row, compare
from headwater.measure.profile.estimates import estimates, spectrum
from headwater.measure.profile.merge import merge
from headwater.measure.profile.sketch import Profile, Size

__all__ = [
    "Comparison",
    "Profile",
    "Row",
    "Size",
    "compare",
    "encode",
    "estimates",
    "merge",
    "of",
    "parse",
    "spectrum",
]
