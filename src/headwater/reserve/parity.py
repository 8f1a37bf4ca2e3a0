"""Parity: an object of a reserve in blocks, with some more of which any may stand in for a lost one.

An object beside each protected one holds, numbers big-endian: eight bytes that say what it is, how many
blocks there are (1 byte) and with parity (1), the size of the object (8), SHA-256 of every block, and the
parity blocks. The digests say which blocks are damaged; as many may be as there are parity blocks.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import Any

from headwater.errors import FormatError, InputError, SealError, UnavailableError
from headwater.log.storage import Storage

N_BLOCKS, N_ALL = 10, 12
_MAGIC = b"hw-prty1"
_HEADER = struct.Struct(">8sBBQ")
_DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class Parity:
    """What repairs an object.

    Attributes:
        n_blocks: Blocks of the object; the last one is filled up with zeros.
        size_bytes: Of the object.
        digests: SHA-256 of each block, parity blocks behind the others.
        blocks: The parity blocks.
    """

    n_blocks: int
    size_bytes: int
    digests: tuple[bytes, ...]
    blocks: tuple[bytes, ...]


def path(of: str) -> str:
    """Give the path of the parity of an object."""
    return f"parity/{of}"


def size(size_bytes: int) -> int:
    """Give the size of what `build` makes of an object and `encode` writes.

    Args:
        size_bytes: Of the object.
    """
    return _HEADER.size + N_ALL * _DIGEST_BYTES + (N_ALL - N_BLOCKS) * -(-size_bytes // N_BLOCKS)


def build(data: bytes, *, n_blocks: int = N_BLOCKS, n_all: int = N_ALL) -> Parity:
    """Compute the parity of an object.

    Args:
        data: Its bytes, one at least.
        n_blocks: In how many blocks to cut it.
        n_all: How many there are with parity, up to 255.

    Raises:
        InputError: If there is nothing to protect.
        UnavailableError: If zfec is not installed.
    """
    if not data or not 0 < n_blocks < n_all < 256:
        raise InputError("parity needs a byte at least, and more blocks in all than the object has")
    cut = _cut(data, n_blocks)
    made = _zfec().Encoder(n_blocks, n_all).encode(cut, tuple(range(n_blocks, n_all)))
    more = tuple(bytes(one) for one in made)
    return Parity(n_blocks, len(data), tuple(hashlib.sha256(one).digest() for one in (*cut, *more)), more)


def encode(parity: Parity) -> bytes:
    """Encode the parity of an object."""
    header = _HEADER.pack(_MAGIC, parity.n_blocks, len(parity.digests), parity.size_bytes)
    return header + b"".join(parity.digests) + b"".join(parity.blocks)


def parse(data: bytes) -> Parity:
    """Parse the parity of an object.

    Args:
        data: Its bytes.

    Returns:
        The parity, with `encode(parse(data)) == data`.

    Raises:
        FormatError: If it is none.
    """
    if len(data) < _HEADER.size or not data.startswith(_MAGIC):
        raise FormatError("not the parity of an object")
    _, n_blocks, n_all, size = _HEADER.unpack_from(data)
    if not 0 < n_blocks < n_all or not 0 < size < 1 << 40:
        raise FormatError("the parity of an object has a wrong number of blocks or a wrong size")
    width, at = -(-size // n_blocks), _HEADER.size + n_all * _DIGEST_BYTES
    if len(data) != at + (n_all - n_blocks) * width:
        raise FormatError("the parity of an object is cut off")
    digests = tuple(data[i : i + _DIGEST_BYTES] for i in range(_HEADER.size, at, _DIGEST_BYTES))
    return Parity(n_blocks, size, digests, tuple(data[i : i + width] for i in range(at, len(data), width)))


def damaged(data: bytes, parity: Parity) -> list[int]:
    """List the blocks of an object that are damaged.

    Args:
        data: The object as it is; too short or too long, it is taken as far as it should go.
        parity: Its parity.
    """
    cut = _cut(data[: parity.size_bytes].ljust(parity.size_bytes, b"\0"), parity.n_blocks)
    return [at for at, one in enumerate(cut) if hashlib.sha256(one).digest() != parity.digests[at]]


def restore(data: bytes, parity: Parity) -> bytes:
    """Repair an object.

    Args:
        data: The object as it is.
        parity: Its parity.

    Returns:
        The object as it was when its parity was made.

    Raises:
        SealError: If more is damaged than there is parity.
        UnavailableError: If zfec is not installed.
    """
    bad = damaged(data, parity)
    cut = _cut(data[: parity.size_bytes].ljust(parity.size_bytes, b"\0"), parity.n_blocks)
    sound = {at: one for at, one in enumerate(cut) if at not in bad}
    spares = dict(enumerate(parity.blocks, start=parity.n_blocks))
    sound |= {at: one for at, one in spares.items() if hashlib.sha256(one).digest() == parity.digests[at]}
    if len(sound) < parity.n_blocks:
        raise SealError(
            f"{len(bad)} blocks are damaged, more than there is parity for",
            hint="repair it from a mirror",
        )
    # zfec wants a block that is there in its own place.
    spare = iter([at for at in sound if at >= parity.n_blocks])
    chosen = [at if at in sound else next(spare) for at in range(parity.n_blocks)]
    made = _zfec().Decoder(parity.n_blocks, len(parity.digests)).decode([sound[at] for at in chosen], chosen)
    whole = b"".join(bytes(one) for one in made)[: parity.size_bytes]
    if damaged(whole, parity):
        raise SealError("what parity gives is not what was protected")
    return whole


def protect(storage: Storage, of: str) -> None:
    """Write the parity of an object, or write it anew.

    It must follow every change, since of what was redacted nothing may be left in it.

    Args:
        storage: Of the reserve.
        of: Path of the object.

    Raises:
        SealError: If the object is not there.
    """
    data = storage.read(of)
    if data is None:
        raise SealError(f"{of} is not there")
    write(storage, of, data)


def write(storage: Storage, of: str, data: bytes) -> None:
    """Write the parity of an object that was read, or write it anew.

    Args:
        storage: Of the reserve.
        of: Path of the object.
        data: What it holds.
    """
    storage.swap(path(of), encode(build(data)), expected=storage.read(path(of)))


def refresh(storage: Storage, of: str) -> None:
    """Write the parity of an object anew, if it has any.

    It must not outlive what was taken out of the object.

    Args:
        storage: Of the reserve.
        of: Path of the object.
    """
    held = storage.read(path(of))
    if not held:
        return
    try:
        protect(storage, of)
    except UnavailableError:  # Without zfec, none is better than one that remembers.
        storage.swap(path(of), b"", expected=held)


def _cut(data: bytes, n_blocks: int) -> list[bytes]:
    width = -(-len(data) // n_blocks)
    return [data[at : at + width].ljust(width, b"\0") for at in range(0, width * n_blocks, width)]


def _zfec() -> Any:
    """Import the erasure code, which only parity needs.

    Raises:
        UnavailableError: If it is not installed.
    """
    try:
        import zfec
    except ImportError as error:
        raise UnavailableError("parity needs zfec", hint="pip install 'headwater[repair]'") from error
    return zfec
