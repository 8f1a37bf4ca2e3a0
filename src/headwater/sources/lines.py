"""Lines: decoded bytes cut at line ends, a run of blank lines in one piece."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from headwater.sources.window import Window

FOREVER = 1 << 62
BOM = b"\xef\xbb\xbf"
_BLANKS = b"\r\n\t \0"
_STEP_BYTES = 1 << 20


class Line(NamedTuple):
    """A line, line end included, or a run of blank lines.

    Attributes:
        offset: Where it starts in the decoded bytes.
        length: How much of them it takes.
        data: Its bytes; none when it is blank or longer than the bound.
        n_lines: How many lines it is; 1 unless it is blank.
        blank: Whether it is a run of blank lines or NULs.
    """

    offset: int
    length: int
    data: bytes
    n_lines: int = 1
    blank: bool = False


def lines(window: Window, start: int, stop: int, bound: int) -> Iterator[Line]:
    """Cut bytes into lines that touch.

    Args:
        window: The bytes.
        start: Where a line starts.
        stop: Start no line at or after this position, but read on to the end of the blank lines that
            follow the last one: they belong to it, so that a run of them is one piece wherever ranges meet.
        bound: Longest line to hold, in bytes.

    Yields:
        Lines in order.
    """
    following = False
    while window.have(start, 1) and (following or start < stop):
        line = blank_run(window, start, FOREVER, bound)
        if line is None:
            if start >= stop:
                return
            line = _line(window, start, bound)
        following = not line.blank
        yield line
        start += line.length


def blank_run(window: Window, start: int, stop: int, bound: int) -> Line | None:
    """Find the run of blank lines at `start`; None when there is none.

    Args:
        window: The bytes.
        start: Where a line starts.
        stop: Look no further once the run is known to reach this position.
        bound: Longest line to hold; a blank one longer than that and 1 MiB is no part of a run.
    """
    if start and window.have(start, 1) and window.peek(start, start + 1) not in _BLANKS:
        return None  # Nearly every line; only the first of a stream may stand behind a mark.
    at, n_lines, wanted = start, 0, 64
    while at < stop and (held := window.have(at, wanted)):
        piece = window.peek(at, at + held)
        if at == 0:
            piece = piece.removeprefix(BOM)
        n_blank = len(piece) - len(piece.lstrip(_BLANKS))
        if n_blank == len(piece) and held < wanted:
            at += held
            n_lines += piece.count(b"\n") + (piece[-1:] != b"\n")
            break
        n_whole = piece.rfind(b"\n", 0, n_blank) + 1
        if n_whole:
            n_lines += piece.count(b"\n", 0, n_whole)
            at += held - len(piece) + n_whole
        if n_blank < len(piece) or (not n_whole and wanted >= max(bound, _STEP_BYTES)):
            break
        wanted = min(8 * wanted, _STEP_BYTES if n_whole else max(bound, _STEP_BYTES))
    return Line(start, at - start, b"", n_lines, blank=True) if at > start else None


def _line(window: Window, start: int, bound: int) -> Line:
    end = _line_end(window, start, bound)
    if end >= 0:
        return Line(start, end - start, window.peek(start, end))
    found = window.scan(b"\n", start + bound, FOREVER)
    end = found + 1 if found >= 0 else _stream_end(window, start + bound)
    return Line(start, end - start, b"")


def _line_end(window: Window, start: int, bound: int) -> int:
    wanted = min(1 << 16, bound)
    searched = start
    while True:
        held = window.have(start, wanted)
        found = window.find(b"\n", searched, start + held)
        if found >= 0:
            return found + 1
        if held < wanted:
            return start + held
        if wanted == bound:
            return -1
        searched = start + held
        wanted = min(2 * wanted, bound)


def _stream_end(window: Window, start: int) -> int:
    while held := window.have(start, 1 << 16):
        start += held
    return start
