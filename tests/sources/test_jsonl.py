"""Reading JSON lines: a bad line costs itself, compression changes nothing but the accounting."""

from __future__ import annotations

import hashlib
import json
import time
import zlib
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.record import record_id
from headwater.sources.shard import Limits
from tests.sources.samples import gz, read_bytes, zst
from tests.sources.test_damage import damaged_bytes, read

SMALL = Limits(max_payload_bytes=200, max_header_bytes=100)


def lines(n: int) -> bytes:
    return b"".join(
        json.dumps({"text": f"Words of {i}. " * (i % 7), "url": f"http://e.org/{i}"}).encode() + b"\n"
        for i in range(n)
    )


def test_fields_are_mapped_and_the_rest_is_kept(tmp_path: Path) -> None:
    row = {
        "id": "a-1",
        "raw_content": "héllo",
        "uri": "http://e.org/",
        "created": 1577836800,
        "score": 0.5,
        "n": {"b": 1, "a": []},
    }
    data = (json.dumps(row) + "\n").encode()
    record = read_bytes(tmp_path, "x.jsonl", data).records[0]

    assert (record.payload, record.media_type, record.charset) == ("héllo".encode(), "text/plain", "utf-8")
    assert (record.url, record.captured, record.captured_from) == (
        "http://e.org/",
        "2020-01-01T00:00:00Z",
        "field:created",
    )
    assert record.metadata == '{"created":1577836800,"id":"a-1","n":{"a":[],"b":1},"score":0.5}'
    assert (record.offset, record.length, record.status, record.headers) == (0, len(data), 0, ())


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"text": "cut', "json-invalid"),
        (b'{"text": "a\0b"}', "json-invalid"),
        (b"[" * 100_000, "json-invalid"),
        (b'{"text": ' + b"9" * 5000 + b"}", "json-invalid"),
        (b"[1]", "json-not-object"),
        (b'"text"', "json-not-object"),
        (b'{"body": "x"}', "text-missing"),
        (b'{"text": null}', "text-missing"),
        (b'{"text": ["x"]}', "text-missing"),
        (b'{"text": "\xff"}', "utf8-invalid"),
        (b'{"text": "\\ud800"}', "utf8-invalid"),
    ],
)
def test_a_bad_line_costs_itself(tmp_path: Path, line: bytes, reason: str) -> None:
    good = lines(3)
    reading = read_bytes(tmp_path, "x.jsonl", good + line + b"\n" + good)

    assert reading.reasons == [reason]
    assert (reading.skips[0].offset, reading.skips[0].length) == (len(good), len(line) + 1)
    assert len(reading.records) == 6


def test_what_json_cannot_say_exactly_is_kept_as_near_as_can_be(tmp_path: Path) -> None:
    line = (
        b'{"text": "x", "big": 123456789012345678901, "nan": NaN, "s": "\\ud800", "deep": '
        + b"[" * 200
        + b"]" * 200
        + b"}"
    )
    record = read_bytes(tmp_path, "x.jsonl", line).records[0]

    assert json.loads(record.metadata)["big"] == "123456789012345678901"
    assert json.loads(record.metadata)["nan"] is None
    assert json.loads(record.metadata)["s"] == "?"


def test_long_lines_and_long_texts_are_bounded(tmp_path: Path) -> None:
    long_text = json.dumps({"text": "x" * 300}).encode() + b"\n"
    long_line = json.dumps({"text": "x", "more": "y" * 900}).encode() + b"\n"
    reading = read_bytes(
        tmp_path, "x.jsonl", lines(2) + long_text + long_line + lines(2) + long_line[:-1], limits=SMALL
    )

    assert reading.reasons == ["payload-too-large", "line-too-long", "line-too-long"]
    assert len(reading.records) == 4


def test_blank_lines_and_nul_padding_are_no_loss(tmp_path: Path) -> None:
    reading = read_bytes(
        tmp_path, "x.jsonl", b"\xef\xbb\xbf" + lines(1) + b"\n \r\n" + lines(1)[:-1] + b"\r\n" + b"\0" * 50
    )

    assert len(reading.records) == 2
    assert reading.reasons == ["padding"] * 2
    assert not any(skip.lost for skip in reading.skips)


@pytest.mark.parametrize("shard_bytes", [1, 7, 64, 1000])
def test_shards_of_any_width_give_the_same_records(tmp_path: Path, shard_bytes: int) -> None:
    data = lines(20) + b"bad\n\n" + lines(3)[:-1]

    assert read_bytes(tmp_path, "x.jsonl", data, shard_bytes=shard_bytes) == read_bytes(
        tmp_path, "x.jsonl", data
    )


