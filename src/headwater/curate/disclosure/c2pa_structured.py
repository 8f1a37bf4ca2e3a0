"""C2PA manifests in structured text: the ASCII-armoured block in a comment or front matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from headwater.curate.disclosure.data_uri import manifest_of
from headwater.errors import FormatError

BEGIN: Final = b"-----BEGIN C2PA MANIFEST-----"
END: Final = b"-----END C2PA MANIFEST-----"


@dataclass(frozen=True, slots=True)
class Block:
    """One manifest block.

    Attributes:
        reference: What stands between the delimiters: an address or a `data:` URI.
        manifest: The manifest store; None when the reference is an address.
        start: Byte offset of the block, delimiters included.
        exclusions: The (offset, length) ranges by which a manifest may exclude the block: the whole
            line or lines with the line end that follows, or at the end of a file the one before.
    """

    reference: str
    manifest: bytes | None
    start: int
    exclusions: frozenset[tuple[int, int]]


def find(payload: bytes) -> Block | None:
    """Find the manifest block of a text file.

    Args:
        payload: The file's bytes.

    Returns:
        The block, or None when there are no delimiters, or only one of the two.

    Raises:
        FormatError: More than one block, delimiters out of order, no reference between them, or a
            `data:` URI that does not decode.

    Source: C2PA 2.4 sections A.9.3 to A.9.5.
    """
    begin, end = payload.find(BEGIN), payload.find(END)
    if begin < 0 or end < 0:
        return None
    if payload.find(BEGIN, begin + 1) >= 0 or payload.find(END, end + 1) >= 0:
        raise FormatError("manifest.structuredText.multipleReferences")
    reference = payload[begin + len(BEGIN) : end].strip()
    if not reference:
        raise FormatError("manifest.structuredText.emptyReference")
    text = reference.decode("ascii", "replace")
    return Block(text, manifest_of(text), begin, _exclusions(payload, begin, end + len(END)))


def _exclusions(payload: bytes, begin: int, end: int) -> frozenset[tuple[int, int]]:
    first = payload.rfind(b"\n", 0, begin) + 1
    newline = payload.find(b"\n", end)
    past = newline + 1 if newline >= 0 else len(payload)
    ranges = {(first, past - first)}
    if past == len(payload) and first > 0:
        # "The newline character preceding the block": with CRLF that is either character.
        ranges.add((first - 1, past - first + 1))
        if payload[first - 2 : first] == b"\r\n":
            ranges.add((first - 2, past - first + 2))
    return frozenset(ranges)
