"""Input for the benchmarks: the pages of the shipped sample, copied until there are enough."""

from __future__ import annotations

import gzip
from pathlib import Path

from headwater.record import Record
from headwater.sources import SOURCES
from headwater.sources.shard import Limits

SAMPLE = Path(__file__).parents[1] / "examples" / "crawl"


def pages() -> list[Record]:
    """Read the HTML pages of the sample that are over 2 kB, in order."""
    found = []
    for path in sorted(SAMPLE.glob("*.warc.gz")):
        for shard in SOURCES["warc"].shards(str(path), path.name, shard_bytes=2**40):
            found += [item for item in SOURCES["warc"].read(shard, Limits()) if isinstance(item, Record)]
    return [record for record in found if record.media_type == "text/html" and len(record.payload) > 2_000]


def write(folder: Path, *, copies: int, n_files: int = 8) -> int:
    """Write a crawl of copies of the sample's pages.

    Each copy carries a word of its own in every paragraph, so that no two compress or hash alike.

    Args:
        folder: Where to; one folder holds one crawl.
        copies: How often each page occurs.
        n_files: How many files to spread them over.

    Returns:
        Pages written.
    """
    folder.mkdir(parents=True)
    records = pages()
    files = [(folder / f"part{at:02d}.warc.gz").open("wb") for at in range(n_files)]
    for at in range(copies * len(records)):
        copy, record = at // len(records), records[at % len(records)]
        body = record.payload.replace(b"</p>", b" copy%d</p>" % copy)
        files[at % n_files].write(_member(f"{record.url}?copy={copy}", body, record.charset or "utf-8"))
    for file in files:
        file.close()
    return copies * len(records)


def _member(url: str, body: bytes, charset: str) -> bytes:
    block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset={charset}\r\n\r\n".encode() + body
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:sample:{url}>\r\n"
        f"WARC-Date: 2022-01-01T00:00:00Z\r\nWARC-Target-URI: {url}\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"WARC-Identified-Payload-Type: text/html\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n", 6, mtime=0)
