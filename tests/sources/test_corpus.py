"""A small corpus of damaged inputs, each read as one shard and as many.

The files under `corpus/` are named after their damage. A file that once broke a reader is added here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.sources.shard import Limits
from tests.sources.samples import read_bytes

CORPUS = sorted((Path(__file__).parent / "corpus").iterdir())
# What each file gives: records, and reasons of its skips in order.
EXPECTED: dict[str, tuple[int, list[str]]] = {
    "archive-in-archive.warc.gz": (2, ["media-type-not-text"]),
    "bomb.warc.gz": (1, ["expansion-too-large"]),
    "checksum-wrong.warc.gz": (2, ["gzip-corrupt"]),
    "chunks-endless.warc.gz": (1, ["transfer-encoding-corrupt"]),
    "coding-lies.warc.gz": (7, []),
    "cut-in-header.warc": (1, ["record-truncated"]),
    "cut-in-trailer.warc.gz": (2, ["gzip-truncated"]),
    "cut.jsonl.gz": (40, ["gzip-truncated"]),
    "cut.jsonl.zst": (0, ["zstd-truncated"]),
    "flags-all.warc.gz": (1, ["gzip-corrupt"]),
    "frame-corrupt.warc.zst": (2, ["zstd-corrupt"]),
    "header-odd.warc": (0, ["record-type-unknown"]),
    "length-huge.warc": (2, ["content-length-wrong"]),
    "length-negative.warc.gz": (2, ["content-length-invalid"]),
    "length-short.warc": (2, ["content-length-wrong"]),
    "line-feeds.warc": (1, ["content-length-wrong"]),
    "magic-destroyed.warc.gz": (2, ["bytes-unrecognised"]),
    "members.jsonl.gz": (3, ["bytes-unrecognised"]),
    "nesting.jsonl": (1, ["json-invalid", "json-invalid"]),
    "not-a-warc.warc.gz": (1, ["bytes-unrecognised", "empty-member"]),
    "nul-and-bom.jsonl": (1, ["padding", "utf8-invalid", "utf8-invalid"]),
    "nul-between.warc.gz": (2, ["padding", "padding"]),
    "one-frame.warc.zst": (4, []),
    "one-member-cut.warc.gz": (2, ["gzip-truncated"]),
    "one-member.warc.gz": (4, []),
    "reserved-block.warc.zst": (2, ["zstd-corrupt"]),
    "skippable-huge.warc.zst": (2, ["bytes-unrecognised"]),
    "warc-in-page.warc": (3, []),
}


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: str(path.name))
def test_a_damaged_input_gives_what_it_always_gave(tmp_path: Path, path: Path) -> None:
    reading = read_bytes(tmp_path, path.name, path.read_bytes())

    assert (len(reading.records), reading.reasons) == EXPECTED[path.name]


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: str(path.name))
def test_shards_change_nothing_in_it(tmp_path: Path, path: Path) -> None:
    data = path.read_bytes()
    whole = read_bytes(tmp_path, path.name, data)
    for shard_bytes in (1 + len(data) // 7, 1 + len(data) // 3):
        assert read_bytes(tmp_path, path.name, data, shard_bytes=shard_bytes).records == whole.records


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: str(path.name))
def test_tight_limits_leave_every_byte_accounted_for(tmp_path: Path, path: Path) -> None:
    reading = read_bytes(
        tmp_path, path.name, path.read_bytes(), limits=Limits(max_payload_bytes=8, max_header_bytes=150)
    )

    assert all(len(record.payload) <= 8 for record in reading.records)


def test_every_file_is_expected() -> None:
    assert [path.name for path in CORPUS] == sorted(EXPECTED)
