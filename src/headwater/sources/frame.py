"""WARC framing: one record's header and block out of decoded bytes, every byte of them in one frame."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from headwater.sources.shard import Limits
from headwater.sources.window import Window

_VERSION = re.compile(rb"WARC/\d\.\d{1,2}[ \t]*\r?\n")
_LENGTH = re.compile(r"\d{1,18}")
_BLANKS = b"\r\n\0"
_TAIL_BYTES = 9  # The two line ends after a block, and `WARC/` of the next record.
_MAX_BLANK_BYTES = 1 << 16


class Frame(NamedTuple):  # One a record on the hot path: a tuple is made five times as fast as a dataclass.
    """A stretch of decoded WARC bytes: a record, or what stood where one should.

    Attributes:
        offset: Where it starts in the decoded bytes.
        length: How much of them it takes, line ends after the block included.
        fields: WARC header fields by lower-case name.
        block: The record's block, or only its head when `cut`.
        cut: Whether the block is too large to hold.
        fault: Why it is not a record; empty when it is one.
        detail: One line for people.
        head: The record's header as it stands, with the empty line that ends it.
    """

    offset: int
    length: int
    fields: Mapping[str, str] = MappingProxyType({})
    block: memoryview = memoryview(b"")
    cut: bool = False
    fault: str = ""
    detail: str = ""
    head: bytes = b""


def sole_frame(data: bytes, limits: Limits) -> Frame | None:
    """Read bytes that are exactly one record, as the members of most files are.

    Args:
        data: Decoded bytes of a member that was whole.
        limits: Bounds on one record.

    Returns:
        What `frames` would yield, in a third of the time; None when the bytes are anything else.
    """
    end = data.find(b"\r\n\r\n", 0, limits.max_header_bytes)
    if end < 0 or data[:7] != b"WARC/1." or data[8:10] != b"\r\n":
        return None
    fields = {name.lower(): value for name, value in parse_fields(data[10:end])}
    declared = fields.get("content-length", "")
    stop = len(data) - 4
    if "warc-type" not in fields or not _LENGTH.fullmatch(declared) or end + 4 + int(declared) != stop:
        return None
    if data[stop:] != b"\r\n\r\n" or int(declared) > limits.max_payload_bytes + limits.max_header_bytes:
        return None
    return Frame(0, stop + 4, fields, memoryview(data)[end + 4 : stop], head=data[: end + 4])


def frames(window: Window, start: int, stop: int, limits: Limits) -> Iterator[Frame]:
    """Cut decoded bytes into frames that touch; none starts at or after `stop`.

    Args:
        window: The decoded bytes.
        start: Where a record starts, or may start.
        stop: Start no record at or after this position.
        limits: Bounds on one record.

    Yields:
        Frames in order; a faulty one reaches to the next record that can be told, or to `stop`.

    Source:
        ISO 28500:2017 (WARC 1.1), section 4.
    """
    while start < stop and window.have(start, 5):
        frame = _frame(window, start, stop, limits)
        yield frame
        start += frame.length


def find_record(window: Window, start: int, stop: int) -> int:
    """Find the next line that looks like the first of a WARC record; -1 when none."""
    if start == 0 and window.have(0, 32) and _VERSION.match(window.peek(0, 32)):
        return 0
    start = max(start, 1)
    while start < stop:
        found = window.scan(b"\nWARC/", start - 1, stop - 1) + 1
        if found == 0:
            return -1
        window.have(found, 32)
        if _VERSION.match(window.peek(found, found + 32)):
            return found
        start = found + 1
    return -1


def parse_fields(head: bytes) -> list[tuple[str, str]]:
    """Parse header lines in order; a line without a colon is passed over.

    Args:
        head: Header lines without the first (version or status) line.

    Returns:
        Names as sent and values without surrounding white space; folded lines are joined by one space.
    """
    if b"\n " in head or b"\n\t" in head:
        head = re.sub(rb"\r?\n[ \t]+", b" ", head)
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError:
        text = head.decode("latin-1")
    lines = [line.partition(":") for line in text.split("\n")]
    return [(name.strip(), value.strip()) for name, colon, value in lines if colon]


@dataclass(frozen=True, slots=True)
class _Head:
    """A record's header: where it starts, where its block starts, and what it declares."""

    start: int
    body: int
    size: int
    fields: dict[str, str]


