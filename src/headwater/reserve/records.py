"""Record packs: canonical records with their salts, 256 to a compressed block, beside the log.

A pack holds, numbers big-endian: eight bytes that say what it is, the number of rows (4 bytes), the offset
of each block in the pack and the pack's size (8 bytes each), and the blocks, each compressed with zlib
(RFC 1950). A block is up to 256 rows: the lengths of record and head (4 bytes each), where the content
begins in its object (8) and its length there (4), the salt (16), the record, the head. What was redacted
has a record of no bytes and a salt of zeros.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from isal import isal_zlib

from headwater.errors import FormatError, InputError
from headwater.log.tile import WIDTH
from headwater.reserve.leaf import MAX_RECORD_BYTES, SALT_BYTES

MAX_ROWS = WIDTH * WIDTH
MAX_HEAD_BYTES = 2**20
NO_SALT = bytes(SALT_BYTES)

_MAGIC = b"hw-recs1"
_HEADER = struct.Struct(">8sI")
_OFFSET = struct.Struct(">Q")
_ROW = struct.Struct(f">IIQI{SALT_BYTES}s")
_MAX_BLOCK_BYTES = WIDTH * (_ROW.size + MAX_RECORD_BYTES + MAX_HEAD_BYTES)


class Row(NamedTuple):
    """What lies beside one entry of the log.

    Attributes:
        record: The canonical record; empty once it was redacted.
        salt: Its salt; zeros once it was redacted.
        head: Everything of the record before its body, as the source has it; empty where that is at hand.
        start: Where the content begins in its object.
        length: Bytes it takes there; 0 where it is elsewhere.
    """

    record: bytes
    salt: bytes
    head: bytes = b""
    start: int = 0
    length: int = 0

    @property
    def is_redacted(self) -> bool:
        """Tell whether the record was destroyed."""
        return not self.record


def encode(rows: Sequence[Row], *, level: int = 1) -> bytes:
    """Encode a pack.

    Args:
        rows: 1 to 65,536.
        level: How hard ISA-L tries, 0 to 3; whatever it is, zlib reads it.

    Raises:
        InputError: If there are none or more, or a field is too long.
    """
    if not 0 < len(rows) <= MAX_ROWS:
        raise InputError(f"a pack holds 1 to {MAX_ROWS} records, not {len(rows)}")
    blocks = [isal_zlib.compress(_block(rows[at : at + WIDTH]), level) for at in range(0, len(rows), WIDTH)]
    at = _HEADER.size + (len(blocks) + 1) * _OFFSET.size
    offsets = [_OFFSET.pack(at)]
    for block in blocks:
        at += len(block)
        offsets.append(_OFFSET.pack(at))
    return b"".join((_HEADER.pack(_MAGIC, len(rows)), *offsets, *blocks))


def parse(data: bytes) -> list[Row]:
    """Parse a whole pack.

    Args:
        data: Its bytes.

    Returns:
        Its rows.

    Raises:
        FormatError: If it is none, or damaged.
    """
    n = n_rows(data)
    return [row for number in range(-(-n // WIDTH)) for row in parse_block(data, number)]


def n_rows(data: bytes) -> int:
    """Read how many rows a pack holds.

    Args:
        data: The first bytes of a pack, 12 or more.

    Raises:
        FormatError: If it is none.
    """
    if len(data) < _HEADER.size or not data.startswith(_MAGIC):
        raise FormatError("not a pack of records")
    n = int(_HEADER.unpack_from(data)[1])
    if not 0 < n <= MAX_ROWS:
        raise FormatError(f"a pack of records says that it holds {n}")
    return n


def block_range(table: bytes, number: int) -> tuple[int, int]:
    """Give where a block lies.

    Args:
        table: The first bytes of a pack; `table_bytes` of them at least.
        number: The block.

    Raises:
        FormatError: If the table is damaged.
    """
    n_blocks = -(-n_rows(table) // WIDTH)
    if len(table) < table_bytes(n_rows(table)) or not 0 <= number < n_blocks:
        raise FormatError(f"a pack of records has no block {number}, or its table is cut off")
    at = _HEADER.size + number * _OFFSET.size
    start, stop = (found for (found,) in _OFFSET.iter_unpack(table[at : at + 2 * _OFFSET.size]))
    if not table_bytes(n_rows(table)) <= start < stop:
        raise FormatError("a pack of records has a wrong table")
    return start, stop


def table_bytes(n: int) -> int:
    """Give the size of what stands before the blocks of a pack of `n` rows."""
    return _HEADER.size + (-(-n // WIDTH) + 1) * _OFFSET.size


def parse_block(data: bytes, number: int) -> list[Row]:
    """Parse one block of a pack.

    Args:
        data: The pack.
        number: The block.

    Raises:
        FormatError: If it is damaged.
    """
    start, stop = block_range(data, number)
    return unpack(data[start:stop], min(WIDTH, n_rows(data) - number * WIDTH))


def unpack(block: bytes, n: int) -> list[Row]:
    """Parse a compressed block.

    Args:
        block: Its bytes.
        n: How many rows it must hold.

    Raises:
        FormatError: If it is damaged, or holds another number.
    """
    state = zlib.decompressobj()
    try:
        plain = state.decompress(block, _MAX_BLOCK_BYTES)
    except zlib.error as error:
        raise FormatError("a block of records does not decompress") from error
    if not state.eof or state.unused_data:
        raise FormatError("a block of records is cut off, or followed by something")
    rows: list[Row] = []
    at = 0
    while at < len(plain) and len(rows) <= n:
        row, at = _row(plain, at)
        rows.append(row)
    if at != len(plain) or len(rows) != n:
        raise FormatError(f"a block of records does not hold {n} of them")
    return rows


def _row(plain: bytes, at: int) -> tuple[Row, int]:
    body = at + _ROW.size
    if body > len(plain):
        raise FormatError("a row of a pack of records is cut off")
    n_record, n_head, start, length, salt = _ROW.unpack_from(plain, at)
    end = body + n_record + n_head
    if n_record > MAX_RECORD_BYTES or n_head > MAX_HEAD_BYTES or end > len(plain):
        raise FormatError("a row of a pack of records is too long, or cut off")
    if not n_record and (salt != NO_SALT or n_head):
        raise FormatError("a row of a pack of records has a salt or a head, and no record")
    return Row(plain[body : body + n_record], salt, plain[body + n_record : end], start, length), end


def _block(rows: Iterable[Row]) -> bytes:
    pieces: list[bytes] = []
    for record, salt, head, start, length in rows:
        if len(record) > MAX_RECORD_BYTES or len(head) > MAX_HEAD_BYTES or len(salt) != SALT_BYTES:
            raise InputError("a record, its head or its salt has no length that a pack can hold")
        pieces += (_ROW.pack(len(record), len(head), start, length, salt), record, head)
    return b"".join(pieces)
