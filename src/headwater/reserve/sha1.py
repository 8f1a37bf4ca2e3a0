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

from headwater.log.lanes import N_LANES, Counts, Kernel, Words, add, fill, turn

_START = np.array([0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0], dtype=np.uint32)
_ROUND = np.array([0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xCA62C1D6], dtype=np.uint32)


@njit(cache=True)
def _chain(words: Words, firsts: Counts, counts: Counts) -> Words:
    """Hash the messages of sixteen lanes, each `counts` blocks from block `firsts` on; (5 x 16) words."""
    chain = np.empty(5 * N_LANES, np.uint32)
    schedule = np.empty(80 * N_LANES, np.uint32)
    work = np.empty(5 * N_LANES, np.uint32)
    for i in range(5 * N_LANES):
        chain[i] = _START[i // N_LANES]
    for block in range(counts.max()):
        fill(schedule, (words, firsts, counts), block)
        work[:] = chain
        _expand(schedule)
        _rounds(schedule, work)
        add(chain, work, counts, block)
    return chain


@njit(cache=True)
def _expand(schedule: Words) -> None:
    # Two rows at a time: a loop over one is taken apart before it is seen that its lanes do not touch.
    for t in range(16, 80, 2):
        for lane in range(2 * N_LANES):
            at = t * N_LANES + lane
            x = np.uint32(schedule[at - 3 * N_LANES] ^ schedule[at - 8 * N_LANES])
            y = np.uint32(schedule[at - 14 * N_LANES] ^ schedule[at - 16 * N_LANES])
            schedule[at] = turn(np.uint32(x ^ y), 32 - 1)


@njit(cache=True)
def _rounds(schedule: Words, work: Words) -> None:
    """Go through the four times twenty rounds, ten at a time: the five words then stand as they stood."""
    for t in range(0, 80, 10):
        for lane in range(N_LANES):
            v = _load(work, lane)
            for i in range(10):
                v = _round(v, _mixed(v, t), _ROUND[t // 20], schedule[(t + i) * N_LANES + lane])
            _store(work, lane, v)


@njit(cache=True, inline="always")
def _load(work: Words, lane: int) -> Any:
    return (
        work[lane],
        work[N_LANES + lane],
        work[2 * N_LANES + lane],
        work[3 * N_LANES + lane],
        work[4 * N_LANES + lane],
    )


@njit(cache=True, inline="always")
def _store(work: Words, lane: int, v: Any) -> None:
    work[lane], work[N_LANES + lane], work[2 * N_LANES + lane] = v[0], v[1], v[2]
    work[3 * N_LANES + lane], work[4 * N_LANES + lane] = v[3], v[4]


@njit(cache=True, inline="always")
def _round(v: Any, mixed: np.uint32, constant: np.uint32, word: np.uint32) -> Any:
    a, b, c, d, e = v
    first = np.uint32(np.uint32(turn(a, 32 - 5) + mixed) + np.uint32(e + constant))
    return np.uint32(first + word), a, turn(b, 32 - 30), c, d


@njit(cache=True, inline="always")
def _mixed(v: Any, t: int) -> np.uint32:
    b, c, d = v[1], v[2], v[3]
    if t < 20:
        return np.uint32(np.uint32(b & c) ^ np.uint32(np.uint32(~b) & d))
    if 40 <= t < 60:
        return np.uint32(np.uint32(np.uint32(b & c) ^ np.uint32(b & d)) ^ np.uint32(c & d))
    return np.uint32(np.uint32(b ^ c) ^ d)


SHA1 = Kernel(_chain, lambda message: hashlib.sha1(message, usedforsecurity=False).digest())
