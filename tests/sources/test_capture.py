"""Which responses are documents: media types, charsets, headers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.record import Record, Skip
from headwater.sources.capture import Place, item
from headwater.sources.frame import Frame
from headwater.sources.http import parse_response
from headwater.sources.media import is_text, parse_content_type, settle, sniff
from headwater.sources.shard import Limits

LIMITS = Limits(max_header_bytes=2000)


def capture(block: bytes, **fields: str) -> Record | Skip:
    """Read one response block."""
    named = {"warc-type": "response"} | {name.replace("_", "-"): value for name, value in fields.items()}
    return item(Frame(0, 1, named, memoryview(block)), Place("x", "0" * 64, 0, 1, "0"), LIMITS)


def head(*lines: str, body: bytes = b"") -> bytes:
    return "\r\n".join(("HTTP/1.1 200 OK", *lines, "", "")).encode("latin-1") + body


@pytest.mark.parametrize(
    ("declared", "body", "kept"),
    [
        ("text/html", b"<p>x", "text/html"),
        ("TEXT/HTML; charset=x", b"<p>x", "text/html"),
        ("application/xhtml+xml", b"<?xml", "application/xhtml+xml"),
        ("application/rss+xml", b"<?xml", "application/rss+xml"),
        ("text/markdown", b"# x", "text/markdown"),
        ("text/plain", b"", "text/plain"),
        ("", b"<!DOCTYPE html><p>x", "text/html"),
        ("", b" \n<HTML>", "text/html"),
        ("", b"<?xml version='1.0'?>", "text/xml"),
        ("", b"words", "text/plain"),
        ("", b"\xff\xfew\0o\0", "text/plain"),
        ("", b"", "text/plain"),
        ("application/octet-stream", b"<html>", "text/html"),
        ("garbage", b"<html>", "text/html"),
    ],
)
def test_text_is_kept(declared: str, body: bytes, kept: str) -> None:
    found = capture(head(*([f"Content-Type: {declared}"] if declared else []), body=body))

    assert isinstance(found, Record)
    assert (found.media_type, found.payload) == (kept, body)


@pytest.mark.parametrize(
    ("declared", "body"),
    [
        ("image/png", b"\x89PNG\r\n\x1a\n"),
        ("application/pdf", b"%PDF-1.4"),
        ("application/octet-stream", b"\0\1\2"),
        ("", b"%PDF-1.4"),
        ("", b"\0\1\2\3"),
        ("video/mp4", b"<html>"),
        ("text/html", b"%PDF-1.7"),
        ("text/css", b"p {}"),
        ("application/json", b"{}"),
        ("image/svg+xml", b"<svg>"),
    ],
)
def test_what_is_no_text_is_passed_over_and_not_lost(declared: str, body: bytes) -> None:
    found = capture(head(*([f"Content-Type: {declared}"] if declared else []), body=body))

    assert isinstance(found, Skip)
    assert (found.reason, found.lost) == ("media-type-not-text", False)


def test_a_charset_label_is_passed_on_however_wrong() -> None:
    for value, charset in [
        ("text/html; charset=KLINGON", "klingon"),
        ('text/html; charset="utf-8"', "utf-8"),
        ("text/html;x=y; Charset = 'Big5' ;z", "big5"),
        ("text/html; charset=", ""),
        ("text/html; charset=" + "x" * 5000, "x" * 64),
        ("text/html, text/plain", ""),
        ("charset=utf-8", ""),
    ]:
        assert parse_content_type(value)[1] == charset


def test_header_fields_keep_their_order_names_and_repeats() -> None:
    found = capture(head("B: 1", "a: 2", "B: 3", "no colon", "Empty:", "Ünïcode: é", body=b"x"))

    assert isinstance(found, Record)
    assert found.headers == (("B", "1"), ("a", "2"), ("B", "3"), ("Empty", ""), ("Ünïcode", "é"))
    assert list(found.header("b")) == ["1", "3"]


@pytest.mark.parametrize("status", [200, 204, 301, 404, 500, 999])
def test_any_status_is_a_record(status: int) -> None:
    found = capture(f"HTTP/2 {status}\r\n\r\nwords".encode())

    assert isinstance(found, Record)
    assert (found.status, found.payload) == (status, b"words")


@pytest.mark.parametrize(
    "block", [b"", b"<html>", b"HTTP/1.1 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 999]
)
def test_a_header_that_cannot_be_read_is_told(block: bytes) -> None:
    found = capture(block)

    assert isinstance(found, Skip)
    assert (found.reason, found.lost) == ("http-header-invalid", True)


def test_a_header_that_never_ends_has_no_body() -> None:
    found = parse_response(memoryview(b"HTTP/1.1 200 OK\r\nA: 1\r\nB"), LIMITS)

    assert found is not None
    assert (found.headers, found.body) == ((("A", "1"),), b"")


def test_responses_of_other_protocols_are_told() -> None:
    names = capture(b"example.org. A", content_type="text/dns")
    gemini = capture(b"20 text/gemini\r\n# x", content_type="application/gemini")

    assert isinstance(names, Skip)
    assert isinstance(gemini, Skip)
    assert (names.reason, names.lost) == ("response-not-http", False)
    assert (gemini.reason, gemini.lost) == ("response-not-http", True)


@given(st.binary(max_size=200))
def test_any_block_is_a_record_or_a_skip(block: bytes) -> None:
    assert isinstance(capture(b"HTTP/1.1 200 OK\r\n" + block), Record | Skip)
    assert "/" in sniff(block)
    assert is_text(settle("text/html", block)) or sniff(block) != "text/html"
