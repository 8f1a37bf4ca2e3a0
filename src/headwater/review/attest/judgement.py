"""A judgement: what one human said of one document, as an in-toto predicate; no I/O."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from headwater.errors import FormatError, VerificationError
from headwater.log import envelope
from headwater.review import manifest as batches
from headwater.review.attest import statement as statements

KIND = "https://headwater.readthedocs.io/spec/human-judgement/v1"
LABELS = ("human", "ai", "mixed", "translated", "cannot-tell")
ASSISTANCE = ("none", "dictionary", "ai", "other")
MOST_SPANS = 256
MOST_TIME_S = 2**40
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_NONCE = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Interaction:
    """Sum up how a vote came about, without any content.

    Attributes:
        n_typed: Characters typed.
        n_pasted: Characters pasted.
        hidden_ms: How long the page was not in view.
        shown_ms: How long it was.
    """

    n_typed: int = 0
    n_pasted: int = 0
    hidden_ms: int = 0
    shown_ms: int = 0


@dataclass(frozen=True, slots=True)
class Judgement:
    """Hold one vote.

    Attributes:
        document: SHA-256 of the document's text in UTF-8, hex.
        displayed: SHA-256 of the bytes that were shown, hex.
        label: One of `LABELS`.
        confidence: 1 to 5, or None where none was given.
        spans: Stretches that a machine wrote, in code points of the text, ascending and apart; for `mixed`.
        guideline: SHA-256 of the guideline, hex.
        batch: SHA-256 of the batch manifest, hex.
        pi: The document's chance to be in the batch; None for a probe.
        nonce: 32 hex digits, for this vote alone.
        leased_s: When the document was handed out, POSIX seconds.
        voted_s: When the vote was cast.
        interaction: How it came about.
        assistance: What the validator says to have used, one of `ASSISTANCE`.
    """

    document: str
    displayed: str
    label: str
    confidence: int | None
    spans: tuple[tuple[int, int], ...]
    guideline: str
    batch: str
    pi: float | None
    nonce: str
    leased_s: int
    voted_s: int
    interaction: Interaction
    assistance: str


def statement(judgement: Judgement) -> bytes:
    """Encode a judgement as an in-toto statement, in canonical JSON.

    Args:
        judgement: The vote.

    Returns:
        What is signed.

    Raises:
        FormatError: If a field is out of range.
    """
    return envelope.statement(("document", judgement.document), KIND, predicate(judgement))


def predicate(judgement: Judgement) -> dict[str, Any]:
    """Give what a judgement says of its document, as a JSON value.

    Args:
        judgement: The vote.

    Raises:
        FormatError: If a field is out of range.
    """
    _check(judgement)
    return {
        "assistance": judgement.assistance,
        "batch": {"sha256": judgement.batch},
        "confidence": judgement.confidence,
        "displayed": {"sha256": judgement.displayed},
        "guideline": {"sha256": judgement.guideline},
        "interaction": asdict(judgement.interaction),
        "label": judgement.label,
        "leased_s": judgement.leased_s,
        "nonce": judgement.nonce,
        "pi": judgement.pi,
        "spans": [list(span) for span in judgement.spans],
        "voted_s": judgement.voted_s,
    }


def parse(data: bytes) -> Judgement:
    """Parse a statement.

    Args:
        data: Canonical JSON.

    Returns:
        The judgement, with `statement(parse(data)) == data`; what is no such statement is refused.
    """
    return statements.parse(data, of, statement, what="a judgement")


def of(document: str, said: Mapping[str, Any]) -> Judgement:
    """Make a judgement of its predicate; what is not there raises KeyError.

    Args:
        document: SHA-256 of the document's text, hex.
        said: The predicate; fields that a judgement has not are passed over.
    """
    return Judgement(
        document,
        said["displayed"]["sha256"],
        said["label"],
        said["confidence"],
        tuple((first, last) for first, last in said["spans"]),
        said["guideline"]["sha256"],
        said["batch"]["sha256"],
        said["pi"],
        said["nonce"],
        said["leased_s"],
        said["voted_s"],
        Interaction(**said["interaction"]),
        said["assistance"],
    )


def verify(judgement: Judgement, *, text: str, displayed: bytes, manifest: bytes) -> None:
    """Check a judgement against what it speaks of.

    Args:
        judgement: Out of an envelope that was verified.
        text: The document.
        displayed: The bytes that were shown.
        manifest: The batch manifest.

    Raises:
        VerificationError: If it speaks of another document, display or batch, or with another chance.
        FormatError: If the manifest is none.
    """
    data = text.encode("utf-8", "surrogatepass")
    for what, digest, seen in (
        ("document", judgement.document, data),
        ("display", judgement.displayed, displayed),
        ("batch", judgement.batch, manifest),
    ):
        if hashlib.sha256(seen).hexdigest() != digest:
            raise VerificationError(f"the judgement is of another {what}")
    if judgement.spans and judgement.spans[-1][1] > len(text):
        raise VerificationError("a span of the judgement ends behind the document")
    chosen = batches.parse(manifest).by_document().get(judgement.document)
    if chosen is None or chosen.pi != judgement.pi:
        raise VerificationError("the judgement has a document or a chance that its batch has not")


def is_digest(value: object) -> bool:
    """Tell whether a value is a SHA-256 in lower-case hex."""
    return isinstance(value, str) and bool(_DIGEST.fullmatch(value))


def is_nonce(value: object) -> bool:
    """Tell whether a value is 128 bits in lower-case hex."""
    return isinstance(value, str) and bool(_NONCE.fullmatch(value))


def is_whole(value: object) -> bool:
    """Tell whether a value is a count or a time."""
    return type(value) is int and 0 <= value < MOST_TIME_S


def _check(judgement: Judgement) -> None:
    numbers = asdict(judgement.interaction).values()
    sound = {
        "a digest": all(
            map(is_digest, (judgement.document, judgement.displayed, judgement.guideline, judgement.batch))
        ),
        "a label": judgement.label in LABELS,
        "a confidence": judgement.confidence is None
        or (type(judgement.confidence) is int and 1 <= judgement.confidence <= 5),
        "a pi": judgement.pi is None
        or (type(judgement.pi) is float and math.isfinite(judgement.pi) and 0.0 < judgement.pi < 1.0)
        or (type(judgement.pi) in {int, float} and judgement.pi == 1),
        "a nonce": is_nonce(judgement.nonce),
        "a time": is_whole(judgement.leased_s) and is_whole(judgement.voted_s),
        "an interaction": all(map(is_whole, numbers)),
        "an assistance": judgement.assistance in ASSISTANCE,
        "a span": _spans_fit(judgement),
    }
    for what, holds in sound.items():
        if not holds:
            raise FormatError(f"a judgement has {what} that is not of its form")


def _spans_fit(judgement: Judgement) -> bool:
    ends = [end for span in judgement.spans for end in span]
    ordered = all(a < b for a, b in judgement.spans) and ends == sorted(ends)
    return (
        all(map(is_whole, ends))
        and ordered
        and len(judgement.spans) <= MOST_SPANS
        and (not ends or judgement.label == "mixed")
    )
