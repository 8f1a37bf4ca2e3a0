"""The quick way to an imprint, for what nearly all members of a `.warc.gz` are; all else goes the long way.

It gives what `imprint.of_frame` gives, or None; a property test holds the two together. Here every line
counts: sealing spends its time in inflate and hashing, and what stands between is Python. One expression
says what header the quick way understands, and takes its fields; a byte that it does not expect is for the
long way.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from headwater.reserve.imprint import Imprint, sha1_number
from headwater.sources.capture import Place
from headwater.sources.media import sniff_binary

_DAY = rb"(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
# Each field that matters as crawlers write it; a later one of the same name takes the place of the earlier,
# as in the long way. Any other spelling of such a name is not matched, and nor is a folded line.
_WARC = re.compile(
    rb"WARC/1\.[01]\r\n(?:WARC-(?:Type: (response)|Date: ([12]\d{3}-"
    + _DAY
    + rb"T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ)|Record-ID:([ -~]*+)|Target-URI:([ -~]*+)"
    rb"|Payload-Digest: sha1:([A-Z2-7]{32}|[0-9a-fA-F]{40})|Identified-Content-Language:([ -~]*+)"
    rb"|Truncated:([ -~]*+))\r\n|Content-Length: (\d++)\r\n|Content-Type: application/http(?:;[ -~]*+)?\r\n"
    rb"|(?!(?i:warc-(?:type|date|record-id|target-uri|payload-digest|identified-content-language|truncated)"
    rb"|content-(?:length|type)):)[!-9;-~]++:[ -~]*+\r\n)*+\r\n"
)
# A response in text, without a coding to undo and without a language of its own.
_OTHER = rb"(?:(?!(?i:content-(?:type|encoding|language)|transfer-encoding):)[!-9;-~]++:[ -~]*+\r\n)*+"
_HTTP = re.compile(
    rb"HTTP/\d(?:\.\d)? ++\d{3}[ -~]*+\r\n"
    + _OTHER
    + rb"(?i:content-type): *+((?i:text/(?:html|plain))) *+(?:[;,][ -~]*+)?\r\n"
    + _OTHER
    + rb"\r\n"
)
MAX_BYTES, MAX_HEADER_BYTES = 2**20, 2**14

Messages = Sequence[bytes | memoryview]


class Draft(NamedTuple):
    """An imprint without its digests, which are taken of many payloads at once.

    Attributes:
        data: The member, decompressed.
        place: Where it stands.
        head: Of the imprint.
        payload: Of the imprint.
        declared: The SHA-1 that the record declares of its payload.
        fields: The imprint's other fields between the form of the payload and the head, in order.
    """

    data: bytes
    place: Place
    head: bytes
    payload: memoryview
    declared: str
    fields: tuple[str, str, str, int, int, str, str, str, str]


class Hashes(NamedTuple):
    """How to hash.

    Attributes:
        payloads: Gives SHA-256 and SHA-1 of each message.
        records: Gives SHA-256 of each message.
    """

    payloads: Callable[[Messages], tuple[list[bytes], ...]]
    records: Callable[[Messages], tuple[list[bytes], ...]]


def imprint_of(data: bytes, place: Place) -> Imprint | None:
    """Take the imprint of one WARC record.

    Args:
        data: A decompressed member that was whole.
        place: Where it stands.

    Returns:
        The imprint, or None to go the long way.
    """
    found = draft_of(data, place)
    return finished([found], ONE_BY_ONE)[0] if found else None


def finished(drafts: Sequence[Draft], hashes: Hashes) -> list[Imprint | None]:
    """Take the digests that drafts lack.

    Args:
        drafts: Some of them.
        hashes: How.

    Returns:
        Their imprints, in order; None, to go the long way, where the declared SHA-1 is not the payload's.
    """
    digests, checks = hashes.payloads([one.payload for one in drafts])
    heads = [one.head + digest for one, digest in zip(drafts, digests, strict=True)]
    (records,) = hashes.records(heads)
    return [
        Imprint(record, digest, digest, sha1.hex(), "raw", *one.fields, one.head, one.payload)
        if int.from_bytes(sha1) == sha1_number(one.declared)
        else None
        for one, digest, sha1, record in zip(drafts, digests, checks, records, strict=True)
    ]


def _both(messages: Messages) -> tuple[list[bytes], ...]:
    sha1 = [hashlib.sha1(one, usedforsecurity=False).digest() for one in messages]
    return *_sha256(messages), sha1


def _sha256(messages: Messages) -> tuple[list[bytes], ...]:
    return ([hashlib.sha256(one).digest() for one in messages],)


ONE_BY_ONE = Hashes(_both, _sha256)


def draft_of(data: bytes, place: Place) -> Draft | None:
    """Take all of an imprint but what costs most.

    Args:
        data: A decompressed member that was whole.
        place: Where it stands.

    Returns:
        The draft, or None to go the long way.
    """
    warc = _WARC.match(data, 0, MAX_HEADER_BYTES)
    if not warc:
        return None
    kind, date, name, uri, declared, language, truncated, length = warc.groups(b"")
    start, stop = warc.end(), len(data) - 4
    http = _HTTP.match(data, start, start + MAX_HEADER_BYTES)
    if not http or not (kind and date and declared) or length != b"%d" % (stop - start):
        return None
    body = http.end()
    if body > stop or stop - start > MAX_BYTES or data[stop:] != b"\r\n\r\n":
        return None
    if sniff_binary(data[body : body + 32]):
        return None
    return Draft(
        data,
        place,
        data[:body],
        memoryview(data)[body:stop],
        declared.decode(),
        (
            uri.decode().strip().strip("<>"),
            date.decode(),
            "warc-date",
            place.offset,
            place.length,
            name.decode().strip(),
            http[1].decode().lower(),
            language.decode().strip(),
            truncated.decode().strip(),
        ),
    )
