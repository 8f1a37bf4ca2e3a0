"""The quick way to an imprint, for what nearly all members of a `.warc.gz` are; all else goes the long way.

It gives what `imprint.of_frame` gives, or None; a property test holds the two together. Here every line
counts: sealing spends its time in inflate and SHA-256, and what stands between is Python.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from headwater.reserve.imprint import Imprint, sha1_number
from headwater.sources.capture import Place
from headwater.sources.media import sniff_binary

# What the long way would decode, join or unfold.
_DOUBTS = re.compile(rb"\n\s*(?:transfer-encoding|content-encoding|content-language)|\n[ \t]|\n\n")
_STATUS = re.compile(rb"http/\d(?:\.\d)?[ \t]+\d{3}[^\r\n]*\r\n")
_TYPE = re.compile(rb"\ncontent-type:[ \t]*(text/html|text/plain)[ \t]*[;,\r]")
_CONTROL = bytes((*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F))
_DATE = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ")
MAX_BYTES, MAX_HEADER_BYTES = 2**20, 2**14


class Draft(NamedTuple):
    """An imprint without its SHA-256 digests, taken of many payloads at once.

    Attributes:
        head: Of the imprint.
        payload: Of the imprint.
        fields: Its other fields between the digests and the head, in order.
    """

    head: bytes
    payload: memoryview
    fields: tuple[str, str, str, str, str, int, int, str, str, str, str]


def imprint_of(data: bytes, place: Place) -> Imprint | None:
    """Take the imprint of one WARC record.

    Args:
        data: A decompressed member that was whole.
        place: Where it stands.

    Returns:
        The imprint, or None to go the long way.
    """
    found = draft_of(data, place)
    return finished([found], _each)[0] if found else None


def finished(
    drafts: Sequence[Draft], hashed: Callable[[Sequence[bytes | memoryview]], list[bytes]]
) -> list[Imprint]:
    """Take the digests that drafts lack.

    Args:
        drafts: Some of them.
        hashed: From messages to their SHA-256.

    Returns:
        Their imprints, in order.
    """
    digests = hashed([one.payload for one in drafts])
    records = hashed([one.head + digest for one, digest in zip(drafts, digests, strict=True)])
    return [
        Imprint(record, digest, digest, *one.fields, one.head, one.payload)
        for one, digest, record in zip(drafts, digests, records, strict=True)
    ]


def _each(messages: Sequence[bytes | memoryview]) -> list[bytes]:
    return [hashlib.sha256(one).digest() for one in messages]


def draft_of(data: bytes, place: Place) -> Draft | None:
    """Take all of an imprint but what costs most.

    Args:
        data: A decompressed member that was whole.
        place: Where it stands.

    Returns:
        The draft, its declared SHA-1 checked, or None to go the long way.
    """
    end = data.find(b"\r\n\r\n", 0, MAX_HEADER_BYTES)
    body = data.find(b"\r\n\r\n", end + 4, end + MAX_HEADER_BYTES) + 4
    if end < 0 or body < 4 or not data.startswith((b"WARC/1.0\r\n", b"WARC/1.1\r\n")):
        return None
    stop = len(data) - 4
    fields = _fields(data[10:end])
    if fields.get("content-length") != str(stop - end - 4) or stop - end > MAX_BYTES:
        return None
    media_type = _text(data[end + 4 : body])
    if not media_type or data[stop:] != b"\r\n\r\n" or sniff_binary(data[body : body + 32]):
        return None
    declared, date = fields.get("warc-payload-digest", ""), fields.get("warc-date", "")
    wanted = sha1_number(declared[5:]) if declared[:5] == "sha1:" else -1
    if fields.get("warc-type") != "response" or wanted < 0 or not _DATE.fullmatch(date):
        return None
    payload = memoryview(data)[body:stop]
    sha1 = hashlib.sha1(payload, usedforsecurity=False)
    if int.from_bytes(sha1.digest()) != wanted:
        return None
    return Draft(
        data[:body],
        payload,
        (
            sha1.hexdigest(),
            "raw",
            fields.get("warc-target-uri", "").strip("<>"),
            date,
            "warc-date",
            place.offset,
            place.length,
            fields.get("warc-record-id", ""),
            media_type,
            fields.get("warc-identified-content-language", ""),
            fields.get("warc-truncated", ""),
        ),
    )


def _fields(head: bytes) -> dict[str, str]:
    """Read the fields of a WARC header; none where they are folded or not UTF-8."""
    if b"\n " in head or b"\n\t" in head:
        return {}
    try:
        lines = [line.partition(":") for line in head.decode("utf-8").split("\n")]
    except UnicodeDecodeError:
        return {}
    return {name.strip().lower(): value.strip() for name, colon, value in lines if colon}


def _text(http: bytes) -> str:
    """Give the media type in an HTTP header, if it is text and nothing in the header needs a closer look."""
    low = http.lower()
    if low.count(b"content-type") != 1 or _DOUBTS.search(low) or not _STATUS.match(low):
        return ""
    found = _TYPE.search(low)
    sound = low.isascii() and len(low.translate(None, _CONTROL)) == len(low)
    return found[1].decode("ascii") if found and sound else ""
