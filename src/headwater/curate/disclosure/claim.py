"""What a disclosure is: one claim, its words, and the fixed vocabulary of all four."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MAX_CLAIMS = 64
MAX_VALUE_CHARS = 200


class Kind(StrEnum):
    """Where the claim was read, one name for each standard or habit."""

    HTTP_AI_DISCLOSURE = "http-ai-disclosure"
    HTTP_LINK_C2PA = "http-link-c2pa"
    META_AI_DISCLOSURE = "meta-ai-disclosure"
    ELEMENT_AI_DISCLOSURE = "element-ai-disclosure"
    META_AI_GENERATED = "meta-ai-generated"
    IPTC_JSON_LD = "iptc-json-ld"
    IPTC_MICRODATA = "iptc-microdata"
    IPTC_META = "iptc-meta"
    C2PA_TEXT = "c2pa-text"
    C2PA_STRUCTURED = "c2pa-structured"
    C2PA_HTML = "c2pa-html"
    GENERATOR_AI_BUILDER = "generator-ai-builder"
    CHAT_BOILERPLATE = "chat-boilerplate"
    USAGE_AIPREF = "usage-aipref"
    USAGE_TDMREP = "usage-tdmrep"
    USAGE_ROBOTS = "usage-robots"


class Says(StrEnum):
    """What is claimed: of the text's origin, or of its use."""

    AI_GENERATED = "ai-generated"
    AI_ASSISTED = "ai-assisted"
    HUMAN = "human"
    NONE_STATED = "none-stated"
    USE_RESERVED = "use-reserved"
    USE_ALLOWED = "use-allowed"


class Scope(StrEnum):
    """How much of what was captured the claim is about."""

    DOCUMENT = "document"
    ELEMENT = "element"
    SITE = "site"


class Status(StrEnum):
    """How far the claim can be relied on.

    `asserted` is unsigned. The other five speak of signatures and syntax: `valid` and
    `valid-untrusted` verified (the signer is, or is not, under a given trust anchor), `invalid`
    failed, `unverified` could not be tried here, `malformed` claims to be the thing and does not parse.
    """

    ASSERTED = "asserted"
    VALID = "valid"
    VALID_UNTRUSTED = "valid-untrusted"
    INVALID = "invalid"
    UNVERIFIED = "unverified"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement found in a document.

    Attributes:
        kind: Where it was read.
        claim: What it says.
        scope: How much it is about.
        status: How far it can be relied on.
        where: Its place, for people: a header, a meta name, a tag, a JSON path, a byte offset.
        value: What stood there, printable, at most 200 characters.
    """

    kind: Kind
    claim: Says
    scope: Scope
    status: Status
    where: str
    value: str

    def row(self) -> dict[str, str]:
        """Give the claim as a row of the label's list column, text cleaned and cut."""
        return {
            "kind": self.kind.value,
            "claim": self.claim.value,
            "scope": self.scope.value,
            "status": self.status.value,
            "where": printable(self.where),
            "value": printable(self.value),
        }


def asserted(kind: Kind, claim: Says, where: str, value: str) -> Claim:
    """Make the commonest claim: unsigned, about the whole document.

    Args:
        kind: Where it was read.
        claim: What it says.
        where: Its place.
        value: What stood there.

    Returns:
        The claim, with scope `document` and status `asserted`.
    """
    return Claim(kind, claim, Scope.DOCUMENT, Status.ASSERTED, where, value)


def malformed(kind: Kind, where: str, value: str) -> Claim:
    """Make the claim of something that claims to be a disclosure and does not parse.

    Args:
        kind: What it claims to be.
        where: Its place.
        value: What stood there, or why it does not parse.

    Returns:
        The claim, with `none-stated` and status `malformed`.
    """
    return Claim(kind, Says.NONE_STATED, Scope.DOCUMENT, Status.MALFORMED, where, value)


def printable(text: str) -> str:
    """Cut to 200 characters and replace what no table or terminal must show.

    Args:
        text: Anything, hostile included.

    Returns:
        Printable text: controls, bidirectional and zero-width characters and lone surrogates
        become U+FFFD; runs of white space become one space.
    """
    cut = " ".join(text[: 4 * MAX_VALUE_CHARS].split())[:MAX_VALUE_CHARS]
    return "".join(char if char.isprintable() else "\ufffd" for char in cut)
