"""Stripes: parity of an archive that was sealed where it lies, made and used in bounded memory.

An archive is cut into blocks, and a stripe is ten of them, as many blocks apart as there are stripes. So a
run of damage, or an end cut off, of nearly a fifth of the archive costs no stripe more than two blocks. The
parity of a stripe is that of an object (`parity.py`). Objects of the reserve hold those of up to 32 stripes
each, numbers big-endian: eight bytes that say what it is, the size of the archive (8), CRC-32
of these 16 bytes (4), and the parity of the stripes, end to end.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from headwater.errors import FormatError, SealError, UnavailableError
from headwater.log.storage import Storage
from headwater.reserve import content, erase, parity
from headwater.reserve.parity import N_ALL, N_BLOCKS, Parity
from headwater.sources.opening import open_input, reaching, size_of

BLOCK_BYTES = 2**16  # At most.
N_STRIPES = 32
_MAGIC = b"hw-strp1"
_HEADER = struct.Struct(">8sQI")
_MAX_BYTES = 1 << 50
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Grid:
    """How an archive is cut.

    Attributes:
        size_bytes: Of the archive.
    """

    size_bytes: int

    @property
    def n_stripes(self) -> int:
        """Give the number of stripes."""
        return -(-self.size_bytes // (N_BLOCKS * BLOCK_BYTES))

    @property
    def width(self) -> int:
        """Give the length of a block, in bytes; the last one is filled up with zeros."""
        return -(-self.size_bytes // (N_BLOCKS * self.n_stripes))

    @property
    def n_objects(self) -> int:
        """Give the number of objects."""
        return -(-self.n_stripes // N_STRIPES)

    def stripes(self, number: int) -> range:
        """Give the stripes of an object; none behind the last one.

        Args:
            number: Of the object, from 0.
        """
        return range(self.n_stripes)[number * N_STRIPES : (number + 1) * N_STRIPES]

    def blocks(self, stripe: int) -> list[Range]:
        """List where the blocks of a stripe begin and stop; some may be empty.

        Args:
            stripe: Its number.
        """
        starts = [(stripe + at * self.n_stripes) * self.width for at in range(N_BLOCKS)]
        size = self.size_bytes
        return [(min(start, size), min(start + self.width, size)) for start in starts]

    def touched(self, start: int, stop: int) -> list[int]:
        """List the stripes that bytes of the archive fall into.

        Args:
            start: First byte.
            stop: First byte behind them.
        """
        blocks = range(start // self.width, -(-stop // self.width))
        return sorted({at % self.n_stripes for at in blocks[: self.n_stripes]})


@dataclass(frozen=True, slots=True)
class Stripes:
    """What an object holds.

    Attributes:
        size_bytes: Of the archive.
        parities: Of consecutive stripes; none where they were emptied.
    """

    size_bytes: int
    parities: tuple[Parity, ...]


def path(file_sha256: str, number: int) -> str:
    """Give the path of an object.

    Args:
        file_sha256: Digest of the archive when it was sealed.
        number: Of the object, from 0.
    """
    return f"stripe/{file_sha256}/{number:06d}"


def encode(stripes: Stripes) -> bytes:
    """Encode what an object holds."""
    sums = zlib.crc32(_MAGIC + stripes.size_bytes.to_bytes(8, "big"))
    head = _HEADER.pack(_MAGIC, stripes.size_bytes, sums)
    return head + b"".join(map(parity.encode, stripes.parities))


def parse(data: bytes) -> Stripes:
    """Parse what an object holds.

    Args:
        data: Its bytes.

    Returns:
        It, with `encode(parse(data)) == data`.

    Raises:
        FormatError: If it is no such object.
    """
    if len(data) < _HEADER.size or not data.startswith(_MAGIC):
        raise FormatError("no parity of an archive")
    _, size, sums = _HEADER.unpack_from(data)
    if not 0 < size < _MAX_BYTES or sums != zlib.crc32(data[:16]):
        raise FormatError("the parity of an archive has a wrong size")
    grid = Grid(size)
    each = parity.size(grid.width * N_BLOCKS)
    n, rest = divmod(len(data) - _HEADER.size, each)
    if rest or n > min(N_STRIPES, grid.n_stripes):
        raise FormatError("the parity of an archive is cut off")
    found = tuple(parity.parse(data[at : at + each]) for at in range(_HEADER.size, len(data), each))
    if any((one.n_blocks, len(one.digests), one.size_bytes) != _shape(grid) for one in found):
        raise FormatError("the parity of an archive is of another shape")
    return Stripes(size, found)


def protect(storage: Storage, file_sha256: str) -> None:
    """Write the parity of an archive, or write it anew.

    Args:
        storage: Of the reserve.
        file_sha256: Digest of the archive when it was sealed.

    Raises:
        SealError: If nobody knows where it lies.
        UnavailableError: If it cannot be read, or zfec is not installed.
    """
    where = content.located(storage, file_sha256)
    grid = Grid(size_of(where))
    with open_input(where) as file, reaching("read", where):
        for number in range(grid.n_objects):
            made = tuple(parity.build(one) for one in _read(file, grid, grid.stripes(number)))
            at = path(file_sha256, number)
            storage.swap(at, encode(Stripes(grid.size_bytes, made)), expected=storage.read(at))


def refresh(storage: Storage, file_sha256: str, start: int, data: bytes) -> None:
    """Write the parity of an archive anew where its bytes are written over.

    Without parity there is nothing to do. What was damaged before is still restored from it; what was written
    over is not.

    Args:
        storage: Of the reserve.
        file_sha256: Digest of the archive when it was sealed.
        start: First byte that is written over.
        data: What is written there.

    Raises:
        SealError: If nobody knows where the archive lies.
        UnavailableError: If it cannot be read.
    """
    written = start, start + len(data)
    for number in _numbers(storage, file_sha256):
        at = path(file_sha256, number)
        head = storage.read(at, stop=_HEADER.size) or b""
        with suppress(FormatError):
            grid = Grid(parse(head).size_bytes)
            if not {one // N_STRIPES for one in grid.touched(*written)} & {number}:
                continue
        held = storage.read(at) or b""
        made = _renewed(content.located(storage, file_sha256), number, held, (start, data))
        if made != held:
            storage.swap(at, made, expected=held)


def _renewed(where: str, number: int, held: bytes, written: tuple[int, bytes]) -> bytes:
    """Make an object anew; none is better than one that remembers, so that without zfec it is emptied."""
    try:
        found = parse(held)
        grid, parities = Grid(found.size_bytes), list(found.parities)
        some = grid.stripes(number)
        touched = set(grid.touched(written[0], written[0] + len(written[1])))
        with open_input(where) as file, reaching("read", where):
            for at in [at for at in range(len(parities)) if some[at] in touched]:
                (now,) = _read(file, grid, some[at : at + 1])
                whole = bytearray(_restored(now, parities[at]) or now)
                _overlay(whole, grid, some[at], written)
                parities[at] = parity.build(bytes(whole))
    except (FormatError, UnavailableError):
        return b""
    return encode(Stripes(found.size_bytes, tuple(parities)))


def mend(storage: Storage, file_sha256: str, *, spared: Iterable[Range] = ()) -> tuple[int, int]:
    """Restore the blocks of an archive that are damaged, where its parity can.

    Args:
        storage: Of the reserve.
        file_sha256: Digest of the archive when it was sealed.
        spared: Bytes that are left as they are, since they were taken down.

    Returns:
        How many blocks were restored, and in how many stripes more is damaged than there is parity for.

    Raises:
        SealError: If nobody knows where the archive lies.
        UnavailableError: If it cannot be read or written, or zfec is not installed.
    """
    where = content.located(storage, file_sha256)
    left, n_mended, n_lost, size_bytes = sorted(spared), 0, 0, 0
    for some, held in _objects(storage, file_sha256):
        grid, size_bytes = Grid(held.size_bytes), held.size_bytes
        with open_input(where) as file, reaching("read", where):
            stripes = _read(file, grid, some)
        for number, now, made in zip(some, stripes, held.parities, strict=False):
            bad = parity.damaged(now, made)
            whole = _restored(now, made) if bad else now
            n_lost += whole is None
            for block in bad if whole else ():
                start, stop = grid.blocks(number)[block]
                at = slice(block * grid.width, block * grid.width + stop - start)
                n_mended += _write(where, start, (now[at], (whole or b"")[at]), left)
    if size_bytes and not n_lost and size_of(where) < size_bytes:  # Zeros cut off look sound.
        erase.overwrite(where, size_bytes - 1, b"\0")
        n_mended += 1
    return n_mended, n_lost


def _write(where: str, start: int, pieces: tuple[bytes, bytes], spared: Sequence[Range]) -> bool:
    """Write a block over where it differs from what is there; whether it did, but for what is spared."""
    now, wanted = pieces
    done = False
    for first, last in _without((start, start + len(wanted)), spared):
        cut = slice(first - start, last - start)
        if now[cut] != wanted[cut]:
            erase.overwrite(where, first, wanted[cut])
            done = True
    return done


def _objects(storage: Storage, file_sha256: str) -> Iterator[tuple[range, Stripes]]:
    """Yield the stripes of each object, and what it holds; one that is damaged is passed over."""
    for number in _numbers(storage, file_sha256):
        with suppress(FormatError):
            found = parse(storage.read(path(file_sha256, number)) or b"")
            if some := Grid(found.size_bytes).stripes(number):
                yield some, found


def _numbers(storage: Storage, file_sha256: str) -> Iterator[int]:
    """Yield the numbers of the objects of an archive; that one of them is lost hides no other."""
    number, n = 0, 1
    while number < n or storage.stat(path(file_sha256, number)) is not None:
        with suppress(FormatError):
            head = storage.read(path(file_sha256, number), stop=_HEADER.size)
            if head is not None:
                yield number
                n = max(n, Grid(parse(head).size_bytes).n_objects)
        number += 1


def _read(file: BinaryIO, grid: Grid, some: range) -> list[bytes]:
    """Read consecutive stripes; what is not there is zeros."""
    length, runs = len(some) * grid.width, []
    for first, last in zip(grid.blocks(some.start), grid.blocks(some.stop - 1), strict=True):
        file.seek(first[0])
        runs.append(file.read(last[1] - first[0]).ljust(length, b"\0"))
    return [b"".join(run[at : at + grid.width] for run in runs) for at in range(0, length, grid.width)]


def _restored(now: bytes, made: Parity) -> bytes | None:
    try:
        return parity.restore(now, made)
    except SealError:
        return None


def _overlay(whole: bytearray, grid: Grid, stripe: int, written: tuple[int, bytes]) -> None:
    """Write bytes of the archive over those of a stripe."""
    start, data = written
    for block, (first, last) in enumerate(grid.blocks(stripe)):
        low, high = max(first, start), min(last, start + len(data))
        if low < high:
            at = block * grid.width + low - first
            whole[at : at + high - low] = data[low - start : high - start]


def _without(wanted: Range, spared: Sequence[Range]) -> Iterator[Range]:
    """Yield what of some bytes is not spared; `spared` is in order."""
    at, stop = wanted
    for first, last in spared:
        if first >= stop:
            break
        if at < first:
            yield at, first
        at = max(at, last)
    if at < stop:
        yield at, stop


def _shape(grid: Grid) -> tuple[int, int, int]:
    return N_BLOCKS, N_ALL, grid.width * N_BLOCKS
