"""What a sign of translation is: by whom, from which language, of how much of the page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MAX_SIGNS = 16


class How(StrEnum):
    """Who translated, the strongest first.

    `machine`: the page, or the address it was fetched from, says that a program did. `machine-part`: parts of
    it say so. `person`: it says that a person did. `unsaid`: it is a translation, and by whom is not said.
    """

    MACHINE = "machine"
    MACHINE_PART = "machine-part"
    PERSON = "person"
    UNSAID = "unsaid"


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign found in a document.

    Attributes:
        how: Who translated.
        where: Its place, for people: an attribute, a meta name, a host.
        value: What stood there.
        source: Language it was translated from, such as `en`; empty when that is not said.
    """

    how: How
    where: str
    value: str
    source: str = ""
