"""The head: what a log has decided to be, written before it is signed, and enough to redo the step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from headwater import canonical
from headwater.errors import FormatError
from headwater.log.segment import SEGMENT_ENTRIES
from headwater.log.tree import EMPTY_ROOT, HASH_BYTES

PATH = "head"
_KEYS = {"format", "origin", "root", "segments", "size", "start", "tail"}
_FORMAT = "headwater-log-1"


@dataclass(frozen=True, slots=True)
class Head:
    """The state of a log after its last step.

    Attributes:
        origin: Identity of the log.
        size: Number of entries.
        root: Root over them.
        start: Entries before the full segments of the last step, a multiple of 65,536.
        segments: Names of the full segments that the last step added.
        tail: Name of the last segment if it is not full; empty if there is none.
    """

    origin: str
    size: int = 0
    root: bytes = EMPTY_ROOT
    start: int = 0
    segments: tuple[bytes, ...] = ()
    tail: bytes = b""

    @property
    def full(self) -> int:
        """Give the number of entries in full segments."""
        return self.start + len(self.segments) * SEGMENT_ENTRIES


def encode(head: Head) -> bytes:
    """Encode a head as canonical JSON."""
    return canonical.encode(
        {
            "format": _FORMAT,
            "origin": head.origin,
            "root": head.root.hex(),
            "segments": [root.hex() for root in head.segments],
            "size": head.size,
            "start": head.start,
            "tail": head.tail.hex(),
        }
    )


def parse(data: bytes) -> Head:
    """Parse a head.

    Args:
        data: Canonical JSON.

    Returns:
        The head, with `encode(parse(data)) == data`.

    Raises:
        FormatError: If it is not one, or its sizes do not agree.
    """
    value = canonical.parse(data)
    if not isinstance(value, dict) or set(value) != _KEYS or value["format"] != _FORMAT:
        raise FormatError("not the head of a log, or of a later version of the format")
    size, start, segments = value["size"], value["start"], value["segments"]
    if type(size) is not int or type(start) is not int or not isinstance(segments, list):
        raise FormatError("the head of a log holds no sizes or no segments")
    tail = b"" if value["tail"] == "" else _root(value["tail"])
    roots = tuple(_root(one) for one in segments)
    if not isinstance(value["origin"], str) or not value["origin"]:
        raise FormatError("the head of a log has no origin")
    head = Head(value["origin"], size, _root(value["root"]), start, roots, tail)
    rest = size - head.full
    if start < 0 or start % SEGMENT_ENTRIES or not 0 <= rest < SEGMENT_ENTRIES or bool(rest) != bool(tail):
        raise FormatError("the sizes in the head of a log do not agree")
    return head


def _root(value: Any) -> bytes:
    try:
        root = bytes.fromhex(value)
    except (TypeError, ValueError) as error:
        raise FormatError("a hash in the head of a log is not hex") from error
    if len(root) != HASH_BYTES or root.hex() != value:
        raise FormatError("a hash in the head of a log is not 64 lower-case hex digits")
    return root
