"""Erasing: what is written over a record, of the same length, so that nothing else of the file moves."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

from headwater.errors import InputError, UnavailableError
from headwater.sources.opening import is_url

_MAX_STORED = 0xFFFF
_SKIPPABLE = 0x184D2A50
_ZSTD = b"\x28\xb5\x2f\xfd"
_HEAD = (
    "WARC/1.0\r\nWARC-Type: redacted\r\nWARC-Record-ID: <urn:uuid:{name}>\r\nWARC-Date: {time}\r\n"
    "Content-Type: text/plain\r\nContent-Length: {size:010d}\r\n\r\n"
)
_TAIL = b"\r\n\r\n"
SHORTEST = len(_HEAD.format(name="0" * 36, time="0" * 20, size=0)) + len(_TAIL)


def stub(size_bytes: int, *, name: str, time: str, told: str) -> bytes:
    """Write a WARC record that says nothing of what stood there.

    Args:
        size_bytes: How long it is to be, line ends behind it included.
        name: A UUID for its record id.
        time: RFC 3339.
        told: What its block begins with; spaces fill the rest.

    Raises:
        InputError: If no record is that short.
    """
    size = size_bytes - SHORTEST
    if size < 0:
        raise InputError(f"no record of WARC has {size_bytes} bytes", hint="take the whole file down")
    head = _HEAD.format(name=name, time=time, size=size)
    return head.encode() + f"{told}\n".encode()[:size].ljust(size) + _TAIL


def gzip_member(size_bytes: int, *, name: str, time: str, told: str) -> bytes:
    """Write a gzip member of a given length that holds such a record.

    Args:
        size_bytes: Length of the member.
        name: As for `stub`.
        time: As for `stub`.
        told: As for `stub`.

    Raises:
        InputError: If no such member is that short.

    Source:
        RFC 1952, section 2.3; RFC 1951, section 3.2.4 (stored blocks).
    """
    n_blocks = max(1, -(-(size_bytes - 18) // (_MAX_STORED + 5)))
    plain = size_bytes - 18 - 5 * n_blocks
    if plain >= SHORTEST:
        record = stub(plain, name=name, time=time, told=told)
        return _GZIP + _stored(record, n_blocks) + _trailer(record)
    return _squeezed(size_bytes, stub(SHORTEST, name=name, time=time, told=told))


_GZIP = bytes([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255])


def _trailer(record: bytes) -> bytes:
    return struct.pack("<II", zlib.crc32(record), len(record))


def _stored(record: bytes, n_blocks: int) -> bytes:
    pieces = []
    for number in range(n_blocks):
        part = record[number * _MAX_STORED : (number + 1) * _MAX_STORED]
        last = number == n_blocks - 1
        pieces += [bytes([last]), struct.pack("<HH", len(part), len(part) ^ 0xFFFF), part]
    return b"".join(pieces)


def _squeezed(size_bytes: int, record: bytes) -> bytes:
    """Compress a record, and fill the member with a comment in its header.

    Raises:
        InputError: If even so it is too long.
    """
    state = zlib.compressobj(9, wbits=-15)
    body = state.compress(record) + state.flush()
    free = size_bytes - 18 - len(body)
    if free < 0:
        raise InputError(
            f"a member of {size_bytes} bytes is too short to be redacted in place",
            hint="take the whole file down",
        )
    if free == 0:
        return _GZIP + body + _trailer(record)
    head = _GZIP[:3] + bytes([0x10]) + _GZIP[4:] + b" " * (free - 1) + b"\0"
    return head + body + _trailer(record)


def zstd_frame(size_bytes: int) -> bytes:
    """Write a skippable frame of a given length.

    Args:
        size_bytes: 8 at least.

    Raises:
        InputError: If it is shorter.

    Source:
        RFC 8878, section 3.1.2.
    """
    if size_bytes < 8:
        raise InputError(f"no frame has {size_bytes} bytes")
    return struct.pack("<II", _SKIPPABLE, size_bytes - 8) + bytes(size_bytes - 8)


def replacement(path: str, size_bytes: int, *, name: str, time: str, told: str) -> bytes:
    """Make what is written over a record of a WARC file.

    Args:
        path: A local file.
        size_bytes: Length of the record, or of its compressed member.
        name: As for `stub`.
        time: As for `stub`.
        told: As for `stub`.

    Raises:
        InputError: If the file is not local, or the record too short.
        UnavailableError: If it cannot be read.
    """
    _check_here(path)
    try:
        with Path(path).open("rb") as file:
            kind = file.read(4)
    except OSError as error:
        raise UnavailableError(f"cannot read {path}: {error.strerror}") from error
    if kind.startswith(b"\x1f\x8b"):
        return gzip_member(size_bytes, name=name, time=time, told=told)
    if kind == _ZSTD or kind[1:] == b"\x2a\x4d\x18":
        return zstd_frame(size_bytes)
    return stub(size_bytes, name=name, time=time, told=told)


def overwrite(path: str, start: int, data: bytes) -> None:
    """Write over a part of a file, durably.

    Args:
        path: A local file.
        start: First byte.
        data: What to write.

    Raises:
        InputError: If it is not local.
        UnavailableError: If it cannot be written.
    """
    _check_here(path)
    try:
        with Path(path).open("r+b") as file:
            file.seek(start)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UnavailableError(f"cannot write {path}: {error.strerror}") from error


def _check_here(path: str) -> None:
    """Check that a file is on this machine.

    Raises:
        InputError: If it is not.
    """
    if is_url(path):
        raise InputError(f"{path} is not on this machine", hint="give the command where it lies")
