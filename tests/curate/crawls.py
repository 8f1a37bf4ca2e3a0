"""Small crawls for tests, built by code: WARC members by hand, so that tests own every byte."""

from __future__ import annotations

import gzip
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from headwater.curate.config import Config
from headwater.curate.engine.engine import Engine
from headwater.curate.engine.inline import InlineEngine
from headwater.curate.run import Setting, curate
from headwater.curate.summary import Summary
from headwater.sources.discover import discover
from headwater.sources.plan import plan

_LINE = (
    "the river runs down from the hills and past the old mill where farmers once brought their grain in "
    "autumn while children watched the great wheel turn slowly under grey skies before winter closed roads"
)
WORDS = tuple(_LINE.split())


def prose(seed: int, n_words: int = 120) -> str:
    """Give text that no other seed gives, in words a language model knows."""
    picks = [WORDS[(seed * 7 + at * (3 + seed % 11)) % len(WORDS)] for at in range(n_words)]
    picks[::9] = [f"{word}{seed}x{at}" for at, word in enumerate(picks[::9])]
    return " ".join(picks).capitalize() + "."


def page(text: str, *, head: str = "") -> str:
    """Wrap text as a page."""
    head = f"<head><title>A page</title>{head}</head>"
    return f"<!doctype html><html lang=en>{head}<body><main><p>{text}</p></main></body></html>"


def member(
    url: str,
    html: str,
    *,
    headers: Sequence[str] = (),
    status: str = "200 OK",
    date: str = "2021-05-04T03:02:01Z",
) -> bytes:
    """Give one gzip member that holds one WARC response record."""
    body = html.encode()
    fields = [
        f"HTTP/1.1 {status}",
        "Content-Type: text/html; charset=utf-8",
        *headers,
        f"Content-Length: {len(body)}",
    ]
    block = "\r\n".join(fields).encode() + b"\r\n\r\n" + body
    head = (
        "WARC/1.1\r\nWARC-Type: response\r\n"
        f"WARC-Record-ID: <urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, url)}>\r\n"
        f"WARC-Date: {date}\r\nWARC-Target-URI: {url}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n", mtime=0)


def crawl(folder: Path, *, n_files: int = 3, n_pages: int = 20) -> Path:
    """Write a crawl of a few files with copies, a disclosure, an error page and a corrupt member."""
    folder.mkdir(parents=True, exist_ok=True)
    for at in range(n_files):
        members = [
            member(f"https://site{at}.example/{n}", page(prose(at * 1000 + n))) for n in range(n_pages)
        ]
        members.append(member(f"https://copy{at}.example/", page(prose(at * 1000))))
        members.append(member(f"https://gone{at}.example/", page("Not here."), status="404 Not Found"))
        broken = bytearray(member(f"https://broken{at}.example/", page(prose(at + 77))))
        broken[len(broken) // 2] ^= 0xFF
        members.insert(5, bytes(broken))
        (folder / f"part{at}.warc.gz").write_bytes(b"".join(members))
    return folder


def silent(step: str, done: int, total: int) -> None:
    """Show no progress."""


def run(
    source: Path,
    out: Path,
    *,
    engine: Engine | None = None,
    config: Config | None = None,
    render: Callable[[Summary], str] = lambda summary: summary.run_id,
) -> Summary:
    """Run the job in this process, or on an engine."""
    config = config or Config(shard_bytes=2**16)
    shards = plan(discover([str(source)]), shard_bytes=config.shard_bytes)
    return curate(shards, out, config=config, setting=Setting(engine or InlineEngine(), render, silent))


def tree(folder: Path) -> dict[str, bytes]:
    """Read every file of a run but its working files: relative path -> bytes."""
    files = (path for path in folder.rglob("*") if path.is_file() and ".work" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def read_column(path: Path, column: str) -> list[Any]:
    """Read one column of a Parquet file."""
    import pyarrow.parquet as pq

    values: list[Any] = pq.read_table(path)[column].to_pylist()
    return values
