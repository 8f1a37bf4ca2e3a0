"""A record opened for labelling: its text and, for HTML, its markup and tree, each made once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from headwater.record import Record


@dataclass(frozen=True, slots=True)
class Document:
    """What a label may look at.

    Attributes:
        record: The record as captured; raw bytes are in `record.payload`.
        markup: The decoded HTML source; empty for a record that is not HTML.
        tree: `resiliparse.parse.html.HTMLTree` of `markup`; None for a record that is not HTML.
        text: The extracted text, NUL-free.
        source: The bytes of `markup` in a charset that extends ASCII.
    """

    record: Record
    markup: str
    tree: Any
    text: str
    source: bytes = b""


def bare(text: str) -> Document:
    """Give a text as a document of which nothing else is known."""
    record = Record(
        id="", url="", captured="", captured_from="", payload=b"", media_type="text/plain", charset="utf-8",
        status=0, headers=(), source="", offset=0, length=0, payload_digest="",
    )  # fmt: skip
    return Document(record, "", None, text)