def _frame(window: Window, start: int, stop: int, limits: Limits) -> Frame:
    if window.peek(start, start + 1) in _BLANKS:
        return Frame(start, _after_blank(window, start) - start, fault="padding")
    end, body = _head_end(window, start, limits.max_header_bytes)
    if body < 0:
        return _lost(window, start, stop, _bad_head(window, start, limits.max_header_bytes))
    fields = {name.lower(): value for name, value in parse_fields(window.peek(start, end))}
    declared = fields.get("content-length", "")
    if "warc-type" not in fields:
        return _lost(window, start, stop, ("warc-header-invalid", "no WARC-Type"))
    if not _LENGTH.fullmatch(declared):
        return _lost(window, start, stop, ("content-length-invalid", f"Content-Length: {declared[:40]}"))
    head = _Head(start, body, int(declared), fields)
    if head.size > limits.max_payload_bytes + limits.max_header_bytes:
        return _cut_frame(window, head, stop, limits.max_header_bytes)
    wanted = body - start + head.size
    if window.have(start, wanted + _TAIL_BYTES) < wanted:
        return _short(window, head, stop)
    after = _after_record(window, start, body + head.size)
    if after < 0:
        return _lost(window, start, stop, ("content-length-wrong", f"Content-Length: {head.size}"))
    block = memoryview(window.peek(body, body + head.size))
    return Frame(start, after - start, fields, block, head=window.peek(start, body))


def _head_end(window: Window, start: int, limit: int) -> tuple[int, int]:
    """Find where the header lines end and where the block begins; -1 for both when they do not."""
    for wanted in (min(4096, limit), limit):
        held = window.have(start, wanted)
        first = window.find(b"\n", start, start + min(held, 32))
        if first < 0 or not _VERSION.fullmatch(window.peek(start, first + 1)):
            return -1, -1
        mark = b"\r\n\r\n" if window.peek(first - 1, first) == b"\r" else b"\n\n"
        end = window.find(mark, start, start + held)
        if end >= 0:
            return end, end + len(mark)
        if held < wanted:
            break
    return -1, -1


def _bad_head(window: Window, start: int, limit: int) -> tuple[str, str]:
    held = window.have(start, limit)
    if not _VERSION.match(window.peek(start, start + 32)):
        return "bytes-unrecognised", ""
    if held >= limit:
        return "warc-header-too-large", ""
    return "record-truncated", "the header does not end"


def _after_blank(window: Window, start: int) -> int:
    """Give the position after line ends and NULs, of which there may be any number."""
    while held := window.have(start, _MAX_BLANK_BYTES):
        n_blank = held - len(window.peek(start, start + held).lstrip(_BLANKS))
        start += n_blank
        if n_blank < held:
            break
    return start


def _after_record(window: Window, start: int, end: int) -> int:
    """Give where the line ends after a block end; -1 when the block does not seem to end there."""
    ended = window.peek(end, end + 4) == b"\r\n\r\n"
    if ended and window.peek(end + 4, end + 5) not in (b"\r", b"\n"):
        return end + 4
    held = window.have(start, end - start + _MAX_BLANK_BYTES)
    rest = window.peek(end, start + held)
    after = rest.lstrip(b"\r\n")
    if ended or after[:1] == b"\0" or b"WARC/".startswith(after[:5]):
        return end + len(rest) - len(after)
    return -1


def _cut_frame(window: Window, head: _Head, stop: int, head_bytes: int) -> Frame:
    """Step over a block too large to hold, if what follows shows that its length is true."""
    window.have(head.body, head_bytes)
    block = memoryview(window.peek(head.body, head.body + head_bytes))
    end = head.body + head.size
    if not window.have(end - 1, 1 + _TAIL_BYTES):
        return _short(window, head, stop)
    after = _after_record(window, end - 1, end)
    if after < 0:
        return _lost(window, head.start, stop, ("content-length-wrong", f"Content-Length: {head.size}"))
    return Frame(head.start, after - head.start, head.fields, block, cut=True)


def _short(window: Window, head: _Head, stop: int) -> Frame:
    """Account for a block that the input ends inside: it is cut off, or its length is too large."""
    found = find_record(window, head.body, stop)
    if found >= 0:
        detail = f"Content-Length: {head.size}"
        return Frame(head.start, found - head.start, fault="content-length-wrong", detail=detail)
    return _lost(window, head.start, stop, ("record-truncated", "the input ends inside the block"))


def _lost(window: Window, start: int, stop: int, why: tuple[str, str]) -> Frame:
    fault, detail = why
    found = find_record(window, start + 1, stop)
    end = found if found >= 0 else _end(window, start, stop)
    return Frame(start, end - start, fault=fault, detail=detail)


def _end(window: Window, start: int, stop: int) -> int:
    """Give `stop`, or the end of the bytes when they end before it."""
    while start < stop and (held := window.have(start, min(1 << 20, stop - start))):
        start += held
    return start
