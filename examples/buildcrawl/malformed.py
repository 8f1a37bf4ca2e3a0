"""What goes wrong in web archives: members and messages that are broken in one place each."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from buildcrawl.machine import Excerpt, dress, excerpt_text
from buildcrawl.marks import Mark
from buildcrawl.page import Page, Truth
from buildcrawl.warc import member, response
from buildcrawl.wear import chunked

HOST = "textbox.example"
BOMB_BYTES = 24 * 2**20
GARBAGE = b"\x00\xffnot a member, not a record\x1f\x8b\x07 " * 40


@dataclass(frozen=True)
class Broken:
    """A page and the bytes that stand for it in the file.

    Attributes:
        page: The page as it would have been.
        octets: What the file holds instead.
    """

    page: Page
    octets: bytes


def _page(name: str, excerpt: Excerpt, reason: str | None, note: str) -> Page:
    expected = "skip" if reason else None
    truth = Truth("human", "en", excerpt.label, "public-domain", expected=expected, reason=reason, note=note)
    return dress(HOST, f"/broken/{name}.html", excerpt_text(excerpt), mark=Mark(""), truth=truth)


def corrupt_deflate(excerpt: Excerpt) -> Broken:
    """Flip bytes inside the compressed stream."""
    page = _page("corrupt-deflate", excerpt, "gzip-corrupt", "bytes flipped inside the member")
    octets = bytearray(member(response(page)))
    middle = len(octets) // 2
    for at in range(middle, middle + 8):
        octets[at] ^= 0xFF
    return Broken(page, bytes(octets))


def corrupt_checksum(excerpt: Excerpt) -> Broken:
    """Flip a bit of the member's checksum; the stream itself is whole."""
    page = _page("corrupt-checksum", excerpt, None, "checksum of the member is wrong, its content is not")
    octets = bytearray(member(response(page)))
    octets[-8] ^= 1
    return Broken(page, bytes(octets))


def bad_chunk(excerpt: Excerpt) -> Broken:
    """Announce a chunk size that is no number."""
    page = _page("bad-chunk", excerpt, "transfer-encoding-corrupt", "a chunk size is no number")
    framed = chunked(page.body, page.url)
    second = framed.index(b"\r\n", 2000)
    broken = framed[: second + 2] + b"zz\r\n" + framed[second + 2 :]
    page = replace(page, body=broken, decoded=page.body).with_headers(("Transfer-Encoding", "chunked"))
    return Broken(page, member(response(page)))


def wrong_http_length(excerpt: Excerpt) -> Broken:
    """Promise more body than the response has; readers keep what there is."""
    page = _page("wrong-http-length", excerpt, None, "HTTP Content-Length is larger than the body")
    page = page.with_headers(("Content-Length", str(len(page.body) + 5000)))
    return Broken(page, member(response(page)))


def wrong_record_length(excerpt: Excerpt) -> Broken:
    """Promise more block than the record has."""
    page = _page("wrong-record-length", excerpt, "content-length-wrong", "WARC Content-Length is too large")
    whole = response(page)
    head, _, block = whole.partition(b"\r\n\r\n")
    start = head.rindex(b"Content-Length: ")
    length = int(head[start + 16 :])
    return Broken(
        page, member(head[:start] + f"Content-Length: {length + 9000}".encode() + b"\r\n\r\n" + block)
    )


def bomb(excerpt: Excerpt) -> Broken:
    """Compress 24 MiB of one word into a body of a few kilobytes."""
    page = _page("bomb", excerpt, "expansion-too-large", "24 MiB of one word in a small gzip body")
    truth = replace(page.truth, origin="none", source="authored-for-sample", licence="CC0-1.0")
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    body = b"<!doctype html><title>Again</title><p>" + b"again " * (BOMB_BYTES // 6)
    packed = packer.compress(body) + packer.flush()
    page = replace(page, body=packed, decoded=body, truth=truth).with_headers(("Content-Encoding", "gzip"))
    return Broken(page, member(response(page)))


def truncated(excerpt: Excerpt) -> Broken:
    """Cut the member off; it has to be the file's last."""
    page = _page("truncated", excerpt, "gzip-truncated", "the file ends inside the member")
    octets = member(response(page))
    return Broken(page, octets[: len(octets) * 3 // 5])


def broken_pages(excerpts: Sequence[Excerpt]) -> list[Broken]:
    """Break one page in each way.

    Args:
        excerpts: At least seven that are used nowhere else.

    Returns:
        Broken pages; the last one must end its file, garbage may stand between the others.
    """
    makers = (
        corrupt_deflate,
        corrupt_checksum,
        bad_chunk,
        wrong_http_length,
        wrong_record_length,
        bomb,
        truncated,
    )
    return [make(excerpt) for make, excerpt in zip(makers, excerpts, strict=False)]
