"""An adjudication: what somebody concludes who has seen the votes that did not agree; no I/O."""

from __future__ import annotations

from dataclasses import dataclass

from headwater import canonical
from headwater.errors import FormatError
from headwater.log import envelope
from headwater.review.attest import judgement
from headwater.review.attest.judgement import Judgement, is_digest

KIND = "https://headwater.readthedocs.io/spec/human-adjudication/v1"
MOST_CONSIDERED = 64


@dataclass(frozen=True, slots=True)
class Adjudication:
    """Hold one adjudication.

    Attributes:
        judgement: What is concluded, and under which circumstances.
        considered: SHA-256 of the statements of the votes that were seen, hex, ascending.
    """

    judgement: Judgement
    considered: tuple[str, ...]

    @property
    def nonce(self) -> str:
        """Give the 32 hex digits that are for this alone."""
        return self.judgement.nonce


def statement(adjudication: Adjudication) -> bytes:
    """Encode an adjudication as an in-toto statement, in canonical JSON.

    Args:
        adjudication: What to encode.

    Raises:
        FormatError: If a field is out of range.
    """
    seen = adjudication.considered
    if (
        not 1 <= len(seen) <= MOST_CONSIDERED
        or list(seen) != sorted(set(seen))
        or not all(map(is_digest, seen))
    ):
        raise FormatError("an adjudication names the votes that it settles, in order and each once")
    said = judgement.predicate(adjudication.judgement) | {"considered": list(seen)}
    return envelope.statement(("document", adjudication.judgement.document), KIND, said)


def parse(data: bytes) -> Adjudication:
    """Parse a statement.

    Args:
        data: Canonical JSON.

    Returns:
        The adjudication, with `statement(parse(data)) == data`.

    Raises:
        FormatError: If it is another statement, or a field is not of its form.
    """
    value = canonical.parse(data)
    try:
        (subject,), said = value["subject"], value["predicate"]
        found = Adjudication(judgement.of(subject["digest"]["sha256"], said), tuple(said["considered"]))
        same = statement(found) == data
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"not the statement of an adjudication: {str(error)[:80]}") from error
    if not same:
        raise FormatError("an adjudication has a field too many, or is none")
    return found
