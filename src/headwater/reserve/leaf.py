"""The leaf: what a reserve says of one document, and the salted commitment to it that the log holds.

An address can be personal data and the digest of a short page can be guessed, so that the log holds neither.
It holds 34 bytes: a version, a kind, and SHA-256 over a salt and the canonical record. With the record and
the salt anybody can check them; without the salt nobody can tell from them what the record was.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from headwater import canonical
from headwater.errors import FormatError, InputError, SealError

SALT_BYTES = 16
ENTRY_BYTES = 34
MAX_RECORD_BYTES = 2**16
UNKNOWN = "unknown"

_VERSION, _DOCUMENT = 1, 1
_DOMAIN = b"headwater-reserve-document-1\x00"
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SHA1 = re.compile(r"(?:[0-9a-f]{40})?", re.ASCII)
_TIME = re.compile(r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record lies.

    Attributes:
        archive: Who keeps it, such as `commoncrawl.org`; empty where nobody is named.
        file: Name of the file, as the archive has it.
        file_sha256: SHA-256 of the whole file, 64 hex digits.
        offset: First byte of the record in it, or of its compressed member.
        length: Bytes it takes there.
    """

    archive: str
    file: str
    file_sha256: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a reserve says of one document. What is not known is empty, and says so.

    Attributes:
        record_sha256: SHA-256 over the record's head and the SHA-256 of its body, 64 hex digits: the date in
            the header is sealed with the content, and a body that is the payload is hashed once.
        payload_sha256: SHA-256 of the payload, 64 hex digits.
        payload_sha1: SHA-1 of the payload, 40 hex digits, to find it in indexes of others; it proves nothing.
        payload_form: The form of the payload that `payload_sha1` is of, such as `raw` or `dechunked`.
        size_bytes: Length of the payload.
        uri: Where it was captured.
        captured: When, in RFC 3339 UTC, as the source claims.
        captured_from: Where that claim stands, such as `warc-date`.
        place: Where the record lies.
        record_id: Its identity in the archive, such as a WARC-Record-ID.
        media_type: Such as `text/html`.
        language: Such as `en`.
        licence: An SPDX expression, or `unknown`.
        licence_basis: Where the licence stands.
        truncated: Why the payload is not whole.
        refers_to: Payload digest of the document it repeats.
    """

    record_sha256: str
    payload_sha256: str
    payload_sha1: str
    payload_form: str
    size_bytes: int
    uri: str
    captured: str
    captured_from: str
    place: Place
    record_id: str = ""
    media_type: str = ""
    language: str = ""
    licence: str = UNKNOWN
    licence_basis: str = ""
    truncated: str = ""
    refers_to: str = ""


_FIELDS = {field.name for field in fields(Leaf)}
_PLACE_FIELDS = {field.name for field in fields(Place)}


def encode(leaf: Leaf) -> bytes:
    """Encode a leaf as its canonical record.

    Args:
        leaf: What is said of a document.

    Returns:
        Canonical JSON (RFC 8785), at most `MAX_RECORD_BYTES`.

    Raises:
        InputError: If a field is not of its form, or the whole is too long.
    """
    record = canonical.encode(asdict(leaf))
    try:
        _check(leaf, record)
    except FormatError as error:
        raise InputError(str(error)) from error
    return record


def parse(record: bytes) -> Leaf:
    """Parse a canonical record.

    Args:
        record: Its bytes.

    Returns:
        The leaf, with `encode(parse(record)) == record`.

    Raises:
        FormatError: If it is not canonical JSON, lacks a field or has another, or one is not of its form.
    """
    if len(record) > MAX_RECORD_BYTES:
        raise FormatError(f"a record is longer than {MAX_RECORD_BYTES} bytes")
    value = canonical.parse(record)
    place = value.get("place") if isinstance(value, dict) else None
    if not isinstance(place, dict) or set(value) != _FIELDS or set(place) != _PLACE_FIELDS:
        raise FormatError("a record does not have the fields of version 1")
    leaf = Leaf(**(value | {"place": Place(**place)}))
    _check(leaf, record)
    return leaf


def commit(record: bytes, salt: bytes) -> bytes:
    """Commit to a record.

    Args:
        record: A canonical record.
        salt: 16 bytes that nobody could guess, drawn for this record alone.

    Returns:
        The log's entry, 34 bytes.

    Raises:
        InputError: If the salt has another length.
    """
    if len(salt) != SALT_BYTES:
        raise InputError(f"a salt is {SALT_BYTES} bytes, not {len(salt)}")
    return bytes([_VERSION, _DOCUMENT]) + hashlib.sha256(_DOMAIN + salt + record).digest()


def verify(entry: bytes, record: bytes, salt: bytes) -> Leaf:
    """Check that an entry of the log is the commitment to a record.

    Args:
        entry: The entry.
        record: The canonical record.
        salt: Its salt.

    Returns:
        The leaf.

    Raises:
        FormatError: If the entry is not a document's, or the record does not parse.
        SealError: If the entry commits to something else.
    """
    if len(entry) != ENTRY_BYTES or entry[:2] != bytes([_VERSION, _DOCUMENT]):
        raise FormatError("an entry of the log is no document of version 1")
    if len(salt) != SALT_BYTES or commit(record, salt) != entry:
        raise SealError("the record and its salt are not what was sealed")
    return parse(record)


def _check(leaf: Leaf, record: bytes) -> None:
    """Check the form of every field.

    Raises:
        FormatError: If one is not of its form.
    """
    numbers = {"size_bytes": leaf.size_bytes, "offset": leaf.place.offset, "length": leaf.place.length}
    for name, number in numbers.items():
        if type(number) is not int or number < 0:
            raise FormatError(f"{name} of a record is no count of bytes")
    texts = {**asdict(leaf), **asdict(leaf.place)}
    for name, text in texts.items():
        if name not in {*numbers, "place"} and not isinstance(text, str):
            raise FormatError(f"{name} of a record is no text")
    digests = (leaf.record_sha256, leaf.payload_sha256, leaf.place.file_sha256)
    if not all(map(_SHA256.fullmatch, digests)) or not _SHA1.fullmatch(leaf.payload_sha1):
        raise FormatError("a digest in a record is not in lower-case hex")
    if leaf.refers_to and not _SHA256.fullmatch(leaf.refers_to):
        raise FormatError("refers_to of a record is no digest")
    if not _is_time(leaf.captured) or bool(leaf.captured) != bool(leaf.captured_from):
        raise FormatError("captured of a record is no UTC time with its source")
    if bool(leaf.payload_sha1) != bool(leaf.payload_form) or not leaf.licence:
        raise FormatError("a record lacks the form of its SHA-1, or its licence")
    if len(record) > MAX_RECORD_BYTES:
        raise FormatError(f"a record is longer than {MAX_RECORD_BYTES} bytes")


def _is_time(text: str) -> bool:
    if not text or not _TIME.fullmatch(text):
        return not text
    try:
        return bool(datetime.fromisoformat(text[:19]))
    except ValueError:
        return False
