"""Small archives for the tests, written here byte by byte, so that nothing of ours is taken for granted."""

from __future__ import annotations

import base64
import gzip
import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """A page as a crawler stores it."""

    number: int = 0
    body: bytes = b"<html><p>words of a person</p></html>"
    date: str = "2019-05-01T12:00:00Z"
    http: bytes = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    kind: str = "response"
    digest: str | None = None
    record_id: str = ""
    more: str = ""

    @property
    def uri(self) -> str:
        return f"https://example.com/{self.number}"

    def record(self) -> bytes:
        block = (self.http if self.kind == "response" else b"") + self.body
        media = "application/http; msgtype=response" if self.kind == "response" else "text/plain"
        digest = sha1(self.body) if self.digest is None else self.digest
        lines = [
            "WARC/1.0",
            f"WARC-Type: {self.kind}",
            f"WARC-Record-ID: {self.record_id or f'<urn:uuid:00000000-0000-4000-8000-{self.number:012x}>'}",
            f"WARC-Date: {self.date}",
            f"WARC-Target-URI: {self.uri}",
            f"Content-Type: {media}",
            *([f"WARC-Payload-Digest: {digest}"] if digest else []),
            *self.more.splitlines(),
            f"Content-Length: {len(block)}",
        ]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def sha1(data: bytes) -> str:
    """Write a SHA-1 as archives declare it."""
    return f"sha1:{base64.b32encode(hashlib.sha1(data).digest()).decode()}"


def pages(n: int, *, start: int = 0) -> list[Page]:
    """Make pages, no two alike, some of them long."""
    text = "<html><title>{0}</title><p>{1}</p></html>"
    return [
        Page(at, text.format(at, " ".join(f"word{(at * k) % 97}" for k in range(20 + at % 50))).encode())
        for at in range(start, start + n)
    ]


def warc_gz(some: list[Page]) -> bytes:
    """Write a `.warc.gz`: one member a record, the time in its header zero."""
    return b"".join(gzip.compress(page.record(), mtime=0) for page in some)
