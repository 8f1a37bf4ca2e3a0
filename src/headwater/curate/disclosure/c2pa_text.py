"""C2PA manifests in unstructured text: the wrapper of Unicode variation selectors."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MAGIC: Final = b"C2PATXT\0"
VERSION: Final = 1
HEADER_BYTES: Final = 13
MAX_WRAPPERS: Final = 4

_OF_SELECTOR: Final = {0xFE00 + b: b for b in range(16)} | {0xE0100 + b: 16 + b for b in range(240)}
MARK: Final = "\ufeff" + "".join(chr(0xFE00 + b if b < 16 else 0xE0100 + b - 16) for b in MAGIC)
MARK_UTF8: Final = MARK.encode()
_WRAPPER: Final = re.compile(f"{MARK}([\ufe00-\ufe0f\U000e0100-\U000e01ef]*)")


@dataclass(frozen=True, slots=True)
class Wrapper:
    """One `C2PATextManifestWrapper`.

    Attributes:
        start: Index of its U+FEFF in the text, in characters.
        end: Index past its last variation selector, padding included.
        manifest: The manifest store; None when the wrapper is corrupted.
    """

    start: int
    end: int
    manifest: bytes | None


def find(text: str) -> Iterator[Wrapper]:
    """Find the wrappers in a text.

    Args:
        text: Any text.

    Yields:
        The first four wrappers whose magic number matches; selectors after the manifest are padding.

    Source: C2PA 2.4 sections A.8.2 to A.8.4.
    """
    at = text.find(MARK)
    for _ in range(MAX_WRAPPERS):
        match = _WRAPPER.match(text, at) if at >= 0 else None
        if match is None:
            return
        yield Wrapper(match.start(), match.end(), _manifest(match[1]))
        at = text.find(MARK, match.end())


def normalised(text: str, wrapper: Wrapper) -> tuple[bytes, int, int]:
    """Bring a text to the form in which its manifest binds it.

    Args:
        text: The text the wrapper was found in.
        wrapper: Where it stands.

    Returns:
        The NFC text as UTF-8, and the wrapper's offset and length in it, in bytes. The parts around
        the wrapper are normalised on their own, which leaves the wrapper as it stands; a lone
        surrogate becomes a question mark, so that the hash fails.

    Source: C2PA 2.4 sections 15.12.1.3 and A.8.7.
    """
    before = _utf8(unicodedata.normalize("NFC", text[: wrapper.start]))
    carrier = _utf8(text[wrapper.start : wrapper.end])
    after = _utf8(unicodedata.normalize("NFC", text[wrapper.end :]))
    return before + carrier + after, len(before), len(carrier)


def _manifest(selectors: str) -> bytes | None:
    octets = selectors.translate(_OF_SELECTOR).encode("latin-1")
    version, length = octets[:1], int.from_bytes(octets[1:5], "big")
    body = HEADER_BYTES - len(MAGIC)
    if version != bytes([VERSION]) or length == 0 or len(octets) < body + length:
        return None
    return octets[body : body + length]


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")
