"""HTTP responses as crawlers store them: status, header fields in order, body with its codings undone."""

from __future__ import annotations

import re
from typing import NamedTuple

from headwater.sources.coding import CodingError, unchunk, undo
from headwater.sources.frame import parse_fields
from headwater.sources.media import sniff
from headwater.sources.shard import Limits

_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})[^\r\n]*\r?\n?")
_END = re.compile(rb"\n\r?\n")


class Response(NamedTuple):
    """A parsed response message.

    Attributes:
        status: Status code.
        headers: Field names as sent and values, in order.
        body: What followed the header, codings not undone.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def first(self, name: str) -> str:
        """Give the first value of a field, named in lower case; empty when none."""
        for key, value in self.headers:
            if len(key) == len(name) and key.lower() == name:
                return value
        return ""


def parse_response(block: memoryview, limits: Limits) -> Response | None:
    """Parse a stored response.

    Args:
        block: The block of a WARC `response` record.
        limits: `max_header_bytes` bounds the header.

    Returns:
        The response; None when there is no status line or the header passes its bound. A header that
        the block ends inside is all header and no body.

    Source:
        RFC 9112, sections 2.1 and 4.
    """
    status = _STATUS.match(block)
    if status is None:
        return None
    # The search begins at the line end of the status line, for a response without any field.
    end = _END.search(block, max(status.end() - 1, 0), limits.max_header_bytes)
    if end is None and len(block) > limits.max_header_bytes:
        return None
    head = bytes(block[status.end() : end.start() if end else len(block)])
    body = bytes(block[end.end() :]) if end else b""
    return Response(int(status[1]), tuple(parse_fields(head)), body)


def decode_body(response: Response, limits: Limits, *, partial: bool) -> bytes:
    """Undo transfer and content codings.

    Servers and crawlers both misdeclare codings, so a body that is not what the header says but reads
    as text is kept as it stands.

    Args:
        response: The parsed response.
        limits: Bounds on the result.
        partial: Whether the record says that the crawler cut it, so that an early end is no damage.

    Returns:
        The body, at most `limits.max_payload_bytes`.

    Raises:
        CodingError: If the body cannot be had; it names the reason.

    Source:
        RFC 9110, section 8.4; RFC 9112, section 7.
    """
    content: list[str] = []
    transfer: list[str] = []
    for name, value in response.headers:
        if len(name) == 16 and name.lower() == "content-encoding":
            content += value.split(",")
        elif len(name) == 17 and name.lower() == "transfer-encoding":
            transfer += value.split(",")
    body = response.body
    if content or transfer:
        named = [name.strip().lower() for name in transfer]
        if "chunked" in named:
            body, whole = unchunk(body)
            if not whole and not partial:
                raise CodingError("transfer-encoding-corrupt")
        codings = content + [name for name in named if name != "chunked"]
        body = _undo_if_true(body, codings, limits, partial=partial) if body else body
    if len(body) > limits.max_payload_bytes:
        raise CodingError("payload-too-large")
    return body


def _undo_if_true(body: bytes, codings: list[str], limits: Limits, *, partial: bool) -> bytes:
    try:
        return undo(body, codings, limits, partial=partial)
    except CodingError as error:
        if error.reason in {"content-encoding-corrupt", "content-encoding-unknown"} and _reads_as_text(body):
            return body
        raise


def _reads_as_text(body: bytes) -> bool:
    kind = sniff(body)
    if kind != "text/plain":
        return kind in {"text/html", "text/xml"}
    try:
        body[:4096].decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > 4092  # A character cut by the slice.
    return True