@pytest.mark.parametrize("name", ["x.jsonl.gz", "x.jsonl.zst"])
def test_compressed_lines_are_one_shard_whose_last_item_takes_the_length(tmp_path: Path, name: str) -> None:
    packer = gz if name.endswith("gz") else zst
    data = packer(lines(5)) + packer(lines(20)[len(lines(5)) : -1])
    reading = read_bytes(tmp_path, name, data, shard_bytes=10)
    plain = read_bytes(tmp_path, "x.jsonl", lines(20))

    assert [r.payload for r in reading.records] == [r.payload for r in plain.records]
    assert [r.length for r in reading.records] == [0] * 19 + [len(data)]
    assert reading.skips == []


@pytest.mark.parametrize(
    ("name", "reason"), [("x.jsonl.gz", "gzip-truncated"), ("x.jsonl.zst", "zstd-truncated")]
)
def test_a_compressed_file_cut_off_is_noticed(tmp_path: Path, name: str, reason: str) -> None:
    packer = gz if name.endswith("gz") else zst
    reading = read_bytes(tmp_path, name, packer(lines(5000))[:-1000])

    assert reading.reasons == [reason]
    assert reading.skips[0].n_records == 0
    assert 0 < len(reading.records) < 5000 or name.endswith("zst")


def test_junk_behind_the_last_member_is_noticed(tmp_path: Path) -> None:
    data = gz(lines(3))
    assert read_bytes(tmp_path, "x.jsonl.gz", data + b"\0" * 99).reasons == []
    reading = read_bytes(tmp_path, "x.jsonl.gz", data + b"junk")
    assert (reading.reasons, len(reading.records), reading.skips[0].length) == (["bytes-unrecognised"], 3, 4)


@pytest.mark.parametrize("data", [b"", gz(b""), zst(b"")])
def test_nothing_is_fine(tmp_path: Path, data: bytes) -> None:
    reading = read_bytes(tmp_path, "x.jsonl", data)

    assert reading.records == []
    assert not any(skip.lost for skip in reading.skips)


def bomb(name: str, n_millions: int) -> bytes:
    """Compress that many million newlines."""
    if name.endswith("zst"):
        return zstandard.ZstdCompressor(level=3).compress(b"\n" * (n_millions * 1_000_000))
    state = zlib.compressobj(9, wbits=31)
    return b"".join(state.compress(b"\n" * 1_000_000) for _ in range(n_millions)) + state.flush()


@pytest.mark.parametrize("shard_bytes", [1 << 20, 1 << 40])
def test_millions_of_blank_lines_are_one_skip_and_soon_read(tmp_path: Path, shard_bytes: int) -> None:
    began = time.process_time()
    reading = read_bytes(
        tmp_path, "x.jsonl", lines(2) + b"\n" * 18_000_000 + lines(1), shard_bytes=shard_bytes
    )

    assert time.process_time() - began < 2
    assert len(reading.records) == 3
    assert [(s.offset, s.length, s.n_records, s.lost) for s in reading.skips] == [
        (len(lines(2)), 18_000_000, 0, False)
    ]


@pytest.mark.parametrize("name", ["x.jsonl.gz", "x.jsonl.zst"])
def test_a_bomb_of_blank_lines_is_left_alone_after_64_mib(tmp_path: Path, name: str) -> None:
    data = bomb(name, 300)
    began = time.process_time()
    reading = read_bytes(tmp_path, name, data)

    assert time.process_time() - began < 2
    assert reading.reasons == ["padding", "expansion-too-large"]
    assert (reading.skips[1].n_records, reading.skips[1].lost) == (0, True)


def test_blank_lines_that_expand_much_but_end_soon_are_read(tmp_path: Path) -> None:
    packer = gz(lines(3)) + bomb("x.jsonl.gz", 40) + gz(lines(3)) + bomb("x.jsonl.gz", 40) + gz(lines(2))
    reading = read_bytes(tmp_path, "x.jsonl.gz", packer)

    assert (reading.reasons, len(reading.records)) == (["padding", "padding"], 8)


def test_blank_lines_count_in_the_numbers_of_compressed_lines(tmp_path: Path) -> None:
    spaced = lines(1) + b"\n \r\n" + lines(1)
    digest = hashlib.sha256(gz(spaced)).hexdigest()

    assert [r.id for r in read_bytes(tmp_path, "x.jsonl.gz", gz(spaced)).records] == [
        record_id(digest, "0:0"),
        record_id(digest, "0:3"),
    ]


