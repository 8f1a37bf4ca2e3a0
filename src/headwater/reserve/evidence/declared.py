"""E0: what the source itself says. Nobody checked it, and nobody could."""

from __future__ import annotations

from datetime import datetime
from typing import final

from headwater.errors import FormatError, VerificationError
from headwater.reserve.evidence.method import Anchors, Subject


@final
class Declared:
    """The date a record declares, such as a WARC-Date, sealed with it."""

    grade = "E0"

    def date(self, proof: bytes, subject: Subject, anchors: Anchors) -> datetime:
        """Give the date that the subject's own record claims; see `Method.date`.

        Raises:
            FormatError: If there is a proof.
            VerificationError: If the source declares no date.
        """
        if proof:
            raise FormatError("a date that a source declares has no proof")
        if not subject.captured:
            raise VerificationError("the source declares no date")
        return datetime.fromisoformat(subject.captured)
