"""The index: payload digests of a run of documents, sorted, so that anyone finds where a text stands.

It is derived from the records and can be built again. An object holds eight bytes that say what it is, the
number of rows (4 bytes, big-endian), and the rows in the order of their bytes: payload digest (32) and place
in the run (4). Of documents with one payload, the first in the log holds the content.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from headwater.errors import FormatError, SealError
from headwater.log.storage import Storage
from headwater.reserve.reserve import Pack, Reserve

_MAGIC = b"hw-dgst1"
_HEADER = struct.Struct(">8sI")
_ROW = struct.Struct(">32sI")
_COLUMNS = np.dtype([("prefix", ">u8"), ("rest", "V24"), ("at", ">u4")])
_SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")
Prefixes = npt.NDArray[np.uint64]


def encode(digests: Iterable[tuple[bytes, int]]) -> bytes:
    """Encode an index.

    Args:
        digests: Payload digest and place in the run of each document that has a record.
    """
    rows = sorted(_ROW.pack(digest, at) for digest, at in digests)
    return _HEADER.pack(_MAGIC, len(rows)) + b"".join(rows)


def parse(data: bytes) -> list[tuple[bytes, int]]:
    """Parse an index.

    Args:
        data: Its bytes.

    Returns:
        Digests and places in order, with `encode(parse(data)) == data`.

    Raises:
        FormatError: If it is none, or its rows are not in order.
    """
    _check(data)
    rows = [(digest, at) for digest, at in _ROW.iter_unpack(data[_HEADER.size :])]
    if any(before >= behind for before, behind in pairwise(rows)):
        raise FormatError("the rows of an index are not in order")
    return rows


def find(data: bytes, digest: bytes) -> Iterator[int]:
    """Find the documents with a payload digest.

    Args:
        data: An index.
        digest: 32 bytes.

    Yields:
        Places in the run, ascending.

    Raises:
        FormatError: If it is no index.
    """
    _check(data)
    n_rows = (len(data) - _HEADER.size) // _ROW.size
    at = bisect_left(range(n_rows), digest, key=lambda row: _row(data, row)[0])
    while at < n_rows and _row(data, at)[0] == digest:
        yield _row(data, at)[1]
        at += 1


def read(storage: Storage, pack: Pack) -> bytes:
    """Read the index of a run.

    Args:
        storage: Where it lies.
        pack: The run.

    Raises:
        SealError: If it is not there.
    """
    data = storage.read(pack.index)
    if data is None:
        raise SealError(f"{pack.index} is not there", hint="it is derived: build it again from the records")
    return data


def contains(reserve: Reserve, digests: Sequence[bytes]) -> dict[bytes, tuple[int, ...]]:
    """Say where texts stand in a reserve.

    Args:
        reserve: The reserve.
        digests: SHA-256 of payloads, 32 bytes each: `Record.payload_digest` in bytes.

    Returns:
        For each digest that is in it, the indices of its documents, ascending. `prove.prove` proves them,
        and `membership.find` says what is sealed of them.
    """
    found: dict[bytes, tuple[int, ...]] = {}
    asked = sorted(set(digests))
    firsts = np.array([int.from_bytes(digest[:8]) for digest in asked], dtype=np.uint64)
    for pack in reserve.packs:
        for digest, at in _among(read(reserve.storage, pack), asked, firsts):
            found[digest] = (*found.get(digest, ()), pack.first + at)
    return found


def _among(data: bytes, asked: Sequence[bytes], firsts: Prefixes) -> Iterator[tuple[bytes, int]]:
    """Find many digests in one index: their first eight bytes by bisection in step, then whole ones."""
    _check(data)
    rows = np.frombuffer(data, dtype=_COLUMNS, offset=_HEADER.size)
    prefixes = rows["prefix"].astype(np.uint64)
    low, high = (np.searchsorted(prefixes, firsts, side=side) for side in _SIDES)
    for number in np.flatnonzero(high > low).tolist():
        for row in range(int(low[number]), int(high[number])):
            digest, at = _row(data, row)
            if digest == asked[number]:
                yield digest, at


def _row(data: bytes, at: int) -> tuple[bytes, int]:
    digest, place = _ROW.unpack_from(data, _HEADER.size + at * _ROW.size)
    return digest, place


def _check(data: bytes) -> None:
    n_rows, rest = divmod(len(data) - _HEADER.size, _ROW.size)
    if n_rows < 0 or rest or data[: _HEADER.size] != _HEADER.pack(_MAGIC, n_rows):
        raise FormatError("not an index of payload digests")
