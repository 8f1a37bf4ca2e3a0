"""Plain text as documents: a range of a file at a time, cut at ends of lines by a compiled pass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

import numpy as np
import numpy.typing as npt
from numba import njit, types

from headwater.sources.window import Window

LONGEST = 1 << 20  # bytes of a document
_BLOCK = 1 << 22
_LF, _CR = 0x0A, 0x0D
_LEAD = 1
# By byte: 0 is part of a word, `_LEAD` may begin a white space beyond ASCII, all others are one.
_KINDS = np.zeros(256, dtype=np.uint8)
_KINDS[[0x20, *range(0x09, 0x0E), *range(0x1C, 0x20)]] = 0x20
_KINDS[[_LF, _CR]] = _LF, _CR
_KINDS[[0xC2, 0xE1, 0xE2, 0xE3]] = _LEAD
_BYTES = types.Array(types.uint8, 1, "C", readonly=True)


def documents(file: IO[bytes], start: int, stop: int, *, words: int) -> Iterator[str]:
    """Yield the documents of a range of a plain file.

    Args:
        file: A file that can seek.
        start: First byte of the range; a line that starts before it is left to the range before.
        stop: End of the range; a line that starts before it is read to its end.
        words: A document ends at the first end of a line after so many; or at the end of the range, or
            when it has a megabyte.

    Yields:
        Documents with words; bytes that are no UTF-8 are replaced, and every end of a line is a line feed.
    """
    window = Window(file)
    if start:
        start = window.scan(b"\n", start - 1, stop) + 1
        if start == 0:
            return
    ended = start >= stop
    while not ended and (held := window.have(start, _BLOCK)):
        data = window.peek(start, start + held)
        ends = cuts(np.frombuffer(data, np.uint8), words, LONGEST, stop - start).tolist()
        ended = bool(ends) and start + ends[-1] >= stop and data[ends[-1] - 1] == _LF
        if held < _BLOCK and not ended and ends[-1:] != [held]:
            ends.append(held)
        for first, end in zip([0, *ends], ends, strict=False):
            text = data[first:end].decode("utf-8", "replace")
            if not text.isspace():
                yield text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
        start += ends[-1]


@njit(cache=True)
def _wide(data: npt.NDArray[np.uint8], at: int) -> int:
    """Give the bytes of a white space beyond ASCII, as `str.split` knows it; 0 if there is none."""
    one, two, three = data[at], np.uint8(0), np.uint8(0)
    if at + 1 < data.size:
        two = data[at + 1]
    if at + 2 < data.size:
        three = data[at + 2]
    if one == 0xC2:
        return 2 if two == 0x85 or two == 0xA0 else 0
    general = 0x80 <= three <= 0x8A or 0xA8 <= three <= 0xA9 or three == 0xAF
    found = (
        (one == 0xE1 and two == 0x9A and three == 0x80)
        or (one == 0xE2 and two == 0x80 and general)
        or (one == 0xE2 and two == 0x81 and three == 0x9F)
        or (one == 0xE3 and two == 0x80 and three == 0x80)
    )
    return 3 if found else 0


@njit(cache=True)
def _parts(data: npt.NDArray[np.uint8], at: int, longest: int) -> bool:
    """Tell whether no character is cut in two here, or there is none that would be."""
    return at > longest + 4 or (at < data.size and data[at] & 0xC0 != 0x80)


@njit([(_BYTES, types.int64, types.int64, types.int64)], cache=True)
def cuts(data: npt.NDArray[np.uint8], words: int, longest: int, limit: int) -> npt.NDArray[np.int64]:
    """Find where documents end, up to the first line that starts at or after `limit`."""
    ends = np.empty(data.size // words + data.size // longest + 2, dtype=np.int64)
    n, first, n_words, i, inside = 0, 0, 0, 0, False
    while i < data.size:
        kind = _KINDS[data[i]]
        width = 1 if kind else 0
        if kind == _LEAD:
            width = _wide(data, i)
        if width == 0 and not inside:
            n_words += 1
        inside = width == 0
        i += max(1, width)
        line = kind == _LF or (kind == _CR and i < data.size and data[i] != _LF)
        last = kind == _LF and i >= limit
        if last or (line and n_words >= words) or (i - first >= longest and _parts(data, i, first + longest)):
            ends[n] = i
            n, first, n_words, inside = n + 1, i, 0, False
            if last:
                break
    return ends[:n]
