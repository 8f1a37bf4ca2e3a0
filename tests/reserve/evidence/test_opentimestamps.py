"""OpenTimestamps proofs: a real one of 2015, vectors, and a parser that takes no other bytes."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.errors import FormatError, InputError, VerificationError
from headwater.reserve.evidence import METHODS, Anchors, Subject, ots
from headwater.reserve.evidence.bitcoin import parse_header, parse_headers
from tests.log.samples import damaged

VECTORS = json.loads(
    (Path(__file__).resolve().parents[3] / "vectors" / "reserve" / "opentimestamps.json").read_text(
        encoding="utf-8"
    )
)
REAL = VECTORS["cases"][0]
PROOF, HEADER = bytes.fromhex(REAL["proof"]), bytes.fromhex(REAL["header"])
SUBJECT = Subject(hashlib.sha256(b"Hello World!\n").digest())
METHOD = METHODS["opentimestamps-1"]


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["comment"])
def test_vectors(case: dict[str, Any]) -> None:
    subject, headers = Subject(bytes.fromhex(case["sha256"])), (bytes.fromhex(case["header"]),)
    wrong = {"malformed": FormatError, "invalid": VerificationError}
    if case["result"] in wrong:
        with pytest.raises(wrong[case["result"]]):
            METHOD.date(bytes.fromhex(case["proof"]), subject, Anchors(headers=headers))
        return
    found = METHOD.date(bytes.fromhex(case["proof"]), subject, Anchors(headers=headers))
    assert found.strftime("%Y-%m-%dT%H:%M:%SZ") == case["date"]


def test_a_real_proof_of_2015_is_verified_by_its_header_alone() -> None:
    assert METHOD.date(PROOF, SUBJECT, Anchors(headers=(HEADER,))) == datetime(
        2015, 5, 28, 17, 41, 18, tzinfo=UTC
    )
    assert parse_header(HEADER).work > 1 << 67
    (only,) = [one for one, _ in ots.follow(ots.parse(PROOF)) if one.kind == ots.BITCOIN]
    assert ots.height(only) == 358391


def test_a_header_that_nobody_trusts_is_no_anchor() -> None:
    with pytest.raises(VerificationError, match="358391") as caught:
        METHOD.date(PROOF, SUBJECT, Anchors())
    assert "358391" in caught.value.hint


@pytest.mark.parametrize("at", [0, 36, 68, 72, 76])
def test_a_header_with_one_bit_changed_has_lost_its_work(at: int) -> None:
    with pytest.raises(VerificationError):
        parse_header(HEADER[:at] + bytes([HEADER[at] ^ 1]) + HEADER[at + 1 :])


def test_a_header_that_was_cheap_to_make_is_refused() -> None:
    easy = bytearray(80)
    easy[72:76] = (0x207FFFFF).to_bytes(4, "little")
    while True:
        easy[76] += 1
        if hashlib.sha256(hashlib.sha256(easy).digest()).digest()[-1] < 0x7F:
            break
    with pytest.raises(VerificationError, match="too little work"):
        parse_header(bytes(easy))


def test_headers_are_read_from_text() -> None:
    assert parse_headers(f"# block 358391\n{HEADER.hex()}  # 2015\n\n") == (HEADER,)
    with pytest.raises(InputError):
        parse_headers("xyz")
    with pytest.raises(FormatError):
        parse_headers("00")


def test_forks_are_followed_each_from_where_it_began() -> None:
    end = bytes.fromhex("00") + ots.BITCOIN + b"\x01\x05"
    data = (
        ots.MAGIC + b"\x01\x08" + b"d" * 32 + b"\xff\xf0\x01a\xff" + end + b"\xf2" + end + b"\xf1\x01b" + end
    )
    parsed = ots.parse(data)

    assert [message for _, message in ots.follow(parsed)] == [
        b"d" * 32 + b"a",
        b"a" + b"d" * 32,
        b"b" + b"d" * 32,
    ]


def test_an_operation_that_nobody_can_do_leads_nowhere() -> None:
    parsed = ots.parse(ots.MAGIC + b"\x01\x08" + b"d" * 32 + b"\x67\x00" + ots.BITCOIN + b"\x01\x05")

    assert list(ots.follow(parsed)) == []


def test_a_message_that_doubles_again_and_again_is_refused() -> None:
    parsed = ots.parse(
        ots.MAGIC + b"\x01\x08" + b"d" * 32 + b"\xf3" * 30 + b"\x00" + ots.BITCOIN + b"\x01\x05"
    )
    with pytest.raises(FormatError, match="grows"):
        list(ots.follow(parsed))


@settings(max_examples=500)
@given(st.one_of(damaged(PROOF), st.binary(max_size=120).map(lambda rest: ots.MAGIC + b"\x01\x08" + rest)))
def test_any_bytes_are_refused_or_encode_to_themselves(data: bytes) -> None:
    try:
        parsed = ots.parse(data)
    except FormatError:
        return
    assert ots.encode(parsed) == data
