"""Captures: which WARC records hold a document, and that document, or the reason there is none."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import NamedTuple

from headwater.record import Record, Skip, record_id
from headwater.sources.coding import CodingError
from headwater.sources.frame import Frame
from headwater.sources.http import Response, decode_body, parse_response
from headwater.sources.media import is_text, parse_content_type, settle
from headwater.sources.moment import normalise
from headwater.sources.shard import Limits

_NEVER_DOCUMENTS = frozenset({"warcinfo", "request", "metadata", "revisit", "redacted"})
_UNSUPPORTED = frozenset({"continuation"})


class Place(NamedTuple):
    """Where a frame stands in its source.

    Attributes:
        source: Name of the input.
        digest: SHA-256 of the whole input, hex.
        offset: Where the frame, or the member that holds it, starts.
        length: How much of the source it accounts for.
        position: What names it within the source.
        in_member: Whether it stands in a compressed member that was whole.
    """

    source: str
    digest: str
    offset: int
    length: int
    position: str
    in_member: bool = False


@dataclass(frozen=True, slots=True)
class _Nothing:
    reason: str
    detail: str = ""
    lost: bool = True


def item(frame: Frame, place: Place, limits: Limits) -> Record | Skip:
    """Turn a frame into a record, or into a skip that says why it is none.

    Args:
        frame: The frame.
        place: Where it stands.
        limits: Bounds on one record.

    Returns:
        A record for `response` over HTTP, `resource` and `conversion` records that hold text; a skip
        for everything else.
    """
    found = _fault(frame, place) if frame.fault else _document(frame, limits)
    if isinstance(found, _Nothing):
        n_records = 0 if found.reason in {"padding", "bytes-unrecognised"} else 1
        return Skip(
            place.source, place.offset, place.length, found.reason, found.detail, n_records, found.lost
        )
    response, media_type, charset = found
    captured = normalise(frame.fields.get("warc-date", ""))
    truncated = frame.fields.get("warc-truncated", "")
    return Record(
        id=record_id(place.digest, place.position),
        source=place.source,
        offset=place.offset,
        length=place.length,
        url=frame.fields.get("warc-target-uri", "").strip("<>"),
        media_type=media_type,
        charset=charset,
        captured=captured,
        captured_from="warc-date" if captured else "",
        status=response.status,
        headers=response.headers,
        payload=response.body,
        payload_digest=hashlib.sha256(response.body).hexdigest(),
        metadata=json.dumps({"warc-truncated": truncated}, separators=(",", ":")) if truncated else "",
    )


def _fault(frame: Frame, place: Place) -> _Nothing:
    # A member that was whole cannot have cut its record off: the length the record declares is wrong.
    reason = "content-length-wrong" if place.in_member and frame.fault == "record-truncated" else frame.fault
    return _Nothing(reason, frame.detail, lost=reason != "padding")


def _document(frame: Frame, limits: Limits) -> tuple[Response, str, str] | _Nothing:
    """Give the response, its media type and its charset."""
    kind = frame.fields["warc-type"].lower()
    if kind == "response":
        found = _response(frame, limits)
    elif kind in {"resource", "conversion"}:
        found = _as_is(frame)
    elif kind in _NEVER_DOCUMENTS:
        return _Nothing(f"record-type-{kind}", lost=False)
    else:
        return _Nothing(f"record-type-{kind if kind in _UNSUPPORTED else 'unknown'}")
    if isinstance(found, _Nothing):
        return found
    response, content_type = found
    declared, charset = parse_content_type(content_type)
    media_type = declared if frame.cut else settle(declared, response.body)
    if not is_text(media_type):
        return _Nothing("media-type-not-text", _told(media_type, frame), lost=False)
    if frame.cut or len(response.body) > limits.max_payload_bytes:
        return _Nothing("payload-too-large", _told(media_type, frame))
    return response, media_type, charset


def _response(frame: Frame, limits: Limits) -> tuple[Response, str] | _Nothing:
    block_type = parse_content_type(frame.fields.get("content-type", ""))[0]
    if block_type not in {"application/http", ""}:
        return _Nothing("response-not-http", _told(block_type, frame), lost=block_type != "text/dns")
    response = parse_response(frame.block, limits)
    if response is None:
        return _Nothing("http-header-invalid", frame.fields.get("warc-target-uri", ""))
    content_type = response.first("content-type")
    declared = parse_content_type(content_type)[0]
    if frame.cut or (declared and not is_text(declared) and settle(declared, b"") == declared):
        return response, content_type  # The caller will skip it: do not decode what nobody reads.
    try:
        body = decode_body(response, limits, partial="warc-truncated" in frame.fields)
    except CodingError as error:
        return _Nothing(error.reason, frame.fields.get("warc-target-uri", ""))
    return response._replace(body=body) if body is not response.body else response, content_type


def _as_is(frame: Frame) -> tuple[Response, str]:
    return Response(0, (), bytes(frame.block)), frame.fields.get("content-type", "")


def _told(media_type: str, frame: Frame) -> str:
    return f"{media_type or 'no media type'} {frame.fields.get('warc-target-uri', '')}".strip()
