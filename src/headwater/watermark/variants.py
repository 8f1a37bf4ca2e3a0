"""What publishing does to a text, undone: each variant is tried, and counted in the p-value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

_QUOTES: Final = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2026": "...", "\u00ad": None}
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff")
)
_SPACES: Final = re.compile(r"[^\S\n]+")
_LINES: Final = re.compile(r" ?\n ?")


def composed(text: str) -> str:
    """Compose characters (Unicode NFC)."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def quotes(text: str) -> str:
    """Straighten bent quotes; drop soft hyphens and what has no width."""
    return text if text.isascii() else text.translate(_QUOTES)


def spaces(text: str) -> str:
    """Make one space of many and of other kinds, and leave none around line breaks."""
    return _LINES.sub("\n", _SPACES.sub(" ", text))


def plain(text: str) -> str:
    """Do all of these."""
    return spaces(quotes(composed(text)))


VARIANTS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"as-is": str, "nfc": composed, "quotes": quotes, "spaces": spaces, "plain": plain}
)


def distinct(text: str) -> dict[str, str]:
    """Give the variants of a text that differ.

    Args:
        text: Any text.

    Returns:
        Text -> name of the variant, as it is first; at most as many as there are `VARIANTS`.
    """
    found: dict[str, str] = {}
    for name, undo in VARIANTS.items():
        found.setdefault(undo(text), name)
    return found
