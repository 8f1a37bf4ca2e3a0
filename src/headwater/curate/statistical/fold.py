"""What of a text is looked at: its running words, without what layout, trickery and data put between them."""

from __future__ import annotations

import re
import unicodedata
from types import MappingProxyType

MAX_CHARS = 8_000

# Letters of other scripts that are drawn like Latin ones; they count as these inside a Latin word only.
_LOOKALIKES = MappingProxyType(
    {
        ord(other): latin
        for other, latin in zip(
            "аеорсухіјѕԁһԛԝАВЕКМНОРСТУХІЈЅαοερνικτυΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
            "aeopcyxijsdhqwABEKMHOPCTYXIJSaoepvikTuABEZHIKMNOPTYX",
            strict=True,
        )
    }
)
_SINGLE, _DOUBLE, _DASHES = "‘’‚‛′", "“”„‟«»″", "–—―‐‑"
# What English prose has beyond ASCII; compatibility composition leaves it alone, or does the same to it.
_COMMON = (
    ("’", "'"),
    ("‘", "'"),
    ("“", '"'),
    ("”", '"'),
    ("–", "-"),
    ("—", "-"),
    ("…", "..."),
    ("\u00a0", " "),
)
_MIXED = re.compile(r"\w*(?:[A-Za-z][\u0370-\u052f]|[\u0370-\u052f][A-Za-z])\w*")
# Format characters, variation selectors and blank fillers: they leave no trace.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f\U000e0100-\U000e01ef]+"
)
_GREEK_OR_CYRILLIC = re.compile("[\u0370-\u052f]")
_APART = b"\1" * 5
_is_one = (1).__eq__
_SPACED = re.compile(r"\b(?:\w ){5,}\w\b")
_BLOCK = re.compile(r"\S{60,}")
_LONG = 60
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_ITEM = re.compile(r"\n[ \t]*(?:[#>*+|=~•·-]+|\d{1,3}[.)])[ \t]+")
_EMPHASIS = "*_`~|#"
_BEFORE = ",.;:!?)"


def fold(text: str) -> str:
    """Give the running text of a document as the features see it.

    Args:
        text: Any text; the first 8,000 characters count, after those of data blocks among the first 32,000.

    Returns:
        At most 8,000 characters of NFKC text on one line: look-alike letters replaced, invisible
        characters, links, unbroken ASCII blocks of 60 characters and marks of layout left out, letters that
        stand apart put together, quotation marks and dashes of one kind.
    """
    text = text[: 4 * MAX_CHARS]
    lengths = list(map(len, text.split()))
    if max(lengths, default=0) >= _LONG:
        text = _BLOCK.sub(_unless_foreign, text)
    text = text[:MAX_CHARS]
    if not text.isascii():
        text = _plain(text)
    if "://" in text or "www." in text:
        text = _LINK.sub(" ", text)
    text = _ITEM.sub("\n", "\n" + text)
    for mark in _EMPHASIS:
        text = text.replace(mark, " ")
    if lengths.count(1) >= len(_APART) and _APART in bytes(map(_is_one, lengths)):
        text = _SPACED.sub(lambda found: found[0].replace(" ", ""), text)
    text = " ".join(text.split())
    for mark in _BEFORE:
        text = text.replace(f" {mark}", mark)
    return text


def _unless_foreign(found: re.Match[str]) -> str:
    """Keep what may be the sentence of a script without spaces."""
    return " " if found[0].isascii() else found[0]


def _plain(text: str) -> str:
    for mark, plain in _COMMON:
        text = text.replace(mark, plain)
    if text.isascii():
        return text
    text = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    for marks, plain in ((_SINGLE, "'"), (_DOUBLE, '"'), (_DASHES, "-")):
        for mark in marks:
            text = text.replace(mark, plain)
    if _GREEK_OR_CYRILLIC.search(text):
        text = _MIXED.sub(lambda found: found[0].translate(_LOOKALIKES), text)
    return text
