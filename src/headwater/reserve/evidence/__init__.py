"""Evidence of dates, graded: `method.py` is the interface, one file a way to show a date."""

from __future__ import annotations

from headwater.reserve.evidence.bitcoin import OpenTimestamps
from headwater.reserve.evidence.declared import Declared
from headwater.reserve.evidence.logged import Logged
from headwater.reserve.evidence.method import GRADES, Anchors, Method, Subject
from headwater.reserve.evidence.openpgp import OpenPgp
from headwater.reserve.evidence.sightings import Sightings
from headwater.reserve.evidence.token import Token

METHODS: dict[str, Method] = {
    "declared-1": Declared(),
    "sightings-1": Sightings(),
    "openpgp-1": OpenPgp(),
    "rfc3161-1": Token(),
    "log-1": Logged(),
    "opentimestamps-1": OpenTimestamps(),
}

__all__ = ["GRADES", "METHODS", "Anchors", "Method", "Subject"]
