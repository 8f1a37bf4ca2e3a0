"""Documents for the disclosure tests, opened as the pipeline opens them."""

from __future__ import annotations

from typing import Any

from resiliparse.parse.html import HTMLTree

from headwater.curate.document import Document
from headwater.curate.extract import source_of
from headwater.curate.labels.disclosure import Disclosure
from headwater.record import Record


def document(
    payload: bytes,
    *,
    media_type: str = "text/html",
    headers: tuple[tuple[str, str], ...] = (),
    charset: str = "utf-8",
) -> Document:
    """Open bytes as a record."""
    record = Record(
        id="0" * 32,
        source="test",
        offset=0,
        length=1,
        url="https://example.org/",
        media_type=media_type,
        charset=charset,
        captured="",
        captured_from="",
        status=200,
        headers=headers,
        payload=payload,
        payload_digest="0" * 64,
    )
    if media_type != "text/html":
        return Document(record, "", None, payload.decode(charset, "replace").replace("\0", ""))
    markup = payload.decode(charset, "replace")
    tree: Any = HTMLTree.parse(markup)
    text = (tree.body.text or "") if tree.body is not None else ""
    return Document(record, markup, tree, text.replace("\0", ""), source_of(payload, markup))


def measure(payload: bytes | str, *, trust_anchors: str = "", **options: Any) -> list[dict[str, str]]:
    """Measure a document and give its claims."""
    content = payload.encode() if isinstance(payload, str) else payload
    return list(Disclosure(trust_anchors).measure(document(content, **options))["claims"])


def brief(claims: list[dict[str, str]]) -> list[tuple[str, str, str, str]]:
    """Give what a policy looks at: kind, claim, scope, status."""
    return [(c["kind"], c["claim"], c["scope"], c["status"]) for c in claims]


def html(head: str = "", body: str = "<p>Words of a page.</p>") -> str:
    """Write a page."""
    return f"<!doctype html><html><head><title>t</title>{head}</head><body>{body}</body></html>"
