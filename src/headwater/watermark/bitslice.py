"""Counters of many members side by side, a bit of each in one word; numba is imported here, import late."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Tokens = npt.NDArray[np.uint32]
Words = npt.NDArray[np.uint64]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_GROUP = 8  # rows that are added at once


class Counters:
    """Count ones for every text and member.

    Attributes:
        planes: Shape (m, n_planes, words): bit p of a member's count is its bit in plane p.
    """

    __slots__ = ("planes",)

    def __init__(self, n_texts: int, n_members: int, most: int) -> None:
        self.planes: Words = np.zeros((n_texts, max(4, most.bit_length()), n_members // 64), dtype=np.uint64)

    def add(self, rows: Words, first: int, upto: Longs) -> None:
        """Count rows of bits.

        Args:
            rows: Shape (k, words), one an n-gram.
            first: Number of the first of them among all n-grams.
            upto: Shape (m + 1,), where the n-grams of each text begin, and their number.
        """
        _add(rows, first, upto, self.planes)

    def greatest(self) -> tuple[Longs, Floats]:
        """Give the member with the greatest count of each text, and that, shape (m,)."""
        tags, totals = np.empty(len(self.planes), dtype=np.int64), np.empty(len(self.planes))
        _greatest(self.planes, tags, totals)
        return tags, totals


@njit(cache=True, nogil=True)
def lay(ngrams: Tokens, high: Tokens, blocks: Tokens) -> None:
    """Write each n-gram once for each number, which is added to its first token.

    Args:
        ngrams: Shape (n, 4).
        high: Shape (k,).
        blocks: Shape (at least n, k, 4), written to.
    """
    for at in range(ngrams.shape[0]):
        a, b, c, d = ngrams[at, 0], ngrams[at, 1], ngrams[at, 2], ngrams[at, 3]
        row = blocks[at]
        for number in range(high.size):
            row[number, 0] = a + high[number]
            row[number, 1], row[number, 2], row[number, 3] = b, c, d


@njit(cache=True, nogil=True)
def _ripple(planes: Words, first: int, carry: Words) -> None:
    """Add bits of weight 2**first; `carry` is used up."""
    for at in range(first, planes.shape[0]):
        plane, left = planes[at], np.uint64(0)
        for word in range(carry.size):
            both = plane[word] & carry[word]
            plane[word] ^= carry[word]
            carry[word] = both
            left |= both
        if left == 0:
            break


@njit(cache=True, nogil=True)
def _add_eight(rows: Words, planes: Words, carry: Words) -> None:
    """Add eight rows by carry-save adders; Harley and Seal's method, in Warren, Hacker's Delight, 5-1."""
    r0, r1, r2, r3, r4, r5, r6, r7 = (
        *(rows[0], rows[1], rows[2], rows[3]),
        *(rows[4], rows[5], rows[6], rows[7]),
    )
    p0, p1, p2 = planes[0], planes[1], planes[2]
    for word in range(carry.size):
        ones, twos, fours = p0[word], p1[word], p2[word]
        x = ones ^ r0[word]
        two = (ones & r0[word]) | (x & r1[word])
        ones = x ^ r1[word]
        x = ones ^ r2[word]
        other = (ones & r2[word]) | (x & r3[word])
        ones = x ^ r3[word]
        x = twos ^ two
        four = (twos & two) | (x & other)
        twos = x ^ other
        x = ones ^ r4[word]
        two = (ones & r4[word]) | (x & r5[word])
        ones = x ^ r5[word]
        x = ones ^ r6[word]
        other = (ones & r6[word]) | (x & r7[word])
        p0[word] = x ^ r7[word]
        x = twos ^ two
        more = (twos & two) | (x & other)
        p1[word] = x ^ other
        x = fours ^ four
        carry[word] = (fours & four) | (x & more)
        p2[word] = x ^ more


@njit(cache=True, nogil=True)
def _add(rows: Words, first: int, upto: Longs, planes: Words) -> None:
    carry = np.empty(rows.shape[1], dtype=np.uint64)
    for text in range(upto.size - 1):
        at, stop = max(0, upto[text] - first), min(rows.shape[0], upto[text + 1] - first)
        while at + _GROUP <= stop:
            _add_eight(rows[at : at + _GROUP], planes[text], carry)
            _ripple(planes[text], 3, carry)
            at += _GROUP
        while at < stop:
            carry[:] = rows[at]
            _ripple(planes[text], 0, carry)
            at += 1


@njit(cache=True, nogil=True)
def _lowest(word: np.uint64) -> int:
    at = 0
    while word & np.uint64(1) == 0:
        word >>= np.uint64(1)
        at += 1
    return at


@njit(cache=True, nogil=True)
def _greatest(planes: Words, tags: Longs, totals: Floats) -> None:
    n_words = planes.shape[2]
    left, tried = np.empty(n_words, dtype=np.uint64), np.empty(n_words, dtype=np.uint64)
    for text in range(planes.shape[0]):
        left[:] = ~np.uint64(0)
        total = 0
        # From the highest bit on, keep those who have it, if anybody does.
        for plane in range(planes.shape[1] - 1, -1, -1):
            found = np.uint64(0)
            for word in range(n_words):
                tried[word] = left[word] & planes[text, plane, word]
                found |= tried[word]
            if found != 0:
                left[:] = tried
                total += 1 << plane
        for word in range(n_words):
            if left[word] != 0:
                tags[text] = 64 * word + _lowest(left[word])
                break
        totals[text] = total
