"""From a record's bytes to a document: charset, HTML tree and text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding, map_encoding_to_html5
from resiliparse.parse.html import HTMLTree

from headwater.curate.document import Document
from headwater.errors import UnavailableError
from headwater.record import Record

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})

# Main-content extraction costs time cubic in nesting: 0.03 s at 1,000 levels, minutes at 50,000.
MAX_MAIN_DEPTH = 1_000
_FEW_TAGS = 3_000
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
_VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li td th tr option".split()  # noqa: SIM905
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def open_document(record: Record, extract: Callable[[Any], str]) -> Document:
    """Decode a record and extract its text.

    Args:
        record: The record as captured.
        extract: One of `EXTRACTORS`, for HTML records.

    Returns:
        The document. Text holds no control characters but tab and newline, and no lone surrogate.
    """
    markup = decode(record)
    if record.media_type not in HTML_TYPES:
        return Document(record, "", None, _clean(markup))
    tree = HTMLTree.parse(markup)
    if extract is _main and _depth_bound(markup) > MAX_MAIN_DEPTH:
        extract = _full
    return Document(record, markup, tree, _clean(extract(tree)))


def decode(record: Record) -> str:
    """Decode a payload: byte order mark, then the declared charset, then meta tag, then detection.

    Args:
        record: The record as captured.

    Returns:
        Text; bytes that no candidate decodes are dropped. A byte order mark is kept, since text
        provenance may hang on it.

    Source:
        WHATWG Encoding, section 4.2 (labels); the order is that of HTML, section 13.2.3.
    """
    payload = record.payload
    if payload.startswith(b"\xef\xbb\xbf") or payload.isascii():
        return payload.decode("utf-8", "ignore")
    declared = map_encoding_to_html5(record.charset, fallback_utf8=False) if record.charset else None
    encoding = declared or detect_encoding(payload, from_html_meta=record.media_type in HTML_TYPES)
    return str(bytes_to_str(payload, encoding or "utf-8", strip_bom=False))


def _clean(text: str) -> str:
    if _CONTROL.search(text):
        text = _CONTROL.sub("", text)
    return text.encode("utf-8", "ignore").decode("utf-8").strip()


def _depth_bound(markup: str) -> int:
    """Bound how deep the elements nest: tags that open and have not closed, at the worst point."""
    if markup.count("<") < _FEW_TAGS:
        return 0
    steps = (0 if name.lower() in _VOID else (-1 if slash else 1) for slash, name in _TAG.findall(markup))
    heights = np.cumsum(np.fromiter(steps, dtype=np.int64))
    # A close that matches nothing is ignored by the parser, so height is counted from the lowest point.
    return int((heights - np.minimum.accumulate(np.minimum(heights, 0))).max(initial=0))


_full = partial(extract_plain_text, preserve_formatting=True, main_content=False, alt_texts=False)
_main = partial(extract_plain_text, preserve_formatting=True, main_content=True, alt_texts=False)


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
