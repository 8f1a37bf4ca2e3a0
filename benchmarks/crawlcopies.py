"""Input for the benchmarks: web pages, or pages of the shipped sample, copied until there are enough."""

from __future__ import annotations

import gzip
import json
import random
import re
import tarfile
from collections.abc import Sequence
from pathlib import Path

from headwater.record import Record
from headwater.sources import SOURCES
from headwater.sources.shard import Limits

SAMPLE = Path(__file__).parents[1] / "examples" / "crawl"
_LEAST_BYTES = 2_000
_PARAGRAPH = re.compile(rb"<p>(.*?)</p>", re.DOTALL)

# Address, charset, body.
Page = tuple[str, str, bytes]


def sample_pages() -> list[Page]:
    """Read the HTML pages of the shipped sample that are over 2 kB, in order: documentation, 11 kB each."""
    found = []
    for path in sorted(SAMPLE.glob("*.warc.gz")):
        for shard in SOURCES["warc"].shards(str(path), path.name, shard_bytes=2**40):
            found += [item for item in SOURCES["warc"].read(shard, Limits()) if isinstance(item, Record)]
    return [
        (page.url, page.charset or "utf-8", page.payload)
        for page in found
        if page.media_type == "text/html" and len(page.payload) > _LEAST_BYTES
    ]


def web_pages(folder: Path) -> list[Page]:
    """Read the web pages that the sdists of `peers/pages.txt` hold, by name: 104 kB in the mean."""
    pages: dict[str, bytes] = {}
    for path in sorted(folder.glob("*.tar.gz")):
        with tarfile.open(path) as archive:
            for member in archive:
                wanted = "/tests/" in member.name and member.name.endswith((".html", ".htm"))
                file = archive.extractfile(member) if wanted and member.size > _LEAST_BYTES else None
                if file is not None:
                    pages.setdefault(Path(member.name).name, file.read())
    return [(f"https://{name}", "utf-8", body) for name, body in sorted(pages.items())]


def write(folder: Path, pages: Sequence[Page], *, copies: int, n_files: int = 8) -> int:
    """Write a crawl of copies of some pages.

    Each copy carries a word of its own in every paragraph, so that no two compress or hash alike.

    Args:
        folder: Where to; one folder holds one crawl.
        pages: What to copy.
        copies: How often each page occurs.
        n_files: How many files to spread them over.

    Returns:
        Pages written.
    """
    folder.mkdir(parents=True)
    files = [(folder / f"part{at:02d}.warc.gz").open("wb") for at in range(n_files)]
    for at in range(copies * len(pages)):
        copy, (url, charset, body) = at // len(pages), pages[at % len(pages)]
        marked = body.replace(b"</p>", b" copy%d</p>" % copy)
        files[at % n_files].write(_member(f"{url}?copy={copy}", marked, charset))
    for file in files:
        file.close()
    return copies * len(pages)


def write_mixed(folder: Path, pages: Sequence[Page], n: int) -> None:
    """Write a crawl of texts that are put together from paragraphs of real pages, each another choice of 8.

    Args:
        folder: Where to; one folder holds one crawl, in JSON lines of 10,000 documents a file.
        pages: Whose paragraphs.
        n: How many documents.
    """
    plain = (re.sub(rb"<[^>]*>", b"", part) for *_, body in pages for part in _PARAGRAPH.findall(body))
    pool = sorted({" ".join(part.decode("utf-8", "ignore").split()) for part in plain if len(part) > 120})
    folder.mkdir(parents=True)
    for start in range(0, n, 10_000):
        with (folder / f"part{start // 10_000:05d}.jsonl").open("w", encoding="utf-8") as file:
            for at in range(start, min(start + 10_000, n)):
                text = "\n\n".join(random.Random(at).sample(pool, 8))
                file.write(json.dumps({"url": f"https://site{at % 997}.example/{at}", "text": text}) + "\n")


def _member(url: str, body: bytes, charset: str) -> bytes:
    block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset={charset}\r\n\r\n".encode() + body
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:sample:{url}>\r\n"
        f"WARC-Date: 2022-01-01T00:00:00Z\r\nWARC-Target-URI: {url}\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"WARC-Identified-Payload-Type: text/html\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n", 6, mtime=0)
