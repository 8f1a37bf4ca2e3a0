"""Foreign text made inert: what a page may print of documents, URLs and names it did not write."""

from __future__ import annotations

import re
import unicodedata

# Kept: tab, newline, the joiners and soft hyphen that real scripts need, and Arabic number signs.
# Shown as code points: other controls, bidi controls, invisible formats, surrogates, noncharacters, tags.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb"
    "\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff\U000e0000-\U000e00ff"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17))
    + "]"
)
# One selector chooses a glyph; a run of them carries bytes that nobody sees.
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,}")
# Subtags of BCP 47; anything else would be guessed at by screen readers.
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,5}\Z", re.ASCII)
# The characters of RFC 3986, with the two schemes a reader expects to follow from a report.
_WEB = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+\Z", re.ASCII | re.IGNORECASE)


def visible(text: str) -> str:
    """Show characters that act without being seen as their code points.

    Args:
        text: Any string, lone surrogates and NUL included.

    Returns:
        Text that encodes as UTF-8, overrides no writing direction and hides nothing; not yet
        escaped for HTML. Printable text, tabs, newlines and single variation selectors stay.
    """
    counted = _SELECTORS.sub(lambda run: f"⟨{len(run.group())} variation selectors⟩", text)
    return _HIDDEN.sub(lambda hit: f"⟨U+{ord(hit.group()):04X}⟩", counted)


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


def language_tag(code: str) -> str:
    """Give a code that may stand in a `lang` attribute.

    Args:
        code: What a label called the language.

    Returns:
        The code if it has the shape of a BCP 47 tag, else `und`.
    """
    return code if _LANGUAGE.match(code) else "und"


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
