"""An adjudication: what somebody concludes who has seen the votes that did not agree; no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from headwater.errors import FormatError
from headwater.log import envelope
from headwater.review.attest import judgement
from headwater.review.attest import statement as statements
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
        The adjudication, with `statement(parse(data)) == data`; what is no such statement is refused.
    """
    return statements.parse(data, _of, statement, what="an adjudication")


def _of(document: str, said: Mapping[str, Any]) -> Adjudication:
    return Adjudication(judgement.of(document, said), tuple(said["considered"]))
