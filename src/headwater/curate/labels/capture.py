"""When and where a document was captured, as its source claims it: a claim, not a proof."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache
from ipaddress import ip_address
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pyarrow as pa

from headwater.curate.document import Document
from headwater.curate.labels.label import Row, View


class Capture:
    """Copy what the source says of time and place, and name the registrable domain.

    `captured` and `last_modified` are claims by the crawler and by the server; nothing here
    proves a date. Domains follow the public suffix list that ships inside `publicsuffixlist`.
    """

    name: ClassVar[str] = "capture-1"
    schema: ClassVar[pa.Schema] = pa.schema(
        [
            ("captured", pa.string()),
            ("captured_from", pa.string()),
            ("last_modified", pa.string()),
            ("host", pa.string()),
            ("domain", pa.string()),
            ("status", pa.int16()),
            ("media_type", pa.string()),
        ]
    )
    view: ClassVar[View] = View(
        title="Capture",
        note="Years as the crawler claims them; a claim can be wrong or forged.",
        tally=lambda row: [f"captured {row['captured'][:4]}" if row["captured"] else "no capture date"],
    )

    def __init__(self) -> None:
        """Load the public suffix list."""
        from publicsuffixlist import PublicSuffixList

        suffixes = PublicSuffixList()
        self._domain = lru_cache(maxsize=4096)(
            lambda host: host if _is_address(host) else suffixes.privatesuffix(host) or host
        )

    def measure(self, document: Document) -> Row:
        """Read the claims off the record."""
        record = document.record
        host = _host(record.url)
        return {
            "captured": record.captured or None,
            "captured_from": record.captured_from or None,
            "last_modified": _http_date(next(record.header("last-modified"), "")),
            "host": host or None,
            "domain": self._domain(host) if host else None,
            "status": record.status,
            "media_type": record.media_type,
        }


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:  # an unclosed bracket in the authority
        return ""


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _http_date(value: str) -> str | None:
    try:
        parsed: Any = parsedate_to_datetime(value)
        if parsed.year < 1990:  # Before the web; a clock that was never set.
            return None
        utc = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
        return str(utc.strftime("%Y-%m-%dT%H:%M:%SZ"))
    except (ValueError, TypeError, OverflowError):
        return None
