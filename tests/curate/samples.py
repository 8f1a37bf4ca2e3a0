"""Records and documents for tests, made by code."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from headwater.curate.document import Document
from headwater.curate.extract import EXTRACTORS, open_document
from headwater.record import Record, record_id


def record(payload: bytes = b"", **changes: Any) -> Record:
    """Make a record of an HTML page; `changes` are fields of `Record`."""
    fields: dict[str, Any] = {
        "id": record_id("ab" * 32, "0"),
        "source": "crawl.warc.gz",
        "offset": 0,
        "length": 100,
        "url": "https://www.example.org/page",
        "media_type": "text/html",
        "charset": "",
        "captured": "2022-01-01T00:00:00Z",
        "captured_from": "warc-date",
        "status": 200,
        "headers": (),
        "payload": payload,
        "payload_digest": hashlib.sha256(payload).hexdigest(),
    }
    return Record(**(fields | changes))


def opened(payload: bytes, *, text: str = "main", **changes: Any) -> Document:
    """Open a record as the first pass does."""
    return open_document(record(payload, **changes), EXTRACTORS[text])


def plain(text: str, **changes: Any) -> Document:
    """Make a document whose text is exactly this, as no page can be."""
    return Document(record(b"", **({"media_type": "text/plain"} | changes)), "", None, text)


def parquet(path: Path, rows: list[dict[str, Any]], schema: pa.Schema) -> str:
    """Write rows to a Parquet file and give its path."""
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    return str(path)
