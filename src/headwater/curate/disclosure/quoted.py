"""Whether a page shows words as its own or as somebody else's."""

from __future__ import annotations

import re
from typing import Final

_QUOTING: Final = ("blockquote", "q", "code", "pre", "samp", "kbd", "cite", "figcaption", "textarea")
_MARKING: Final = ("em", "i", "strong", "b", "mark", "s", "del")
# Emphasis that begins further before the words than this is the page's own voice, set in bold.
_MARKING_REACH: Final = 40
_WORD: Final = re.compile(r"[^\W\d_]+")
MAX_PLACES: Final = 8


def is_quoted(markup: str, words: str) -> bool:
    """Tell whether words stand in a quotation, a sample or emphasis of their own.

    Args:
        markup: The page's source.
        words: Words from the extracted text.

    Returns:
        True when every place where the source has the words is inside an element that quotes, or
        just after the start of one that marks; False when the source has them nowhere.
    """
    needle = _WORD.findall(words)[:6]
    if not needle:
        return False
    pattern = re.compile(r"[^\w<>]{1,40}".join(map(re.escape, needle)))
    places = [match.start() for _, match in zip(range(MAX_PLACES), pattern.finditer(markup), strict=False)]
    return bool(places) and all(_inside(markup, place) for place in places)


def _inside(markup: str, place: int) -> bool:
    return any(_opened(markup, tag, place) >= 0 for tag in _QUOTING) or any(
        0 <= place - _opened(markup, tag, place) <= _MARKING_REACH + len(tag)
        for tag in _MARKING
        if _opened(markup, tag, place) >= 0
    )


def _opened(markup: str, tag: str, place: int) -> int:
    """Find where `tag` was opened last and not closed before `place`; -1 if nowhere."""
    before = markup[max(0, place - 20_000) : place].lower()
    base = place - len(before)
    opened = max(before.rfind(f"<{tag}>"), before.rfind(f"<{tag} "))
    return base + opened if opened > before.rfind(f"</{tag}") else -1
