"""SHA-1 of many payloads at once, sixteen in step: what archives declare, checked beside our own SHA-256.

It is read from the words that SHA-256 is read from. SHA-1 finds a document in the indexes of others and
proves nothing; it is here because every crawl declares one, and a wrong one is found before it is sealed.

Source:
    FIPS 180-4, sections 4.1.1, 4.2.1 and 6.1.2.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numba import njit

from headwater.log.lanes import Counts, Kernel, Words, swap

_LANES = 16
_START = np.array([0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0], dtype=np.uint32)
_ROUND = np.array([0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xCA62C1D6], dtype=np.uint32)


@njit(cache=True)
def _chain(words: Words, firsts: Counts, counts: Counts) -> Words:
    """Hash the messages of sixteen lanes, each `counts` blocks from block `firsts` on; (5 x 16) words."""
    chain = np.empty(5 * _LANES, np.uint32)
    schedule = np.empty(80 * _LANES, np.uint32)
    work = np.empty(5 * _LANES, np.uint32)
    for i in range(5 * _LANES):
        chain[i] = _START[i // _LANES]
    for block in range(counts.max()):
        for lane in range(_LANES):
            # A lane that is through goes over its last block again, and forgets what comes of it.
            at = 16 * (firsts[lane] + max(0, min(block, counts[lane] - 1)))
            for t in range(16):
                schedule[t * _LANES + lane] = swap(words[at + t])
        work[:] = chain
        _expand(schedule)
        _rounds(schedule, work)
        for i in range(5):
            for lane in range(_LANES):
                if block < counts[lane]:
                    chain[i * _LANES + lane] = np.uint32(chain[i * _LANES + lane] + work[i * _LANES + lane])
    return chain


@njit(cache=True)
def _expand(schedule: Words) -> None:
    # Two rows at a time: a loop over one is taken apart before it is seen that its lanes do not touch.
    for t in range(16, 80, 2):
        for lane in range(2 * _LANES):
            at = t * _LANES + lane
            x = np.uint32(schedule[at - 3 * _LANES] ^ schedule[at - 8 * _LANES])
            y = np.uint32(schedule[at - 14 * _LANES] ^ schedule[at - 16 * _LANES])
            schedule[at] = _left(np.uint32(x ^ y), 1)


@njit(cache=True)
def _rounds(schedule: Words, work: Words) -> None:
    """Go through the four times twenty rounds, ten at a time: the five words then stand as they stood."""
    for t in range(0, 80, 10):
        for lane in range(_LANES):
            v = _load(work, lane)
            for i in range(10):
                v = _round(v, _mixed(v, t), _ROUND[t // 20], schedule[(t + i) * _LANES + lane])
            _store(work, lane, v)


@njit(cache=True, inline="always")
def _load(work: Words, lane: int) -> Any:
    return (
        work[lane],
        work[_LANES + lane],
        work[2 * _LANES + lane],
        work[3 * _LANES + lane],
        work[4 * _LANES + lane],
    )


@njit(cache=True, inline="always")
def _store(work: Words, lane: int, v: Any) -> None:
    work[lane], work[_LANES + lane], work[2 * _LANES + lane] = v[0], v[1], v[2]
    work[3 * _LANES + lane], work[4 * _LANES + lane] = v[3], v[4]


@njit(cache=True, inline="always")
def _round(v: Any, mixed: np.uint32, constant: np.uint32, word: np.uint32) -> Any:
    a, b, c, d, e = v
    first = np.uint32(np.uint32(_left(a, 5) + mixed) + np.uint32(e + constant))
    return np.uint32(first + word), a, _left(b, 30), c, d


@njit(cache=True, inline="always")
def _mixed(v: Any, t: int) -> np.uint32:
    b, c, d = v[1], v[2], v[3]
    if t < 20:
        return np.uint32(np.uint32(b & c) ^ np.uint32(np.uint32(~b) & d))
    if 40 <= t < 60:
        return np.uint32(np.uint32(np.uint32(b & c) ^ np.uint32(b & d)) ^ np.uint32(c & d))
    return np.uint32(np.uint32(b ^ c) ^ d)


@njit(cache=True, inline="always")
def _left(x: np.uint32, by: int) -> np.uint32:
    return np.uint32(np.uint32(x << np.uint32(by)) | np.uint32(x >> np.uint32(32 - by)))


SHA1 = Kernel(_chain, lambda message: hashlib.sha1(message, usedforsecurity=False).digest())
