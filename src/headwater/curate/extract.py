"""From a record's bytes to a document: charset, HTML tree and text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5
from resiliparse.parse.html import HTMLTree

from headwater.curate.document import Document
from headwater.errors import UnavailableError
from headwater.record import Record

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})

# Main-content extraction costs time cubic in nesting: 0.03 s at 1,000 levels, minutes at 50,000.
MAX_DEPTH = 1_000
# Every list item is indented by its depth: a page of nested lists would grow quadratically.
_MAX_INDENT = 2**18
_FEW_TAGS = 3_000
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"""<(/?)([a-zA-Z][^\s/>]*)(?:[^>"'=]+|=\s*"[^"]*"|=\s*'[^']*'|[="'])*""")
_VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li td th tr option".split()  # noqa: SIM905
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
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
    """
    markup = decode(record)
    if record.media_type not in HTML_TYPES:
        return Document(record, "", None, _clean(markup))
    tree = HTMLTree.parse(markup)
    if _nests_too_deep(markup):
        extract = _flat
    return Document(record, markup, tree, _clean(extract(tree)))


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


def _clean(text: str) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROL.search(text):
        text = _CONTROL.sub("", text)
    return text.encode("utf-8", "ignore").decode("utf-8").strip()


def _nests_too_deep(markup: str) -> bool:
    n_items = markup.count("<li")
    n_lists = markup.count("<ul") + markup.count("<ol")
    if markup.count("<") < _FEW_TAGS and n_lists * n_items < _MAX_INDENT:
        return False
    depth = _depth_bound(_COMMENT.sub("", markup))
    return depth > MAX_DEPTH or min(depth, n_lists) * n_items > max(_MAX_INDENT, 4 * len(markup))


def _depth_bound(markup: str) -> int:
    """Bound how deep the elements nest; a close that matches nothing open is ignored, as parsers do."""
    unclosed: Counter[str] = Counter()
    depth = deepest = 0
    for slash, name in _TAG.findall(markup):
        name = name.lower()
        if name in _VOID:
            continue
        if not slash:
            unclosed[name] += 1
            depth += 1
            deepest = max(deepest, depth)
        elif unclosed[name]:
            unclosed[name] -= 1
            depth -= 1
    return deepest


_flat = partial(extract_plain_text, preserve_formatting=False, main_content=False, alt_texts=False)
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
