"""Authorship: somebody hands in a text of their own, with a licence and their consent; no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from headwater.errors import FormatError
from headwater.log import envelope
from headwater.review.attest import statement as statements
from headwater.review.attest.judgement import ASSISTANCE, Interaction, is_digest, is_nonce, is_whole

KIND = "https://headwater.readthedocs.io/spec/human-authorship/v1"
# By the names of SPDX; each lets others train on the text and pass it on.
LICENCES = ("CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0")


@dataclass(frozen=True, slots=True)
class Authorship:
    """Hold what a writer says of a text.

    Attributes:
        document: SHA-256 of the text in UTF-8, hex.
        licence: One of `LICENCES`.
        consent: SHA-256 of the words that the writer agreed to, hex.
        nonce: 32 hex digits, for this text alone.
        written_s: When it was handed in, POSIX seconds.
        interaction: How it came about.
        assistance: What the writer says to have used, one of `ASSISTANCE`.
    """

    document: str
    licence: str
    consent: str
    nonce: str
    written_s: int
    interaction: Interaction
    assistance: str


def statement(authorship: Authorship) -> bytes:
    """Encode an authorship as an in-toto statement, in canonical JSON.

    Args:
        authorship: What to encode.

    Raises:
        FormatError: If a field is out of range.
    """
    one = authorship
    sound = (
        is_digest(one.document)
        and is_digest(one.consent)
        and is_nonce(one.nonce)
        and is_whole(one.written_s)
        and one.licence in LICENCES
        and one.assistance in ASSISTANCE
        and all(map(is_whole, asdict(one.interaction).values()))
    )
    if not sound:
        raise FormatError("an authorship has a field that is not of its form")
    said = {
        "assistance": one.assistance,
        "consent": {"sha256": one.consent},
        "interaction": asdict(one.interaction),
        "licence": one.licence,
        "nonce": one.nonce,
        "written_s": one.written_s,
    }
    return envelope.statement(("document", one.document), KIND, said)


def parse(data: bytes) -> Authorship:
    """Parse a statement.

    Args:
        data: Canonical JSON.

    Returns:
        The authorship, with `statement(parse(data)) == data`; what is no such statement is refused.
    """
    return statements.parse(data, _of, statement, what="an authorship")


def _of(document: str, said: Mapping[str, Any]) -> Authorship:
    return Authorship(
        document,
        said["licence"],
        said["consent"]["sha256"],
        said["nonce"],
        said["written_s"],
        Interaction(**said["interaction"]),
        said["assistance"],
    )
