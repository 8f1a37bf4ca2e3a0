"""A retraction: a validator takes a vote back, and the vote stays where it was; no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from headwater.errors import FormatError
from headwater.log import envelope
from headwater.review.attest import statement as statements
from headwater.review.attest.judgement import is_digest, is_nonce, is_whole

KIND = "https://headwater.readthedocs.io/spec/human-judgement-retraction/v1"


@dataclass(frozen=True, slots=True)
class Retraction:
    """Hold one retraction.

    Attributes:
        judgement: SHA-256 of the statement of the vote, hex.
        nonce: 32 hex digits, for this retraction alone.
        retracted_s: When, POSIX seconds.
    """

    judgement: str
    nonce: str
    retracted_s: int


def statement(retraction: Retraction) -> bytes:
    """Encode a retraction as an in-toto statement, in canonical JSON.

    Args:
        retraction: What to encode.

    Raises:
        FormatError: If a field is out of range.
    """
    digests = is_digest(retraction.judgement) and is_nonce(retraction.nonce)
    if not digests or not is_whole(retraction.retracted_s):
        raise FormatError("a retraction has a field that is not of its form")
    said = {"nonce": retraction.nonce, "retracted_s": retraction.retracted_s}
    return envelope.statement(("judgement", retraction.judgement), KIND, said)


def parse(data: bytes) -> Retraction:
    """Parse a statement.

    Args:
        data: Canonical JSON.

    Returns:
        The retraction, with `statement(parse(data)) == data`; what is no such statement is refused.
    """
    return statements.parse(data, _of, statement, what="a retraction")


def _of(judged: str, said: Mapping[str, Any]) -> Retraction:
    return Retraction(judged, said["nonce"], said["retracted_s"])
