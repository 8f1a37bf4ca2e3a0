"""A ballot: what one validator said of one document, as other tools hand it over, checked once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from headwater.errors import FormatError
from headwater.review.attest.judgement import LABELS

GOLD = "gold"
RULING = "adjudicator"
NO_VOTES = frozenset({GOLD, RULING})
_MOST_CHARS = 1024


@dataclass(frozen=True, slots=True)
class Ballot:
    """Hold one vote, or the known label of a document.

    Attributes:
        document: Its id, such as the SHA-256 of its text.
        validator: Whose vote it is; `gold` for a label that is known, `adjudicator` for one that was ruled. A
            ruling decides a document and tells nothing of validators: it was asked for where they disagree.
        label: One of `attest.LABELS`; `cannot-tell` is an abstention.
        pi: The document's chance to have been asked; None where there is none.
    """

    document: str
    validator: str
    label: str
    pi: float | None


def checked(row: Mapping[str, Any], place: str) -> Ballot:
    """Check a row.

    Args:
        row: `document`, `validator` and `label`, and maybe `pi`; other fields are passed over.
        place: Where it stands, for messages.

    Returns:
        The ballot.

    Raises:
        FormatError: If a field is missing or not of its form.
    """
    document, validator, label = (row.get(name) for name in ("document", "validator", "label"))
    for name, value in (("document", document), ("validator", validator)):
        if not isinstance(value, str) or not 0 < len(value) <= _MOST_CHARS:
            raise FormatError(f"{place} has no {name}", hint=f"every vote has a {name}, as text")
    if label not in LABELS:
        raise FormatError(f"{place} has the label {label!a:.60}", hint=f"labels are {', '.join(LABELS)}")
    pi = row.get("pi")
    if pi is not None:
        if isinstance(pi, bool) or not isinstance(pi, (int, float)) or not 0 < pi <= 1 or math.isnan(pi):
            raise FormatError(f"{place} has a pi outside (0, 1]", hint="leave it out where there is none")
        pi = float(pi)
    return Ballot(str(document), str(validator), str(label), pi)
