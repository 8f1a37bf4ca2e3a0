"""Foreign text in little room: names clipped, addresses that may be followed, columns counted."""

from __future__ import annotations

import re
import unicodedata

from headwater.inert import visible

# The characters of RFC 3986, with the two schemes a reader expects to follow from a report.
_WEB = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+\Z", re.ASCII | re.IGNORECASE)


def clip(text: str, width: int) -> str:
    """Shorten a name in the middle, where names differ least.

    Args:
        text: One line of any characters.
        width: Most columns, at least 3; wide East Asian characters take two.

    Returns:
        The text made visible if it fits, or its two ends joined by an ellipsis.
    """
    text = visible(text)
    if columns(text) <= width:
        return text
    tail = _fit(text[::-1], (width - 1) // 2)[::-1]
    return f"{_fit(text, width - 1 - columns(tail))}…{tail}"


def web_link(url: str) -> str:
    """Give the address that a report may link to.

    Args:
        url: What a record called its URI.

    Returns:
        The URL if it is plain `http` or `https` in the characters of RFC 3986, else nothing.
    """
    return url if _WEB.match(url) else ""


def columns(text: str) -> int:
    """Count how wide a text is; wide East Asian characters take two columns."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _fit(text: str, width: int) -> str:
    """Take the longest head of `text` that is at most `width` columns."""
    used = 0
    for place, letter in enumerate(text):
        used += columns(letter)
        if used > width:
            return text[:place]
    return text
