"""WARC/1.1 records as one gzip member each, with nothing in them that depends on when they are made."""

from __future__ import annotations

import base64
import hashlib
import struct
import uuid
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime

from buildcrawl.page import NAMESPACE, Page, dice

SOFTWARE = "headwater build_crawl"
USER_AGENT = "Mozilla/5.0 (compatible; headwater-sample/1.0; +https://headwater.example/bot)"
REVISIT_PROFILE = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
FRAMING = {"content-length", "transfer-encoding"}


def member(data: bytes) -> bytes:
    """Compress into one gzip member without time, name or system (RFC 1952)."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = deflate.compress(data) + deflate.flush()
    tail = struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff" + body + tail


def digest(data: bytes) -> str:
    """Give the SHA-1 label web archives use."""
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def http_date(timestamp: str) -> str:
    """Turn an RFC 3339 timestamp into an HTTP date (RFC 9110, section 5.6.7)."""
    return datetime.fromisoformat(timestamp).astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")


def record(kind: str, fields: Iterable[tuple[str, str]], block: bytes) -> bytes:
    """Serialise one WARC record.

    Args:
        kind: WARC-Type.
        fields: Further named fields, in order, `Content-Length` left out.
        block: The record's block.

    Returns:
        The record with its two closing line breaks, not compressed.
    """
    lines = [f"WARC-Type: {kind}", *(f"{name}: {value}" for name, value in fields)]
    head = "WARC/1.1\r\n" + "\r\n".join([*lines, f"Content-Length: {len(block)}"]) + "\r\n\r\n"
    return head.encode() + block + b"\r\n\r\n"


def http_block(page: Page) -> bytes:
    """Serialise the response, with a length unless the page frames its body."""
    fields = list(page.headers)
    if not any(name.lower() in FRAMING for name, _ in fields):
        fields.append(("Content-Length", str(len(page.body))))
    head = "\r\n".join([f"HTTP/1.1 {page.status}", *(f"{name}: {value}" for name, value in fields)])
    return head.encode("utf-8") + b"\r\n\r\n" + page.body


def address(url: str) -> str:
    """Invent the server's address in the documentation blocks (RFC 5737)."""
    host = url.split("/")[2]
    block = dice(host).choice(["192.0.2", "198.51.100", "203.0.113"])
    return f"{block}.{1 + dice(host + '#').randrange(254)}"


def response(page: Page) -> bytes:
    """Serialise the page's own record: a response, or a revisit without its body."""
    block = http_block(page)
    fields = [
        ("WARC-Record-ID", page.record_id),
        ("WARC-Date", page.captured),
        ("WARC-Target-URI", page.url),
        ("WARC-IP-Address", address(page.url)),
    ]
    if page.kind == "revisit":
        fields.append(("WARC-Profile", REVISIT_PROFILE))
        fields.append(("WARC-Refers-To-Target-URI", page.truth.duplicate_of or page.url))
        block = block.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    fields.append(("Content-Type", "application/http; msgtype=response"))
    fields.append(("WARC-Payload-Digest", digest(page.body)))
    fields.append(("WARC-Block-Digest", digest(block)))
    return record(page.kind, fields, block)


def request(page: Page) -> bytes:
    """Serialise the request that led to the page."""
    _, _, host, *path = page.url.split("/")
    lines = [
        f"GET /{'/'.join(path)} HTTP/1.1",
        f"Host: {host}",
        f"User-Agent: {USER_AGENT}",
        "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.5",
        "Accept-Encoding: gzip, br",
        "Connection: close",
    ]
    fields = [
        ("WARC-Record-ID", f"<urn:uuid:{uuid.uuid5(NAMESPACE, 'request ' + page.record_id)}>"),
        ("WARC-Date", page.captured),
        ("WARC-Target-URI", page.url),
        ("WARC-Concurrent-To", page.record_id),
        ("Content-Type", "application/http; msgtype=request"),
    ]
    return record("request", fields, ("\r\n".join(lines) + "\r\n\r\n").encode())


def metadata(page: Page) -> bytes:
    """Serialise what a crawler notes about a fetch."""
    delay = 20 + dice(page.url).randrange(900)
    block = f"fetchTimeMs: {delay}\r\ncharset-detected: {page.truth.charset or 'none'}\r\n"
    fields = [
        ("WARC-Record-ID", f"<urn:uuid:{uuid.uuid5(NAMESPACE, 'metadata ' + page.record_id)}>"),
        ("WARC-Date", page.captured),
        ("WARC-Target-URI", page.url),
        ("WARC-Refers-To", page.record_id),
        ("Content-Type", "application/warc-fields"),
    ]
    return record("metadata", fields, block.encode())


def warcinfo(file: str, timestamp: str) -> bytes:
    """Serialise the record that opens a file."""
    block = (
        f"software: {SOFTWARE}\r\nformat: WARC File Format 1.1\r\n"
        "conformsTo: https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n"
        "description: Sample crawl for headwater; hosts are reserved names; see NOTICE.txt\r\n"
        "robots: obey\r\n"
    )
    fields = [
        ("WARC-Record-ID", f"<urn:uuid:{uuid.uuid5(NAMESPACE, 'warcinfo ' + file)}>"),
        ("WARC-Date", timestamp),
        ("WARC-Filename", file),
        ("Content-Type", "application/warc-fields"),
    ]
    return record("warcinfo", fields, block.encode())


def members(page: Page, position: int) -> list[bytes]:
    """Give the members a page takes: its record, for some request and metadata.

    Args:
        page: The page.
        position: Its place in the file; every fourth has a request, every tenth metadata.

    Returns:
        One to three gzip members.
    """
    found = [member(request(page))] if position % 4 == 0 else []
    found.append(member(response(page)))
    if position % 10 == 0:
        found.append(member(metadata(page)))
    return found
