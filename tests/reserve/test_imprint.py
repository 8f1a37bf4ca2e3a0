"""Imprints: what is hashed, which declared digest is true of what, and one answer on two ways."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.record import Skip
from headwater.reserve import imprint, quick, reading
from headwater.reserve.imprint import Imprint
from headwater.sources import SOURCES
from headwater.sources.capture import Place
from headwater.sources.frame import sole_frame
from headwater.sources.shard import Limits
from tests.reserve.archives import Page, pages, sha1, warc_gz

PLACE = Place("a.warc.gz", "ab" * 32, 12, 345, "12")


def long_way(record: bytes) -> Imprint | Skip:
    frame = sole_frame(record, Limits())
    assert frame is not None
    return imprint.of_frame(frame, PLACE, Limits())


def sealed(page: Page) -> Imprint:
    found = long_way(page.record())
    assert isinstance(found, Imprint), found
    return found


def test_what_is_hashed_is_what_the_specification_says() -> None:
    page = Page()
    record, found = page.record(), sealed(page)
    head = record[: record.index(page.body)]

    assert found.head == head
    assert found.payload_sha256 == hashlib.sha256(page.body).digest()
    assert found.record_sha256 == hashlib.sha256(head + found.payload_sha256).digest()
    assert (found.uri, found.captured, found.payload_form) == (page.uri, page.date, "raw")
    assert found.payload_sha1 == hashlib.sha1(page.body).hexdigest()


def test_a_date_in_the_header_is_sealed_with_the_content() -> None:
    assert sealed(Page()).record_sha256 != sealed(Page(date="2018-05-01T12:00:00Z")).record_sha256


CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
ZIPPED = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n"
BODY = b"<html>one two</html>"
BOTH = CHUNKED.replace(b"Transfer", b"Content-Encoding: gzip\r\nTransfer")
ZIP = gzip.compress(BODY, mtime=0)
CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("page", "form", "of"),
    [
        (Page(body=BODY), "raw", BODY),
        (Page(body=CHUNKS % (len(BODY), BODY), http=CHUNKED, digest=sha1(BODY)), "dechunked", BODY),
        (Page(body=ZIP, http=ZIPPED, digest=sha1(ZIP)), "raw", ZIP),
        (Page(body=ZIP, http=ZIPPED, digest=sha1(BODY)), "decoded", BODY),
        (Page(body=CHUNKS % (len(ZIP), ZIP), http=BOTH, digest=sha1(ZIP)), "dechunked", ZIP),
        (Page(body=BODY, digest=sha1(b"\r\n" + BODY)), "cc-crlf", b"\r\n" + BODY),
        (Page(body=BODY, digest=f"sha1:{hashlib.sha1(BODY).hexdigest()}"), "raw", BODY),
    ],
)
def test_the_form_that_a_declared_digest_is_true_of_is_told(page: Page, form: str, of: bytes) -> None:
    found = sealed(page)

    assert (found.payload_form, found.payload_sha1) == (form, hashlib.sha1(of).hexdigest())
    assert bytes(found.payload) == BODY
    assert found.payload_sha256 == hashlib.sha256(BODY).digest()
    assert found.record_sha256 == imprint.record_digest(found.head, hashlib.sha256(page.body).digest())


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (Page(digest=sha1(b"other")), "payload-digest-wrong"),
        (Page(digest="sha1:nonsense"), "payload-digest-wrong"),
        (Page(digest="sha256:" + "00" * 32), "payload-digest-wrong"),
        (Page(digest="", more=f"WARC-Block-Digest: {sha1(b'other')}"), "block-digest-wrong"),
    ],
)
def test_a_wrong_digest_is_a_skip_with_its_reason(page: Page, reason: str) -> None:
    found = long_way(page.record())
    assert isinstance(found, Skip)
    assert (found.reason, found.lost) == (reason, True)


@pytest.mark.parametrize("digest", ["", "md5:0000", f"sha256:{hashlib.sha256(Page().body).hexdigest()}"])
def test_without_a_sha1_there_is_none_to_join_by(digest: str) -> None:
    assert sealed(Page(digest=digest)).payload_sha1 == ""


HTTP = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n",
        b"HTTP/1.0 404 No\r\nVary: Accept-Encoding\r\ncontent-type: TEXT/Plain;charset=x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html, text/plain\r\nX-Crawl-Content-Encoding: gzip\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Type: text/html\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type : text/html\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type:\r\n text/html\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\x1cContent-Encoding: gzip\r\nContent-Type: text/html\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\n\nx\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Language: de\r\nContent-Type: text/html\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"no header\r\n\r\n",
        CHUNKED,
        ZIPPED,
    ]
)
MORE = st.sampled_from(
    [
        "",
        "WARC-Truncated: length",
        "WARC-Identified-Content-Language: eng,deu",
        "WARC-Date: 2020",
        "X: \x85",
        "Content-Type: text/dns",
        "warc-type: request",
        "WARC-Type : request",
        " folded",
        "no colon",
    ]
)
PAGES = st.builds(
    Page,
    http=HTTP,
    more=MORE,
    body=st.one_of(
        st.binary(max_size=80), st.sampled_from([BODY, ZIP, b"%PDF-1.4", b"4\r\nabcd\r\n0\r\n\r\n"])
    ),
    date=st.one_of(
        st.sampled_from(["2019-05-01T12:00:00Z", "20190501120000", "never"]),
        st.dates().map("{}T23:59:00Z".format),
        st.builds("20{:02}-{:02}-{:02}T12:00:00Z".format, *(st.integers(0, n) for n in (99, 13, 32))),
    ),
    kind=st.sampled_from(["response", "response", "resource", "request"]),
    digest=st.sampled_from([None, None, None, "", "sha1:x", "md5:00"]),
)


@given(PAGES)
def test_the_quick_way_says_what_the_long_way_says(page: Page) -> None:
    found = quick.imprint_of(page.record(), PLACE)
    if found is not None:
        assert found._replace(payload=bytes(found.payload)) == long_way(page.record())


@given(PAGES, st.integers(0, 400), st.binary(max_size=3))
def test_damage_does_not_part_the_two_ways(page: Page, at: int, by: bytes) -> None:
    record = page.record()
    record = record[: at % len(record)] + by + record[at % len(record) + 1 :]
    found, frame = quick.imprint_of(record, PLACE), sole_frame(record, Limits())
    if found is not None:
        assert frame is not None
        assert found._replace(payload=bytes(found.payload)) == imprint.of_frame(frame, PLACE, Limits())


def test_an_ordinary_page_goes_the_quick_way() -> None:
    assert quick.imprint_of(Page().record(), PLACE) is not None
    assert quick.imprint_of(replace(Page(), http=ZIPPED).record(), PLACE) is None


def test_a_row_has_its_other_fields_for_a_head(tmp_path: Path) -> None:
    row = {"text": "one two", "url": "https://example.com/", "language": "en", "date": "2019-05-01", "n": 1}
    (tmp_path / "a.jsonl").write_text(json.dumps(row) + "\n{broken\n")
    (shard,) = SOURCES["jsonl"].shards(str(tmp_path / "a.jsonl"), "a.jsonl", shard_bytes=2**20)
    found, skip = reading.read(shard, Limits())

    assert isinstance(found, Imprint)
    assert isinstance(skip, Skip)
    head = b'{"metadata":{"date":"2019-05-01","language":"en","n":1},"url":"https://example.com/"}'
    assert found.head == head
    assert found.record_sha256 == hashlib.sha256(head + hashlib.sha256(b"one two").digest()).digest()
    assert (found.language, found.captured_from, found.payload) == ("en", "field:date", b"one two")


def test_an_archive_gives_imprints_and_skips(tmp_path: Path) -> None:
    some = [Page(0), Page(1, kind="request"), Page(2, digest=sha1(b"x")), Page(3, body=ZIP, http=ZIPPED)]
    (tmp_path / "a.warc.gz").write_bytes(warc_gz(some))
    (shard,) = SOURCES["warc"].shards(str(tmp_path / "a.warc.gz"), "a.warc.gz", shard_bytes=2**20)
    found = list(reading.read(shard, Limits()))

    assert [type(one).__name__ for one in found] == ["Imprint", "Skip", "Skip", "Imprint"]


def test_payloads_hashed_side_by_side_give_the_same_imprints_in_the_same_order(tmp_path: Path) -> None:
    some = [
        replace(page, http=ZIPPED)
        if page.number % 7 == 3
        else replace(page, body=page.body * (page.number % 90))
        for page in pages(300)
    ]
    file = tmp_path / "a.warc.gz"
    file.write_bytes(warc_gz(some) + b"what is no record" + warc_gz(pages(3, start=900)))
    (shard,) = SOURCES["warc"].shards(str(file), file.name, shard_bytes=2**60)

    plain = list(reading.read(shard, Limits()))

    assert list(reading.read(shard, Limits(), lanes=True)) == plain
    assert len(plain) >= 303
