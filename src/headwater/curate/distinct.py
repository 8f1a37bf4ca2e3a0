"""The compiled pass that lists a text's distinct words; numba comes with this module, so import it late."""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt
from numba import njit, types

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint32]

_PARTS, _GOES_ON, _ALONE = 0, 1, 2
_ASCII = np.array([chr(at).isalpha() for at in range(128)])
_PRIME, _MIX = np.uint64(0x100000001B3), np.uint64(0x9E3779B97F4A7C15)
# The table of CRC-32 by bytes, from what the library says of each byte.
_CRC = np.array([zlib.crc32(bytes([at ^ 0xFF])) ^ 0xFF000000 for at in range(256)], dtype=np.uint32)
_ONES = np.uint32(0xFFFFFFFF)

# A signature is written out, as in `measure.scan`.
_DATA = types.Array(types.uint8, 1, "C", readonly=True)


@njit(cache=True)
def _kind(data: Bytes, at: int) -> tuple[int, int]:
    """Tell what a character beyond ASCII does to a word, as `words.words_of` says, and how wide it is."""
    lead = data[at]
    if lead < 0xE0:
        return _PARTS if lead == 0xC2 and data[at + 1] >= 0xA0 else _GOES_ON, 2
    if lead >= 0xF0:
        return _GOES_ON, 4
    point = (lead & 0x0F) << 12 | (data[at + 1] & 0x3F) << 6 | (data[at + 2] & 0x3F)
    if 0x3040 <= point <= 0x30FF or 0x3400 <= point <= 0x4DBF or 0x4E00 <= point <= 0x9FFF:
        return _ALONE, 3
    parts = 0x2000 <= point <= 0x206F or 0x3000 <= point <= 0x3020
    return _PARTS if parts or 0xFF00 <= point <= 0xFF0F or 0xFF1A <= point <= 0xFF20 else _GOES_ON, 3


@njit(cache=True)
def _next(data: Bytes, at: int) -> tuple[int, int]:
    """Give where the next word starts and ends; the end of the text twice when there is none."""
    while at < data.size:
        kind, width = _PARTS, 1
        if data[at] >= 0x80:
            kind, width = _kind(data, at)
        elif _ASCII[data[at]]:
            kind = _GOES_ON
        if kind == _ALONE:
            return at, at + width
        if kind == _GOES_ON:
            return at, _end(data, at + width)
        at += width
    return data.size, data.size


@njit(cache=True)
def _end(data: Bytes, at: int) -> int:
    """Give where a word ends that goes on up to here."""
    while at < data.size:
        if data[at] >= 0x80:
            kind, width = _kind(data, at)
            if kind != _GOES_ON:
                break
            at += width
        elif _ASCII[data[at]]:
            at += 1
        else:
            break
    return at


@njit(cache=True)
def _cut(data: Bytes, start: int, end: int, most: int) -> int:
    """Give where a word ends that may be no longer than `most` bytes and holds whole characters."""
    if end - start > most:
        end = start + most
        while data[end] & 0xC0 == 0x80:
            end -= 1
    return end


@njit(cache=True)
def _hashed(word: Bytes, seed: np.uint64) -> tuple[np.uint32, np.uint64]:
    """Give a word's CRC-32, and a number by which it is looked up."""
    crc, value = _ONES, seed
    for byte in word:
        crc = np.uint32((crc >> np.uint32(8)) ^ _CRC[np.uint8(crc) ^ byte])
        value = (value ^ np.uint64(byte)) * _PRIME
    return np.uint32(crc ^ _ONES), (value * _MIX) >> np.uint64(32)


@njit(cache=True)
def _same(one: Bytes, other: Bytes) -> bool:
    if one.size != other.size:
        return False
    for at in range(one.size):  # noqa: SIM110  # Compiled, a generator costs more.
        if one[at] != other[at]:
            return False
    return True


@njit([(_DATA, types.int64, types.uint64)], cache=True)
def distinct(data: Bytes, most: int, seed: np.uint64) -> tuple[Places, Places, Hashes]:
    """List the distinct words of a text in lower case.

    Args:
        data: Shape (n,), UTF-8.
        most: Bytes of a word at most.
        seed: Any number that nobody foresees, so that nobody writes words that meet in one slot.

    Returns:
        Where each word first starts and ends, and its CRC-32; each of shape (n_words,).
    """
    room = data.size // 2 + 2
    starts, ends = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
    crcs = np.empty(room, dtype=np.uint32)
    bits = 1
    while (1 << bits) < 2 * room:
        bits += 1
    slots, mask = np.full(1 << bits, -1, dtype=np.int32), np.int64((1 << bits) - 1)
    n = 0
    start, after = _next(data, 0)
    while start < data.size:
        end = _cut(data, start, after, most)
        crc, value = _hashed(data[start:end], seed)
        slot = np.int64(value) & mask
        while slots[slot] >= 0:
            other = slots[slot]
            if crcs[other] == crc and _same(data[start:end], data[starts[other] : ends[other]]):
                break
            slot = (slot + 1) & mask
        if slots[slot] < 0:
            slots[slot] = n
            starts[n], ends[n], crcs[n] = start, end, crc
            n += 1
        start, after = _next(data, after)
    return starts[:n].copy(), ends[:n].copy(), crcs[:n].copy()
