"""From a record's bytes to a document: charset, HTML tree and text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5
from resiliparse.parse.html import HTMLTree

from headwater.curate.document import Document
from headwater.curate.nesting import nests_too_deep
from headwater.curate.tangle import refuse_tangled
from headwater.errors import HeadwaterError, UnavailableError
from headwater.record import Record

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})

_CONTROL = bytes(byte for byte in range(0x20) if byte not in b"\t\n")
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_MAX_BROKEN = 0.01
_FEW_BROKEN = 3


def open_document(record: Record, extract: Callable[[Any], str]) -> Document:
    """Decode a record and extract its text.

    Args:
        record: The record as captured.
        extract: One of `EXTRACTORS`, for HTML records.

    Returns:
        The document. Text holds no control characters but tab and newline, and no lone surrogate.

    Raises:
        TangledError: If its markup would take the parser too long.
    """
    markup = decode(record)
    if record.media_type not in HTML_TYPES:
        return Document(record, "", None, cleaned(markup))
    source = source_of(record.payload, markup)
    refuse_tangled(source)
    tree = HTMLTree.parse(markup)
    if nests_too_deep(source, tree):
        extract = _flat
    return Document(record, markup, tree, cleaned(extract(tree)), source)


def source_of(payload: bytes, markup: str) -> bytes:
    """Give a page's source as bytes to look for ASCII in.

    Bytes are searched ten times faster than text or trees, so every search starts with them.

    Args:
        payload: The page's bytes.
        markup: The same, decoded.

    Returns:
        The payload; UTF-8 if its charset does not extend ASCII.
    """
    return markup.encode("utf-8", "replace") if b"\0" in payload[:256] else payload


def decode(record: Record) -> str:
    """Decode a payload: byte order mark, declared charset, meta tag, detection.

    Args:
        record: The record as captured.

    Returns:
        Text; bytes that do not decode are dropped, unless they are so many that the declaration must be
        wrong and detection decides. A byte order mark is kept, since text provenance may hang on it.

    Source:
        WHATWG Encoding, section 4.2 (labels); the order is that of HTML, section 13.2.3.
    """
    payload = record.payload
    for mark, encoding in _MARKS:
        if payload.startswith(mark):
            return payload.decode(encoding, "ignore")
    if payload.isascii() and b"\x1b" not in payload and b"\0" not in payload:
        return payload.decode("ascii")
    html = record.media_type in HTML_TYPES
    declared = map_encoding_to_html5(record.charset, fallback_utf8=False) if record.charset else None
    encoding = declared or detect_encoding(payload, from_html_meta=html) or "utf-8"
    try:
        return payload.decode(encoding)
    except UnicodeDecodeError:
        broken = payload.decode(encoding, "replace").count("\ufffd")
    if broken > max(_FEW_BROKEN, _MAX_BROKEN * len(payload)):
        encoding = detect_encoding(payload) or encoding
    return payload.decode(encoding, "ignore")


def cleaned(text: str) -> str:
    """Give text as documents hold it: no control characters but newline and tab."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "ignore").translate(None, _CONTROL).decode("utf-8").strip()


_flat = partial(extract_plain_text, preserve_formatting=False, main_content=False, alt_texts=False)
_full = partial(extract_plain_text, preserve_formatting=True, main_content=False, alt_texts=False)
_core = partial(extract_plain_text, preserve_formatting=True, main_content=True, alt_texts=False)


def _main(tree: Any) -> str:
    """Take the main content, or the whole page where none is found: a glossary, a poem set as a list."""
    core = str(_core(tree))
    return core if core.strip() else str(_full(tree))


def _markdown(tree: Any) -> str:
    try:
        from markdownify import markdownify
    except ModuleNotFoundError as error:
        raise UnavailableError(
            "text as Markdown needs the extra `markdown`", hint="pip install 'headwater[markdown]'"
        ) from error
    html = extract_plain_text(
        tree, preserve_formatting="minimal_html", main_content=True, links=True, alt_texts=False
    )
    return str(markdownify(html, heading_style="ATX"))


EXTRACTORS: Mapping[str, Callable[[Any], str]] = MappingProxyType(
    {
        "main": _main,
        "full": _full,
        "markdown": _markdown,
    }
)


def main_text(record: Record) -> str | None:
    """Give the main text of a record; None where no parser gets through it.

    A hostile page must not stop a reading: whoever reads counts it, or leaves it out.

    Args:
        record: The record as captured.

    Raises:
        HeadwaterError: As it was, since it says what is wrong.
    """
    try:
        return open_document(record, EXTRACTORS["main"]).text
    except HeadwaterError:
        raise
    except Exception:  # noqa: BLE001  # Whatever a library raises on it.
        return None