def wounded(name: str, pieces: list[bytes]) -> list[bytes]:
    """Compress each piece and damage the middle of the third."""
    members = [(gz if name.endswith("gz") else zst)(piece) for piece in pieces]
    middle = len(members[2]) // 2
    members[2] = members[2][:middle] + bytes([members[2][middle] ^ 255]) + members[2][middle + 1 :]
    return members


@pytest.mark.parametrize(
    ("name", "reason"), [("x.jsonl.gz", "gzip-corrupt"), ("x.jsonl.zst", "zstd-corrupt")]
)
def test_a_corrupt_member_costs_its_own_lines(tmp_path: Path, name: str, reason: str) -> None:
    whole = lines(60).splitlines(keepends=True)
    members = wounded(name, [b"".join(whole[i : i + 10]) for i in range(0, 60, 10)])
    data = b"".join(members)
    reading = read_bytes(tmp_path, name, data)

    assert reading.urls == [f"http://e.org/{i}" for i in range(60) if i // 10 != 2]
    start, end = len(b"".join(members[:2])), len(b"".join(members[:3]))
    assert [(s.reason, s.offset, s.length, s.n_records, s.lost) for s in reading.skips] == [
        (reason, start, end - start, 0, True)
    ]
    assert reading.records[20].id == record_id(hashlib.sha256(data).hexdigest(), f"{end}:0")


@pytest.mark.parametrize("name", ["x.jsonl.gz", "x.jsonl.zst"])
def test_lines_cut_by_a_corrupt_member_are_part_of_the_damage(tmp_path: Path, name: str) -> None:
    rows = lines(60)
    width = len(rows) // 6 + 1
    members = wounded(name, [rows[i : i + width] for i in range(0, len(rows), width)])
    reading = read_bytes(tmp_path, name, b"".join(members))
    before, after = rows[: 2 * width].count(b"\n"), rows[3 * width :].count(b"\n") - 1

    assert len(reading.skips) == 1
    assert reading.urls == [f"http://e.org/{i}" for i in [*range(before), *range(60 - after, 60)]]


def test_junk_before_and_between_members_costs_no_line(tmp_path: Path) -> None:
    junk = b"\xff\x8b\x08 junk"
    reading = read_bytes(tmp_path, "x.jsonl.gz", junk + gz(lines(3)) + junk + gz(lines(2)))

    assert len(reading.records) == 5
    assert [(s.reason, s.length, s.n_records) for s in reading.skips] == [
        ("bytes-unrecognised", len(junk), 0)
    ] * 2
    assert read_bytes(tmp_path, "x.jsonl.gz", gz(lines(3)) + b"\0" * 9 + gz(lines(2))).skips == []


def test_plain_lines_under_a_compressed_name_are_read(tmp_path: Path) -> None:
    assert len(read_bytes(tmp_path, "x.jsonl.gz", b"bad\n" + lines(3)).records) == 3


def test_rows_without_text_say_what_they_hold_and_what_was_looked_for(tmp_path: Path) -> None:
    row = {f"field-{i}": i for i in range(12)} | {"a\nlong name " * 9: 1}
    skip = read_bytes(tmp_path, "x.jsonl", json.dumps(row).encode() + b"\n{}").skips

    assert [one.reason for one in skip] == ["text-missing"] * 2
    assert skip[0].detail.startswith("fields a long name a long name…, field-0, field-1, field-10,")
    assert skip[0].detail.endswith("field-4, …; no string in text, content, raw_content")
    assert skip[1].detail.startswith("fields none;")


SEEDS = {
    "x.jsonl": lines(6) + b"\n" * 90 + b" \0\r\n" + lines(6),
    "x.jsonl.gz": gz(lines(12)),
    "x.jsonl.zst": zst(lines(6)) + zst(lines(6)),
    "cut.jsonl.gz": b"".join(gz(lines(12)[i : i + 150]) for i in range(0, len(lines(12)), 150)),
}


@settings(max_examples=200)
@given(damaged_bytes(SEEDS), st.integers(1, 500))
def test_damage_never_raises_and_every_byte_is_accounted_for(
    case: tuple[str, bytes], shard_bytes: int
) -> None:
    name, data = case

    assert read(name, data, shard_bytes=shard_bytes, limits=SMALL) == read(name, data, limits=SMALL)
