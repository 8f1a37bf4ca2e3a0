"""The imprint: what is hashed of a document, out of any source, before it is sealed.

A record is a head and a body. Of a WARC record the head is its header, and of an HTTP response the HTTP
header too, each with the empty line that ends it; the body is the rest of the block. Of a row of a table the
head is canonical JSON of its other fields, and the body its text. The record's digest is SHA-256 over the
head and the SHA-256 of the body: the date in the head is sealed with the content, and where the body is the
payload, as it nearly always is, its bytes are hashed once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from headwater import canonical
from headwater.record import Record, Skip
from headwater.sources import capture
from headwater.sources.capture import Place
from headwater.sources.coding import unchunk
from headwater.sources.frame import Frame
from headwater.sources.http import parse_response
from headwater.sources.shard import Limits

FORMS = ("raw", "dechunked", "decoded", "cc-crlf")
_BASE32 = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789abcdefghijklmnopqrstuv")


class Imprint(NamedTuple):
    """A document to be sealed.

    Attributes:
        record_sha256: Digest of head and body, 32 bytes.
        body_sha256: SHA-256 of the body, 32 bytes.
        payload_sha256: SHA-256 of the payload, 32 bytes; of the body, where it has no coding.
        payload_sha1: A SHA-1 that the source declares, if it is true of a form of the payload, hex; or empty.
        payload_form: Which of `FORMS`; empty without `payload_sha1`.
        uri: Where it was captured.
        captured: When, in RFC 3339 UTC, as the source claims.
        captured_from: Where that claim stands.
        offset: First byte of the record in the source, or of its compressed member, or its row.
        length: How much it takes there.
        record_id: Its identity in the archive, such as a WARC-Record-ID; or empty.
        media_type: Such as `text/html`.
        language: As the source declares it; or empty.
        truncated: Why the payload is not whole; or empty.
        head: The head.
        payload: The payload.
        is_shared: Whether others stand before it in one compressed member, so that it cannot be read alone.
    """

    record_sha256: bytes
    body_sha256: bytes
    payload_sha256: bytes
    payload_sha1: str
    payload_form: str
    uri: str
    captured: str
    captured_from: str
    offset: int
    length: int
    record_id: str
    media_type: str
    language: str
    truncated: str
    head: bytes
    payload: bytes | memoryview
    is_shared: bool = False


def record_digest(head: bytes, body_sha256: bytes) -> bytes:
    """Hash a record.

    Args:
        head: Its head.
        body_sha256: SHA-256 of its body, 32 bytes.

    Returns:
        32 bytes.
    """
    return hashlib.sha256(head + body_sha256).digest()


def split(frame: Frame, limits: Limits) -> tuple[bytes, memoryview]:
    """Cut a WARC record into head and body.

    Args:
        frame: A record without a fault.
        limits: `max_header_bytes` bounds the HTTP header.
    """
    block = frame.block
    if frame.fields.get("warc-type", "").lower() == "response":
        response = parse_response(block, limits)
        if response is not None:
            n_http = len(block) - len(response.body)
            return frame.head + bytes(block[:n_http]), block[n_http:]
    return frame.head, block


def of_row(record: Record) -> Imprint:
    """Take the imprint of a row of a table or of JSON lines."""
    head = row_head(record)
    payload = bytes.fromhex(record.payload_digest)
    return Imprint(
        record_sha256=record_digest(head, payload),
        body_sha256=payload,
        payload_sha256=payload,
        payload_sha1="",
        payload_form="",
        uri=record.url,
        captured=record.captured,
        captured_from=record.captured_from,
        offset=record.offset,
        length=record.length,
        record_id="",
        media_type=record.media_type,
        language=_row_language(record),
        truncated="",
        head=head,
        payload=record.payload,
    )


def row_head(record: Record) -> bytes:
    """Give the head of a row: canonical JSON of its address and its other fields."""
    metadata = canonical.parse(record.metadata.encode()) if record.metadata else None
    return canonical.encode({"metadata": metadata, "url": record.url})


def of_frame(frame: Frame, place: Place, limits: Limits) -> Imprint | Skip:
    """Take the imprint of a WARC record.

    Args:
        frame: The record.
        place: Where it stands.
        limits: Bounds on one record.

    Returns:
        The imprint; a skip where there is no document, or where a digest that the record declares is wrong.
    """
    record = capture.item(frame, place, limits)
    if isinstance(record, Skip):
        return record
    head, body = split(frame, limits)
    body_sha256 = hashlib.sha256(body).digest()
    sha1, form, wrong = _declared(frame, head, body, record.payload)
    if wrong:
        return Skip(place.source, place.offset, place.length, wrong, record.url)
    return Imprint(
        record_sha256=record_digest(head, body_sha256),
        body_sha256=body_sha256,
        payload_sha256=bytes.fromhex(record.payload_digest),
        payload_sha1=sha1,
        payload_form=form,
        uri=record.url,
        captured=record.captured,
        captured_from=record.captured_from,
        offset=record.offset,
        length=record.length,
        record_id=frame.fields.get("warc-record-id", ""),
        media_type=record.media_type,
        language=_language(frame, record),
        truncated=frame.fields.get("warc-truncated", ""),
        head=head,
        payload=record.payload,
        is_shared=":" in place.position,
    )


def sha1_number(digest: str) -> int:
    """Read a SHA-1 digest as archives declare it, in base32 or hex.

    Args:
        digest: Without `sha1:`.

    Returns:
        The digest as a number; -1 if it is none.
    """
    try:
        if len(digest) == 32:
            return int(digest.upper().translate(_BASE32), 32) if "_" not in digest else -1
        return int(digest, 16) if len(digest) == 40 and "_" not in digest else -1
    except ValueError:
        return -1


def _declared(frame: Frame, head: bytes, body: memoryview, payload: bytes) -> tuple[str, str, str]:
    """Check the digest a record declares; give SHA-1, the form that it is of, and what is wrong."""
    declared = frame.fields.get("warc-payload-digest", "")
    if declared:
        return _payload_declared(declared, body, payload)
    kind, _, digest = frame.fields.get("warc-block-digest", "").partition(":")
    if not _is_of(kind, digest, frame.block):
        return "", "", "block-digest-wrong"
    return "", "", ""


def _payload_declared(declared: str, body: memoryview, payload: bytes) -> tuple[str, str, str]:
    kind, _, digest = declared.partition(":")
    if kind.lower() != "sha1":
        return "", "", "" if _is_of(kind, digest, body) else "payload-digest-wrong"
    wanted = sha1_number(digest)
    for form, data in _candidates(body, payload):
        found = hashlib.sha1(data, usedforsecurity=False)
        if int.from_bytes(found.digest()) == wanted:
            return found.hexdigest(), form, ""
    return "", "", "payload-digest-wrong"


def _candidates(body: memoryview, payload: bytes) -> Iterator[tuple[str, bytes | memoryview]]:
    """Yield the forms of a payload that archives have taken digests of, the likeliest first."""
    yield "raw", body
    joined, _ = unchunk(bytes(body))
    yield "dechunked", joined
    yield "decoded", payload
    yield "cc-crlf", b"\r\n" + bytes(body)  # Common Crawl, August 2018.


def _is_of(kind: str, digest: str, data: memoryview) -> bool:
    """Tell whether a digest is of some bytes, if we can: what nobody can check is not wrong."""
    match kind.lower():
        case "sha1":
            found = hashlib.sha1(data, usedforsecurity=False).digest()
            return int.from_bytes(found) == sha1_number(digest)
        case "sha256" if len(digest) == 64:
            return hashlib.sha256(data).hexdigest() == digest.lower()
        case _:
            return True


def _language(frame: Frame, record: Record) -> str:
    declared = frame.fields.get("warc-identified-content-language", "")
    return declared or next(record.header("content-language"), "").strip()


def _row_language(record: Record) -> str:
    fields = canonical.parse(record.metadata.encode()) if record.metadata else {}
    named = (fields.get(name) for name in ("language", "lang"))
    return next((one for one in named if isinstance(one, str)), "")
