"""C2PA manifests of a document, found and verified: in its text, its comments, its head."""

from __future__ import annotations

import html
from collections.abc import Container, Iterator
from typing import Final

from resiliparse.parse.html import HTMLTree

from headwater.curate.disclosure import c2pa_html, c2pa_structured, c2pa_text
from headwater.curate.disclosure.c2pa_verify import Asset, Verdict, verify
from headwater.curate.disclosure.claim import Claim, Kind, Says, Scope, Status, malformed
from headwater.curate.disclosure.signs import Sign
from headwater.curate.document import Document
from headwater.errors import FormatError

# Elements whose whole text may have been signed before it was put into a page, inside out.
_BLOCKS: Final = ("p", "pre", "textarea", "section", "article", "main", "body")
MAX_BLOCK_CHARS: Final = 1_000_000


def claims(document: Document, found: Container[int], *, trust_anchors: str) -> Iterator[Claim]:
    """Find the manifests a document carries or points at; verify those it carries.

    Args:
        document: The opened record.
        found: The signs its bytes hold.
        trust_anchors: PEM certificates of the roots to trust; empty for none.

    Yields:
        A claim for each manifest: `unverified` when it would have to be fetched, `malformed` when
        it does not parse.
    """
    if document.tree is not None:
        if Sign.C2PA in found:
            yield from _of_page(document, trust_anchors)
    else:
        yield from _of_comment(document.record.payload, trust_anchors)
    yield from _of_text(document, found, trust_anchors)


def _of_page(document: Document, trust_anchors: str) -> Iterator[Claim]:
    payload = document.record.payload
    try:
        found = c2pa_html.find(payload)
    except FormatError as error:
        yield malformed(Kind.C2PA_HTML, "head", str(error))
        return
    if found is None:
        return
    if found.manifest is None:
        yield _remote(Kind.C2PA_HTML, found.where, found.reference)
        return
    verdict = verify(found.manifest, [Asset(payload, found.exclusions)], trust_anchors=trust_anchors)
    yield _verified(Kind.C2PA_HTML, found.where, verdict)


def _of_comment(payload: bytes, trust_anchors: str) -> Iterator[Claim]:
    if c2pa_structured.BEGIN not in payload:
        return
    try:
        found = c2pa_structured.find(payload)
    except FormatError as error:
        yield malformed(Kind.C2PA_STRUCTURED, "manifest block", str(error))
        return
    if found is None:
        return
    where = f"byte {found.start}"
    if found.manifest is None:
        yield _remote(Kind.C2PA_STRUCTURED, where, found.reference)
        return
    verdict = verify(found.manifest, [Asset(payload, found.exclusions)], trust_anchors=trust_anchors)
    yield _verified(Kind.C2PA_STRUCTURED, where, verdict)


def _of_text(document: Document, found: Container[int], trust_anchors: str) -> Iterator[Claim]:
    text = _source_text(document, found)
    if text is None:
        return
    page = document.tree is not None
    for wrapper in c2pa_text.find(text):
        where = f"character {wrapper.start}"
        if wrapper.manifest is None:
            yield malformed(Kind.C2PA_TEXT, where, "manifest.text.corruptedWrapper")
            continue
        carrier = text[wrapper.start : wrapper.end]
        texts = _parts(text, wrapper) if page else _wholes(text)
        verdict = verify(wrapper.manifest, _assets(texts, carrier), trust_anchors=trust_anchors)
        if page and verdict.binding_failed:
            # The signed text was pasted into a page and its exact form is lost: nothing is disproved.
            verdict = Verdict(verdict.says, Status.UNVERIFIED, f"bound text not found; {verdict.detail}")
        yield _verified(Kind.C2PA_TEXT, where, verdict, scope=Scope.ELEMENT if page else Scope.DOCUMENT)


def _source_text(document: Document, found: Container[int]) -> str | None:
    """Decode the source if it has a wrapper; extraction would have lost it."""
    payload = document.record.payload
    if Sign.WRAPPER in found:
        return document.markup or payload.decode("utf-8", "replace")
    charset = document.record.charset
    if charset.startswith("utf-16") or payload[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = document.markup or payload.decode("utf-16", "replace")
        return text if c2pa_text.MARK in text else None
    return None


def _wholes(text: str) -> Iterator[str]:
    yield text
    if text.startswith("\ufeff") and not text.startswith(c2pa_text.MARK):
        yield text[1:]


def _parts(markup: str, wrapper: c2pa_text.Wrapper) -> Iterator[str]:
    """Guess which text of a page was signed: the text node, then the blocks that hold it, inside out."""
    start = markup.rfind(">", 0, wrapper.start) + 1
    end = markup.find("<", wrapper.end)
    spans = [(start, end if end >= 0 else len(markup))]
    folded = markup.lower()
    for tag in _BLOCKS:
        opened, closed = folded.rfind(f"<{tag}", 0, wrapper.start), folded.find(f"</{tag}", wrapper.end)
        if opened >= 0 and 0 <= closed - opened <= MAX_BLOCK_CHARS:
            spans.append((opened, closed))
    for first, last in spans:
        text = _rendered(markup[first:last])
        yield text
        yield text.strip(" \t\r\n")


def _rendered(segment: str) -> str:
    """Give the text of a piece of a page without its tags."""
    if "<" not in segment:
        return html.unescape(segment)
    body = HTMLTree.parse(segment).body
    return body.text or "" if body is not None else ""


def _assets(texts: Iterator[str], carrier: str) -> Iterator[Asset]:
    for text in texts:
        start = text.find(carrier)
        if start >= 0:
            wrapper = c2pa_text.Wrapper(start, start + len(carrier), None)
            content, offset, length = c2pa_text.normalised(text, wrapper)
            yield Asset(content, frozenset({(offset, length)}))


def _verified(kind: Kind, where: str, verdict: Verdict, *, scope: Scope = Scope.DOCUMENT) -> Claim:
    return Claim(kind, verdict.says, scope, verdict.status, where, verdict.detail)


def _remote(kind: Kind, where: str, reference: str) -> Claim:
    return Claim(kind, Says.NONE_STATED, Scope.DOCUMENT, Status.UNVERIFIED, where, reference)
