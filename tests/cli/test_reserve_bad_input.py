"""Each kind of bad input to a seal: skipped and counted under its name, or told with its place."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard

from tests.cli.test_reserve_commands import Type, typing
from tests.reserve.archives import Page, pages, warc_gz

GOOD = pages(2)
PLAIN = b"".join(page.record() for page in GOOD)
BAD, AFTER = Page(7), Page(9)
LENGTH = f"Content-Length: {len(BAD.http) + len(BAD.body)}".encode()
BOMB = replace(BAD, body=b"a" * 20_000_000)
SAME = [Page(number, record_id="<urn:same>") for number in (5, 6)]


def length(said: str) -> bytes:
    return BAD.record().replace(LENGTH, f"Content-Length: {said}".encode())


def zipped(*records: bytes) -> bytes:
    return b"".join(gzip.compress(one, mtime=0) for one in records)


# File -> its bytes, the name of what is wrong with one record, and how many others are sealed.
CASES = {
    "cut.warc.gz": (warc_gz(GOOD) + warc_gz([BAD])[:-20], "gzip-truncated", 2),
    "cut.warc.zst": (
        b"".join(zstandard.compress(page.record()) for page in [*GOOD, BAD])[:-9],
        "zstd-truncated",
        2,
    ),
    "cut.warc": (PLAIN + BAD.record()[:-30], "record-truncated", 2),
    "long.warc": (PLAIN + length("99999") + AFTER.record(), "content-length-wrong", 3),
    "short.warc": (PLAIN + length("20") + AFTER.record(), "content-length-wrong", 3),
    "many.warc": (PLAIN + length("many") + AFTER.record(), "content-length-invalid", 3),
    "long.warc.gz": (zipped(length("99999"), AFTER.record()), "content-length-wrong", 1),
    "short.warc.gz": (zipped(length("20"), AFTER.record()), "content-length-wrong", 1),
    "same.warc.gz": (warc_gz([*GOOD, *SAME]), "record-id-repeated", 3),
    "bomb.warc.gz": (warc_gz([*GOOD, BOMB]), "payload-too-large", 2),
    "old.warc.gz": (warc_gz([*GOOD, replace(BAD, date="1989-12-31T23:59:59Z")]), "date-before-1990", 2),
    "new.warc.gz": (warc_gz([*GOOD, replace(BAD, date="2093-01-01T00:00:00Z")]), "date-in-future", 2),
    "bad.jsonl": (b'{"text":"one"}\n{"text": broken\n{"text":"two"}\n', "json-invalid", 2),
    "utf8.jsonl": (b'{"text":"one"}\n{"text":"\xff\xfe"}\n{"text":"two"}\n', "utf8-invalid", 2),
}


@pytest.fixture
def type_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    monkeypatch.chdir(tmp_path)
    typed = typing(capsys)
    assert typed("keygen", "example.com/bad", "--keys", "keys")[0] == 0
    return typed


@pytest.mark.parametrize("name", CASES)
def test_bad_input_stops_a_strict_seal_and_is_counted_by_any_other(
    tmp_path: Path, type_: Type, name: str
) -> None:
    data, reason, n_sealed = CASES[name]
    (tmp_path / name).write_bytes(data)
    seal = ("seal", "store", name, "--keys", "keys", "--workers", "1")

    code, out, err = type_(*seal, "--strict")
    assert (code, out) == (2, "")
    place, hint = err.splitlines()
    assert place.startswith(f"headwater: {name}, bytes ")
    assert place.endswith(f": {reason}")
    offset = int(place.removeprefix(f"headwater: {name}, bytes ").split(":")[0])
    assert data[offset:].startswith((b"WARC/", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"{"))
    assert hint == "hint: without --strict it is skipped and counted"

    code, out, err = type_(*seal, "--json")  # As the hint says.
    report = json.loads(out)
    assert (code, err, report["n_sealed"]) == (0, "", n_sealed)
    assert {why: one["n_records"] for why, one in report["skips"].items()} == {reason: 1}
    assert report["n_read"] == n_sealed + 1
    assert type_("verify", "store")[1].startswith(f"verified: {n_sealed} documents as sealed")


def test_a_command_given_twice_doubles_nothing(tmp_path: Path, type_: Type) -> None:
    (tmp_path / "a.warc.gz").write_bytes(warc_gz(GOOD))
    seal = ("seal", "store", "a.warc.gz", "--keys", "keys", "--workers", "1")
    assert type_(*seal)[0] == 0

    code, out, err = type_(*seal)

    assert (code, out) == (2, "")
    assert "were sealed before, as documents 0 to 1\n" in err
    assert type_("verify", "store")[1].startswith("verified: 2 documents")
    assert type_(*seal, "--in-place")[0] == 0


def test_sources_without_a_document_leave_nothing_unfinished(tmp_path: Path, type_: Type) -> None:
    (tmp_path / "none.jsonl").write_text("x\n")
    (tmp_path / "some.jsonl").write_text('{"text":"words"}\n')
    assert type_("seal", "store", "none.jsonl", "--keys", "keys")[0] == 2

    assert type_("seal", "store", "some.jsonl", "--keys", "keys")[0] == 0
