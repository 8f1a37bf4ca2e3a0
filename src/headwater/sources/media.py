"""Media types: what a body is declared to be, what its first bytes say, and which hold text."""

from __future__ import annotations

import re
from functools import lru_cache

_GENERIC = frozenset(
    {
        "",
        "*/*",
        "application/binary",
        "application/force-download",
        "application/octet-stream",
        "application/unknown",
        "application/x-download",
        "application/x-unknown-content-type",
        "binary/octet-stream",
        "unknown/unknown",
    }
)
_PROGRAMS = frozenset({"text/css", "text/ecmascript", "text/javascript", "text/x-javascript"})
_TEXT = frozenset({"application/xhtml+xml", "application/xml", "application/x-html", "application/markdown"})
_BINARY_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/x-rar-compressed"),
    (b"%!PS-Adobe-", "application/postscript"),
    (b"OggS\0", "application/ogg"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"ID3\x03", "audio/mpeg"),
    (b"ID3\x04", "audio/mpeg"),
    (b"\0\0\1\0", "image/x-icon"),
    (b"wOFF\0\1", "font/woff"),
    (b"wOF2\0\1", "font/woff2"),
    (b"\x7fELF", "application/x-executable"),
    (b"BZh91AY&SY", "application/x-bzip2"),
)
_MAGIC_FIRST = frozenset(magic[0] for magic, _ in _BINARY_MAGIC)
_HTML = re.compile(
    rb"[\t\n\f\r ]*<(?:!--|"
    rb"(?:!doctype html|html|head|body|script|iframe|h1|div|font|table|a|style|title|b|br|p)"
    rb"[\t\n\f\r >])",
    re.IGNORECASE,
)
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_CONTROL = bytes((*range(9), 0x0B, *range(0x0E, 0x1B), *range(0x1C, 0x20)))
_SNIFF_BYTES = 1445
_CHARSET = re.compile(r"""charset\s*=\s*(?:"([^"]{1,64})"|'([^']{1,64})'|([^\s;,"']{1,64}))""", re.IGNORECASE)


@lru_cache(maxsize=1024)
def parse_content_type(value: str) -> tuple[str, str]:
    """Split a Content-Type into essence and charset, lower case, empty when absent."""
    essence, semicolon, rest = value.partition(";")
    charset = ""
    if semicolon and (found := _CHARSET.search(rest)):
        charset = (found[1] or found[2] or found[3]).strip().lower()
    return essence.partition(",")[0].strip().lower(), charset


def sniff(body: bytes) -> str:
    """Tell a media type from the first bytes of a body.

    Args:
        body: The decoded body.

    Returns:
        A binary type, `text/html`, `text/xml`, `text/plain`, or `application/octet-stream`;
        `text/plain` for an empty body.

    Source:
        WHATWG MIME Sniffing, section 7.1, without the tables for media a text corpus never keeps.
    """
    if binary := sniff_binary(body):
        return binary
    head = body[:_SNIFF_BYTES]
    if head.startswith(_BOMS[0]):
        head = head[3:]
    if _HTML.match(head):
        return "text/html"
    if head.lstrip(b"\t\n\f\r ").startswith(b"<?xml"):
        return "text/xml"
    if body.startswith(_BOMS):
        return "text/plain"
    return "application/octet-stream" if len(head.translate(None, _CONTROL)) < len(head) else "text/plain"


def sniff_binary(body: bytes) -> str:
    """Name the binary format a body plainly begins like; empty when none."""
    if not body or body[0] not in _MAGIC_FIRST:
        return ""
    for magic, media_type in _BINARY_MAGIC:
        if body.startswith(magic):
            return media_type
    return ""


def is_generic(media_type: str) -> bool:
    """Tell whether a declared type says nothing, so that the bytes must be asked."""
    return media_type in _GENERIC or "/" not in media_type


def is_text(media_type: str) -> bool:
    """Tell whether a type holds text that people read, and no program or style."""
    if media_type.startswith("text/"):
        return media_type not in _PROGRAMS
    return media_type in _TEXT or (media_type.startswith("application/") and media_type.endswith("+xml"))


def settle(declared: str, body: bytes) -> str:
    """Decide a body's media type.

    Args:
        declared: Lower-case essence of its Content-Type, empty when there was none.
        body: The decoded body.

    Returns:
        The declared type; the sniffed one when the declaration says nothing, or says text of bytes
        that begin like a well-known binary format.
    """
    if is_generic(declared):
        return sniff(body)
    if is_text(declared) and (binary := sniff_binary(body)):
        return binary
    return declared
