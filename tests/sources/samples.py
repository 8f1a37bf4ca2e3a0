"""Small archives built by code, whole and damaged, and what a reader makes of them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import zstandard

from headwater.record import Record, Skip
from headwater.sources import SOURCES
from headwater.sources.shard import Limits, Shard
from headwater.sources.tiling import tile

LIMITS = Limits()
DATE = "2020-01-31T12:00:00Z"


@dataclass(frozen=True)
class Reading:
    """Everything that came out of one input."""

    records: list[Record]
    skips: list[Skip]
    size: int

    @property
    def reasons(self) -> list[str]:
        """Give the reasons of the skips, in order."""
        return [skip.reason for skip in self.skips]

    @property
    def urls(self) -> list[str]:
        """Give the URLs of the records, in order."""
        return [record.url for record in self.records]


def page(number: int, text: str = "") -> bytes:
    """Make an HTML page that compresses to different lengths for different numbers."""
    words = " ".join(f"word{number * k % 977}" for k in range(40 + number * 7 % 60))
    return f"<!doctype html><title>Page {number}</title><p>{text or words}</p>".encode()


def http(body: bytes, *, fields: Sequence[str] = ("Content-Type: text/html; charset=utf-8",)) -> bytes:
    """Make a stored HTTP response."""
    return "".join(f"{line}\r\n" for line in ("HTTP/1.1 200 OK", *fields, "")).encode() + body


def warc(block: bytes, *, kind: str = "response", fields: Sequence[str] = (), uri: str = "") -> bytes:
    """Make one WARC record; `fields` replace the standard ones of the same name."""
    block_type = "application/http; msgtype=response" if kind == "response" else "text/plain"
    standard = [
        f"WARC-Type: {kind}",
        f"WARC-Date: {DATE}",
        *([f"WARC-Target-URI: {uri}"] if uri else []),
        f"Content-Type: {block_type}",
        f"Content-Length: {len(block)}",
    ]
    named = {line.partition(":")[0].lower() for line in fields}
    lines = [line for line in standard if line.partition(":")[0].lower() not in named] + list(fields)
    head = "".join(f"{line}\r\n" for line in ("WARC/1.0", *lines, ""))
    return head.encode() + block + b"\r\n\r\n"


def pages(n: int) -> list[bytes]:
    """Make `n` response records with URLs `http://example.org/0` and so on."""
    return [warc(http(page(i)), uri=f"http://example.org/{i}") for i in range(n)]


def gz(data: bytes) -> bytes:
    """Make one gzip member."""
    return gzip.compress(data, 6, mtime=0)


def zst(data: bytes) -> bytes:
    """Make one zstd frame with a checksum."""
    return zstandard.ZstdCompressor(level=3, write_checksum=True).compress(data)


PACKERS: dict[str, Callable[[bytes], bytes]] = {"x.warc": bytes, "x.warc.gz": gz, "x.warc.zst": zst}


def pack(records: Iterable[bytes], name: str) -> bytes:
    """Pack records as the file name says, each on its own."""
    return b"".join(PACKERS[name](record) for record in records)


def read_bytes(
    folder: Path, name: str, data: bytes, *, shard_bytes: int = 1 << 40, limits: Limits = LIMITS
) -> Reading:
    """Write an input, read it in shards, and check that every byte is accounted for.

    Args:
        folder: Where to write.
        name: File name.
        data: The input.
        shard_bytes: Width of a shard.
        limits: Bounds on one record.

    Returns:
        Records and skips of the whole input, gaps between shards included.
    """
    path = folder / name
    path.write_bytes(data)
    kind = "jsonl" if "json" in name else "mediawiki" if ".xml" in name else "warc"
    shards = SOURCES[kind].shards(str(path), name, shard_bytes=shard_bytes)
    return read_shards(shards, limits=limits)


def read_shards(shards: Sequence[Shard], *, limits: Limits = LIMITS) -> Reading:
    """Read shards of one input and check that its size is what was parsed and what was skipped."""
    size = shards[0].size
    source = SOURCES[shards[0].kind]
    assert [(shard.start, shard.stop) for shard in shards] == _touching(shards)
    items = [item for shard in shards for item in source.read(shard, limits)]
    tiling = tile(items, source=shards[0].source, size=size)
    kept = [item for index, item in enumerate(items) if index not in set(tiling.overlaps)]
    if len(shards) == 1:
        assert not tiling.overlaps
        assert not tiling.gaps
    skips = [item for item in kept if isinstance(item, Skip)] + list(tiling.gaps)
    records = [item for item in kept if isinstance(item, Record)]
    assert sum(one.length for one in records) + sum(one.length for one in skips) == size
    assert len({record.id for record in records}) == len(records)
    for skip in skips:
        assert skip.lost in documented_reasons()[skip.reason]
        assert "\n" not in skip.detail
    return Reading(records, skips, size)


@cache
def documented_reasons() -> dict[str, frozenset[bool]]:
    """Give the reasons of the specification, each with what it allows `lost` to be."""
    page = Path(__file__).resolve().parents[2] / "docs" / "spec" / "accounting.md"
    rows = re.findall(
        r"^\| `([a-z0-9-]+)` \| ([a-zA-Z; ]+) \| .+ \|$", page.read_text(encoding="utf-8"), re.MULTILINE
    )
    return {
        name: frozenset(word == "yes" for word in re.findall(r"\b(?:yes|no)\b", lost)) for name, lost in rows
    }


def _touching(shards: Sequence[Shard]) -> list[tuple[int, int]]:
    starts = [shard.start for shard in shards]
    return list(zip(starts, [*starts[1:], shards[0].size], strict=True))
