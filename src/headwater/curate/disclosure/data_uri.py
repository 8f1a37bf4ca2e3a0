"""`data:` URIs and Base64 that carry a C2PA manifest store."""

from __future__ import annotations

import base64
import re
from typing import Final
from urllib.parse import unquote

from headwater.errors import FormatError

MAX_MANIFEST_BYTES: Final = 16_000_000

_DATA: Final = re.compile(
    r"data:application/(?:x-)?c2pa(?:-manifest-store)?(?:;[^,;]{0,80}){0,4};base64,", re.I
)


def manifest_of(reference: str) -> bytes | None:
    """Decode a reference to a manifest if it holds the manifest itself.

    Args:
        reference: An address or a `data:` URI.

    Returns:
        The manifest store, or None when the reference is not a `data:` URI.

    Raises:
        FormatError: It is a `data:` URI and not Base64 of a C2PA manifest store.
    """
    match = _DATA.match(reference)
    if match is None:
        if reference[:5].lower() == "data:":
            raise FormatError("a data: URI of another media type")
        return None
    return from_base64(unquote(reference[match.end() :]))


def from_base64(text: str) -> bytes:
    """Decode standard Base64, white space ignored.

    Args:
        text: The content of an element, or of a `data:` URI after its comma.

    Returns:
        The bytes, at least one.

    Raises:
        FormatError: It is not Base64, is empty, or is larger than any manifest.
    """
    bare = "".join(text.split())
    if not bare or len(bare) > MAX_MANIFEST_BYTES // 3 * 4:
        raise FormatError("an empty or over-large manifest")
    try:
        return base64.b64decode(bare, validate=True)
    except ValueError as error:
        raise FormatError("the manifest is not Base64") from error
