"""Leaves: one form, every field held to its own, and a commitment that hides and binds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import FormatError, InputError, SealError
from headwater.log import bundle
from headwater.reserve import leaf
from headwater.reserve.leaf import Leaf, Place
from tests.log.samples import damaged

DIGEST = hashlib.sha256(b"x").hexdigest()
PLACE = Place("archive.example", "crawl/a.warc.gz", DIGEST, 12, 345)
FULL = Leaf(
    record_sha256=DIGEST,
    payload_sha256=DIGEST,
    payload_sha1=hashlib.sha1(b"x").hexdigest(),
    payload_form="raw",
    size_bytes=1,
    uri="https://example.com/é",
    captured="2019-05-01T12:00:00Z",
    captured_from="warc-date",
    place=PLACE,
    record_id="<urn:uuid:1>",
    media_type="text/html",
    language="en",
    licence="CC-BY-4.0",
    licence_basis="the page",
    truncated="length",
    refers_to=DIGEST,
)
BARE = replace(
    FULL, payload_sha1="", payload_form="", captured="", captured_from="", licence="unknown", refers_to=""
)
SALT = bytes(range(16))
RECORD = leaf.encode(FULL)


@pytest.mark.parametrize("one", [FULL, BARE])
def test_a_leaf_comes_back(one: Leaf) -> None:
    assert leaf.parse(leaf.encode(one)) == one


@given(st.text(max_size=50), st.text(max_size=50), st.integers(0, 2**53 - 1))
def test_a_leaf_of_any_text_comes_back_or_is_refused(uri: str, file: str, offset: int) -> None:
    one = replace(FULL, uri=uri, place=replace(PLACE, file=file, offset=offset))
    try:
        record = leaf.encode(one)
    except InputError:
        assert any("\ud800" <= c <= "\udfff" for c in uri + file)
        return
    assert leaf.parse(record) == one


@given(damaged(RECORD, leaf.encode(BARE)))
def test_any_bytes_are_refused_or_encode_to_themselves(data: bytes) -> None:
    try:
        one = leaf.parse(data)
    except FormatError:
        return
    assert leaf.encode(one) == data


WRONG: list[dict[str, Any]] = [
    {"record_sha256": DIGEST.upper()},
    {"payload_sha256": ""},
    {"payload_sha1": "00"},
    {"payload_form": ""},
    {"payload_sha1": "", "payload_form": "raw"},
    {"size_bytes": -1},
    {"size_bytes": 1.5},
    {"size_bytes": True},
    {"uri": None},
    {"captured": "yesterday"},
    {"captured": "2019-02-30T12:00:00Z"},
    {"captured": "2019-05-01T12:00:00+02:00"},
    {"captured": ""},
    {"captured_from": ""},
    {"licence": ""},
    {"refers_to": "x"},
    {"uri": "x" * 70_000},
    {"place": PLACE.file},
    {"place": {"file": "x"}},
    {"more": ""},
]


@pytest.mark.parametrize("change", WRONG, ids=lambda change: str(change)[:40])
def test_a_record_that_is_not_of_the_form_is_refused(change: dict[str, Any]) -> None:
    value = json.loads(RECORD) | change
    data = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    with pytest.raises(FormatError):
        leaf.parse(data)
    if "place" not in change and "more" not in change:
        with pytest.raises(InputError):
            leaf.encode(replace(FULL, **change))


def test_a_record_lacks_no_field() -> None:
    value = json.loads(RECORD)
    for name in value:
        less = {key: value[key] for key in value if key != name}
        with pytest.raises(FormatError):
            leaf.parse(json.dumps(less, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())


def test_a_commitment_is_what_the_specification_says() -> None:
    entry = leaf.commit(RECORD, SALT)

    assert entry == b"\1\1" + hashlib.sha256(b"headwater-reserve-document-1\0" + SALT + RECORD).digest()
    assert len(entry) == leaf.ENTRY_BYTES
    assert leaf.verify(entry, RECORD, SALT) == FULL
    assert bundle.parse(bundle.encode([entry])) == [entry]


@given(st.integers(0, 33), st.integers(1, 255))
def test_no_other_entry_verifies(at: int, by: int) -> None:
    entry = bytearray(leaf.commit(RECORD, SALT))
    entry[at] ^= by
    with pytest.raises((SealError, FormatError)):
        leaf.verify(bytes(entry), RECORD, SALT)


def test_a_forged_date_or_salt_is_noticed() -> None:
    entry = leaf.commit(RECORD, SALT)
    with pytest.raises(SealError):
        leaf.verify(entry, leaf.encode(replace(FULL, captured="2018-05-01T12:00:00Z")), SALT)
    for salt in (bytes(16), SALT[:-1], SALT + b"\0"):
        with pytest.raises(SealError):
            leaf.verify(entry, RECORD, salt)
    # A byte moved from the record to the salt would give the same bytes to hash.
    with pytest.raises(SealError):
        leaf.verify(entry, RECORD[1:], SALT + RECORD[:1])


@pytest.mark.parametrize("salt", [b"", bytes(15), bytes(17)])
def test_a_salt_has_one_length(salt: bytes) -> None:
    with pytest.raises(InputError):
        leaf.commit(RECORD, salt)
