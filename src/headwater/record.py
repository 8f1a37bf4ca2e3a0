"""The record: a document as captured, which never changes, and what a reader says of the rest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Record:
    """One document as captured: bytes, headers and where they came from.

    Attributes:
        id: 32 hex digits, `record_id` of the source digest and the position in it.
        source: Name of the input, relative to what the user named; for people, not for identity.
        offset: Where the record starts in its source, in the shard's unit (bytes or rows).
        length: How much of the source it takes, same unit; 0 for a record inside a compressed member
            whose length a later item takes.
        url: The target URI as captured; empty when there is none.
        media_type: Lower-case essence such as `text/html`, as declared or sniffed.
        charset: The declared charset label, lower case; empty when none was declared.
        captured: RFC 3339 UTC timestamp as the source claims it; empty when it claims none.
        captured_from: Where that claim stands: `warc-date`, `field:NAME`, `mw-revision`, or empty.
        status: HTTP status code; 0 when the record is not an HTTP response.
        headers: HTTP response header fields in order, names as sent.
        payload: The body with transfer and content encodings undone.
        payload_digest: SHA-256 of `payload`, 64 hex digits.
        metadata: Further fields of the source's row as canonical JSON text; empty when none.
    """

    id: str
    source: str
    offset: int
    length: int
    url: str
    media_type: str
    charset: str
    captured: str
    captured_from: str
    status: int
    headers: tuple[tuple[str, str], ...]
    payload: bytes = field(repr=False)
    payload_digest: str
    metadata: str = ""

    def header(self, name: str) -> Iterator[str]:
        """Yield every value of an HTTP header field, in order, whatever its case."""
        wanted = name.lower()
        return (value for key, value in self.headers if key.lower() == wanted)


@dataclass(frozen=True, slots=True)
class Skip:
    """A stretch of a source that gave no record, and why.

    Attributes:
        source: Name of the input, as in `Record.source`.
        offset: Where the stretch starts, in the shard's unit.
        length: How much of the source it takes, same unit; 0 for a record inside bytes
            that another item accounts for.
        reason: A stable, lower-case, hyphenated name such as `gzip-corrupt`; it says what happened.
        detail: One line for people; empty when the reason says it all.
        n_records: How many records the stretch stands for: 1 for a record that was seen, 0 for
            bytes in which no record could be told (a gap before the next member).
        lost: True when a document may have been lost; False when there was none to lose (a
            `warcinfo` record, trailing padding).
    """

    source: str
    offset: int
    length: int
    reason: str
    detail: str = ""
    n_records: int = 1
    lost: bool = True


def record_id(source_digest: str, position: str) -> str:
    """Name a record by the bytes it came from, wherever these lie.

    Args:
        source_digest: SHA-256 of the whole input, 64 hex digits.
        position: Where in the input, such as `12345` (byte offset) or `17` (row).

    Returns:
        32 lower-case hex digits: the first 128 bits of SHA-256 over both, separated by a NUL.
    """
    return hashlib.sha256(f"{source_digest}\0{position}".encode()).hexdigest()[:32]
