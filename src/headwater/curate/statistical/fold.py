"""What of a text is looked at: its running words, without what layout, trickery and data put between them."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

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
_SEAM = re.compile(r"[A-Za-z][\u0370-\u052f]|[\u0370-\u052f][A-Za-z]")
_MIXED = re.compile(rf"\w*(?:{_SEAM.pattern})\w*")
# Format characters, variation selectors and blank fillers: they leave no trace.
_UNSEEN_RANGES = (
    "\u00ad\u00ad\u034f\u034f\u0600\u0605\u061c\u061c\u06dd\u06dd\u070f\u070f\u0890\u0891\u08e2\u08e2\u115f\u1160"
    "\u180e\u180e\u200b\u200f\u202a\u202e\u2060\u206f\u3164\u3164\ufe00\ufe0f\ufeff\ufeff\ufff9\ufffb"
    "\U000110bd\U000110bd\U000110cd\U000110cd\U00013430\U0001343f\U0001bca0\U0001bca3\U0001d173\U0001d17a"
    "\U000e0001\U000e0001\U000e0020\U000e007f\U000e0100\U000e01ef"
)  # First and last of each.
_UNSEEN = re.compile("[" + re.sub("(.)(.)", r"\1-\2", _UNSEEN_RANGES) + "]+")
_GREEK_OR_CYRILLIC = (0x370, 0x52F)
_APART = 5
_MOST_GAPS = 4  # Every second character is a space where letters stand apart, hardly every fourth elsewhere.
_GAPS = re.compile(r"\b(?:\w {1,2})+\w\b")
_SPACED = re.compile(r"\b(?:\w ){5,}\w\b")
_BLOCK = re.compile(r"\S{60,}")
_LONG = 60
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_ITEM = re.compile(r"\n[ \t]*(?:[#>*+|=~•·-]+|\d{1,3}[.)])[ \t]+")
_EMPHASIS = "*_`~|#"
_BEFORE = ",.;:!?)"
_BEFORE_POINTS = np.array(sorted(map(ord, _BEFORE)), dtype=np.uint32)


def fold(text: str) -> str:
    """Give the running text of a document as the features see it.

    Args:
        text: Any text; the first 8,000 characters count, after those of data blocks among the first 32,000.

    Returns:
        At most 8,000 characters of NFKC text on one line: look-alike letters replaced, invisible
        characters, links, unbroken ASCII blocks of 60 characters and marks of layout left out, letters that
        stand apart put together, quotation marks and dashes of one kind.
    """
    from headwater.curate.statistical import glance

    text = text[: 4 * MAX_CHARS]
    longest, n_apart = glance.words(points_of(text))
    if longest >= _LONG:
        text = _BLOCK.sub(_unless_foreign, text)
    text = text[:MAX_CHARS]
    if not text.isascii():
        text = _plain(text)
    if "://" in text or "www." in text:
        text = _LINK.sub(" ", text)
    text = _ITEM.sub("\n", "\n" + text)
    for mark in _EMPHASIS:
        text = text.replace(mark, " ")
    if n_apart >= _APART:
        text = _SPACED.sub(_together, text)
    text = " ".join(text.split())
    if glance.parts(points_of(text), _BEFORE_POINTS):
        for mark in _BEFORE:
            text = text.replace(f" {mark}", mark)
    return text


def legible(text: str) -> str:
    """Give text as readers see it, which is all that a guess at its language needs.

    Args:
        text: Any text.

    Returns:
        The same without invisible characters, look-alike letters replaced, letters that stand apart put
        together.
    """
    if not text.isascii():
        text = _unmixed(_UNSEEN.sub("", text))
    return _GAPS.sub(_together, text) if _MOST_GAPS * text.count(" ") > len(text) else text


def points_of(text: str) -> npt.NDArray[np.uint32]:
    """Give the code points of a text, shape (n,)."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _unless_foreign(found: re.Match[str]) -> str:
    """Keep what may be the sentence of a script without spaces."""
    return " " if found[0].isascii() else found[0]


def _plain(text: str) -> str:
    for mark, plain in _COMMON:
        text = text.replace(mark, plain)
    if text.isascii():
        return text
    from headwater.curate.statistical import glance

    text = unicodedata.normalize("NFKC", text)
    n_unseen, n_lookalikes = glance.classes(points_of(text), _classes())
    if n_unseen:
        text = _UNSEEN.sub("", text)
    for marks, plain in ((_SINGLE, "'"), (_DOUBLE, '"'), (_DASHES, "-")):
        for mark in marks:
            text = text.replace(mark, plain)
    if n_lookalikes:
        text = _unmixed(text)
    return text


def _unmixed(text: str) -> str:
    if not _SEAM.search(text):
        return text
    return _MIXED.sub(lambda found: found[0].translate(_LOOKALIKES), text)


def _together(found: re.Match[str]) -> str:
    return found[0].replace(" ", "")


@cache
def _classes() -> npt.NDArray[np.uint8]:
    """Class code points: 1 is unseen, 2 Greek or Cyrillic; what lies above is neither."""
    table = np.zeros(0xE0200, dtype=np.uint8)
    for first, last in zip(_UNSEEN_RANGES[::2], _UNSEEN_RANGES[1::2], strict=True):
        table[ord(first) : ord(last) + 1] = 1
    first_letter, last_letter = _GREEK_OR_CYRILLIC
    table[first_letter : last_letter + 1] = 2
    return table
