"""Reading WARC: what becomes a record, what a skip, and what damage costs."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import fsspec
import pytest
import zstandard
from fastwarc.warc import ArchiveIterator

from headwater.errors import UnavailableError
from headwater.record import Skip
from headwater.sources import SOURCES
from headwater.sources.shard import Limits
from tests.sources.samples import (
    DATE,
    PACKERS,
    gz,
    http,
    pack,
    page,
    pages,
    read_bytes,
    read_shards,
    warc,
    zst,
)

EACH = pytest.mark.parametrize("name", sorted(PACKERS))


@EACH
def test_a_sound_archive_gives_every_document(tmp_path: Path, name: str) -> None:
    reading = read_bytes(tmp_path, name, pack(pages(20), name))

    assert reading.urls == [f"http://example.org/{i}" for i in range(20)]
    assert reading.skips == []


@EACH
def test_it_reads_what_fastwarc_reads(tmp_path: Path, name: str) -> None:
    data = pack(pages(20), name)
    theirs = [
        (record.headers["WARC-Target-URI"], record.http_headers.to_tuples(), record.reader.read())
        for record in ArchiveIterator(io.BytesIO(data))
    ]

    ours = [(r.url, r.headers, r.payload) for r in read_bytes(tmp_path, name, data).records]

    assert ours == theirs


def test_a_record_says_where_it_came_from(tmp_path: Path) -> None:
    body = page(1)
    first = gz(warc(b"software: x\r\n", kind="warcinfo"))
    second = gz(
        warc(
            http(body, fields=["Content-Type: Text/HTML; Charset=ISO-8859-1", "X-A: 1"]), uri="http://e.org/"
        )
    )
    record = read_bytes(tmp_path, "x.warc.gz", first + second).records[0]

    assert (record.source, record.offset, record.length) == ("x.warc.gz", len(first), len(second))
    assert (record.url, record.media_type, record.charset) == ("http://e.org/", "text/html", "iso-8859-1")
    assert (record.captured, record.captured_from, record.status) == (DATE, "warc-date", 200)
    assert record.headers == (("Content-Type", "Text/HTML; Charset=ISO-8859-1"), ("X-A", "1"))
    assert record.payload_digest == hashlib.sha256(body).hexdigest()
    assert record.metadata == ""


@EACH
@pytest.mark.parametrize("victim", [0, 7, 19])
def test_one_corrupt_record_costs_one_record(tmp_path: Path, name: str, victim: int) -> None:
    pieces = [PACKERS[name](record) for record in pages(20)]
    spoilt = bytearray(pieces[victim])
    # In plain files a flipped byte of a page is a page; break what can be told to be broken.
    at = len(spoilt) // 2 if name != "x.warc" else bytes(spoilt).index(b"WARC-Type")
    spoilt[at : at + 4] = b"\xff\x00\xff\x00"
    pieces[victim] = bytes(spoilt)

    reading = read_bytes(tmp_path, name, b"".join(pieces))

    assert len(reading.records) == 19
    assert len(reading.skips) == 1
    assert reading.skips[0].length == len(spoilt)
    assert reading.skips[0].lost


@EACH
@pytest.mark.parametrize("victim", [0, 7, 19])
def test_a_destroyed_start_costs_one_record(tmp_path: Path, name: str, victim: int) -> None:
    pieces = [PACKERS[name](record) for record in pages(20)]
    pieces[victim] = b"\xff\xff\xff\xff\xff" + pieces[victim][5:]

    reading = read_bytes(tmp_path, name, b"".join(pieces))

    assert len(reading.records) == 19
    assert reading.reasons == ["bytes-unrecognised"]


@EACH
@pytest.mark.parametrize("cut", [1, 5, 9, 40, 200])
def test_a_truncated_file_gives_its_whole_records(tmp_path: Path, name: str, cut: int) -> None:
    pieces = [PACKERS[name](record) for record in pages(13)]
    if name == "x.warc" and cut < 5:
        cut = 5  # The line ends after a block may be missing.

    reading = read_bytes(tmp_path, name, b"".join(pieces)[:-cut])

    assert len(reading.records) == 12
    assert reading.reasons == [
        {"x.warc": "record-truncated", "x.warc.gz": "gzip-truncated", "x.warc.zst": "zstd-truncated"}[name]
    ]
    assert reading.skips[0].offset == sum(map(len, pieces[:12]))


@EACH
@pytest.mark.parametrize("declared", ["99999999", "999999999999999999", "70", "0", "-5", "many", ""])
def test_a_wrong_length_costs_the_record_that_declares_it(tmp_path: Path, name: str, declared: str) -> None:
    records = pages(20)
    records[7] = warc(http(page(7)), fields=[f"Content-Length: {declared}"])

    reading = read_bytes(tmp_path, name, pack(records, name))

    assert len(reading.records) == 19
    assert reading.reasons == ["content-length-wrong" if declared.isdigit() else "content-length-invalid"]


def test_a_checksum_that_fails_at_the_end_holds_the_record_back(tmp_path: Path) -> None:
    good = gz(pages(1)[0])
    reading = read_bytes(tmp_path, "x.warc.gz", good[:-8] + b"\0\0\0\0" + good[-4:] + good)

    assert len(reading.records) == 1
    assert reading.reasons == ["gzip-corrupt"]
    assert reading.records[0].offset == len(good)


def test_bytes_between_members_are_told_from_padding(tmp_path: Path) -> None:
    good = gz(pages(1)[0])
    reading = read_bytes(tmp_path, "x.warc.gz", good + b"\0" * 600 + good + b"junk" + good + b"\0" * 9)

    assert len(reading.records) == 3
    assert reading.reasons == ["padding", "bytes-unrecognised", "padding"]
    assert [(skip.length, skip.lost, skip.n_records) for skip in reading.skips] == [
        (600, False, 0),
        (4, True, 0),
        (9, False, 0),
    ]


@pytest.mark.parametrize(("name", "packer"), [("x.warc.gz", gz), ("x.warc.zst", zst)])
def test_a_file_compressed_as_a_whole_is_read_and_its_last_item_takes_the_length(
    tmp_path: Path, name: str, packer: type[bytes]
) -> None:
    data = packer(b"".join(pages(20)))
    reading = read_bytes(tmp_path, name, data)

    assert len(reading.records) == 20
    assert {record.offset for record in reading.records} == {0}
    assert [record.length for record in reading.records] == [0] * 19 + [len(data)]


@pytest.mark.parametrize(("name", "packer"), [("x.warc.gz", gz), ("x.warc.zst", zst)])
def test_a_wrong_length_inside_one_big_member_costs_one_record(
    tmp_path: Path, name: str, packer: type[bytes]
) -> None:
    records = pages(20)
    records[7] = warc(http(page(7)), fields=["Content-Length: 99999999"])

    assert len(read_bytes(tmp_path, name, packer(b"".join(records))).records) == 19


def test_a_big_member_cut_off_gives_what_came_before(tmp_path: Path) -> None:
    data = gz(b"".join(pages(20)))
    reading = read_bytes(tmp_path, "x.warc.gz", data[: len(data) // 2])

    assert 5 <= len(reading.records) < 20
    assert reading.reasons == ["gzip-truncated"]


def test_a_zstd_dictionary_at_the_start_is_used(tmp_path: Path) -> None:
    records = pages(200)
    samples: list[bytes | bytearray | memoryview[int]] = [*records]
    trained = zstandard.train_dictionary(4096, samples)
    frames = [zstandard.ZstdCompressor(dict_data=trained).compress(record) for record in records]
    for stored in (trained.as_bytes(), zst(trained.as_bytes())):
        opening = b"\x5d\x2a\x4d\x18" + len(stored).to_bytes(4, "little") + stored
        reading = read_bytes(tmp_path, "x.warc.zst", opening + b"".join(frames), shard_bytes=9999)

        assert len(reading.records) == 200
        assert reading.reasons == ["empty-member"]
        assert reading.skips[0].length == len(opening)


@EACH
def test_an_empty_file_is_fine(tmp_path: Path, name: str) -> None:
    reading = read_bytes(tmp_path, name, b"")

    assert (reading.records, reading.skips, reading.size) == ([], [], 0)


@EACH
def test_bytes_that_are_no_archive_are_one_skip(tmp_path: Path, name: str) -> None:
    reading = read_bytes(tmp_path, name, bytes(range(1, 256)) * 40)

    assert reading.reasons == ["bytes-unrecognised"]


def test_every_record_type_is_accounted_for(tmp_path: Path) -> None:
    kinds = [
        "warcinfo",
        "request",
        "metadata",
        "revisit",
        "continuation",
        "surprise",
        "resource",
        "conversion",
    ]
    reading = read_bytes(tmp_path, "x.warc.gz", b"".join(gz(warc(b"some text", kind=kind)) for kind in kinds))

    assert reading.reasons == [
        "record-type-warcinfo",
        "record-type-request",
        "record-type-metadata",
        "record-type-revisit",
        "record-type-continuation",
        "record-type-unknown",
    ]
    assert [skip.lost for skip in reading.skips] == [False, False, False, False, True, True]
    assert [(r.status, r.media_type, r.payload) for r in reading.records] == [
        (0, "text/plain", b"some text")
    ] * 2


def test_missing_uri_and_date_are_allowed(tmp_path: Path) -> None:
    record = (
        b"WARC/1.1\r\nWARC-Type: resource\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok\r\n\r\n"
    )
    found = read_bytes(tmp_path, "x.warc.gz", gz(record)).records[0]

    assert (found.url, found.captured, found.captured_from, found.payload) == ("", "", "", b"ok")


def test_line_feeds_alone_and_folded_lines_are_understood(tmp_path: Path) -> None:
    body = b"HTTP/1.1 404 Not Found\nContent-Type: text/html;\n charset=utf-8\n\n<p>x"
    head = f"WARC/1.0\nWARC-Type: response\nWARC-Target-URI:\n http://e.org/\nContent-Length: {len(body)}\n\n"
    for name, packer in PACKERS.items():
        found = read_bytes(tmp_path, name, packer(head.encode() + body + b"\n\n") * 3).records

        assert [(r.url, r.status, r.charset, r.payload) for r in found] == [
            ("http://e.org/", 404, "utf-8", b"<p>x")
        ] * 3


def test_truncation_by_the_crawler_is_noted(tmp_path: Path) -> None:
    record = warc(http(page(1)), fields=["WARC-Truncated: length"])

    assert read_bytes(tmp_path, "x.warc.gz", gz(record)).records[0].metadata == '{"warc-truncated":"length"}'


def test_a_header_without_end_and_one_without_type_are_skipped(tmp_path: Path) -> None:
    endless = b"WARC/1.0\r\n" + b"X: y\r\n" * 60_000
    untyped = b"WARC/1.0\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
    for name, packer in PACKERS.items():
        reading = read_bytes(tmp_path, name, b"".join(packer(one) for one in (endless, untyped, pages(1)[0])))

        assert reading.reasons == ["warc-header-too-large", "warc-header-invalid"]
        assert len(reading.records) == 1


@EACH
def test_a_block_too_large_to_hold_is_stepped_over(tmp_path: Path, name: str) -> None:
    limits = Limits(max_payload_bytes=1000, max_header_bytes=1000)
    large = warc(http(b"<p>" + b"x" * 5000), uri="http://e.org/large")
    video = warc(http(b"x" * 5000, fields=["Content-Type: video/mp4"]))
    small = warc(http(b"<p>small"), uri="http://e.org/small")
    reading = read_bytes(tmp_path, name, pack([small, large, video, small], name), limits=limits)

    assert reading.urls == ["http://e.org/small"] * 2
    assert reading.reasons == ["payload-too-large", "media-type-not-text"]
    assert [skip.lost for skip in reading.skips] == [True, False]


def test_an_archive_inside_a_page_is_a_page(tmp_path: Path) -> None:
    inner = b"".join(gz(one) for one in pages(3))
    outer = warc(http(inner, fields=["Content-Type: application/warc"]), uri="http://e.org/x.warc.gz")
    data = gz(pages(1)[0]) + gz(outer) + gz(pages(1)[0])
    for shard_bytes in (100, 300, 700, 1 << 30):
        reading = read_bytes(tmp_path, "x.warc.gz", data, shard_bytes=shard_bytes)

        assert reading.urls == ["http://example.org/0"] * 2
        assert "media-type-not-text" in reading.reasons


@EACH
def test_what_looks_like_a_record_inside_one_is_not_given_by_a_later_shard(tmp_path: Path, name: str) -> None:
    inner = pack(pages(30), name)
    outer = warc(http(inner, fields=["Content-Type: text/plain"]), uri="http://e.org/outer")
    data = PACKERS[name](outer) * 3
    (tmp_path / name).write_bytes(data)
    shards = SOURCES["warc"].shards(str(tmp_path / name), name, shard_bytes=len(data) // 9)
    items = [item for shard in shards for item in SOURCES["warc"].read(shard, Limits())]

    # Without `tile`: reading in step finds the seams by itself.
    assert sum(item.length for item in items) == len(data)
    assert len(items) == 3


def test_a_url_is_read_as_a_file_is(tmp_path: Path) -> None:
    data = pack(pages(5), "x.warc.gz")
    with fsspec.open("memory://crawl/x.warc.gz", "wb") as file:
        file.write(data)

    remote = read_shards(SOURCES["warc"].shards("memory://crawl/x.warc.gz", "x.warc.gz", shard_bytes=500))

    assert remote.records == read_bytes(tmp_path, "x.warc.gz", data).records


def test_a_file_that_is_gone_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="No such file"):
        SOURCES["warc"].shards(str(tmp_path / "gone.warc"), "gone.warc", shard_bytes=1)
    shards = SOURCES["warc"].shards(__file__, "x", shard_bytes=1 << 30)
    gone = [type(shard)(**{**shard.to_json(), "path": str(tmp_path / "gone")}) for shard in shards]
    with pytest.raises(UnavailableError):
        list(SOURCES["warc"].read(gone[0], Limits()))


def test_the_fast_way_and_the_careful_way_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = pack([*pages(5), *(warc(b"x", kind="metadata") for _ in range(3))], "x.warc.gz") + gz(
        b"".join(pages(4))
    )
    fast = read_bytes(tmp_path, "x.warc.gz", data)
    monkeypatch.setattr("headwater.sources.member._decode_whole", lambda piece, limit_bytes: None)
    careful = read_bytes(tmp_path, "x.warc.gz", data)

    assert fast == careful


def test_a_skip_has_one_line_of_detail(tmp_path: Path) -> None:
    image = warc(http(b"\x89PNG\r\n\x1a\n", fields=["Content-Type: image/png"]), uri="http://e.org/a.png")
    skip = read_bytes(tmp_path, "x.warc.gz", gz(image)).skips[0]

    assert skip == Skip(
        "x.warc.gz", 0, len(gz(image)), "media-type-not-text", "image/png http://e.org/a.png", 1, lost=False
    )
