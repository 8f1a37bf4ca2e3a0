"""Entry bundles: up to 256 entries, each with its length before it (C2SP tlog-tiles)."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from headwater.errors import FormatError, InclusionError, InputError
from headwater.log.tile import HEIGHT, TILE_BYTES, WIDTH
from headwater.log.tree import HASH_BYTES, PLAIN, Hasher, level_root, rise, verify_inclusion

MAX_ENTRY_BYTES = 2**16 - 1
MAX_BYTES = WIDTH * (2 + MAX_ENTRY_BYTES)
_LENGTH = struct.Struct(">H")


def encode(entries: Sequence[bytes]) -> bytes:
    """Encode a bundle.

    Args:
        entries: 1 to 256 entries of at most 65,535 bytes.

    Raises:
        InputError: If there are more, or none, or one is too long.

    Source:
        C2SP tlog-tiles, "Log entries".
    """
    if not 0 < len(entries) <= WIDTH:
        raise InputError(f"a bundle holds 1 to {WIDTH} entries, not {len(entries)}")
    pieces: list[bytes] = []
    for entry in entries:
        if len(entry) > MAX_ENTRY_BYTES:
            raise InputError(
                f"an entry has {len(entry)} bytes, and {MAX_ENTRY_BYTES} is the most",
                hint="log a digest, and keep the content beside the log",
            )
        pieces += (_LENGTH.pack(len(entry)), entry)
    return b"".join(pieces)


def parse(data: bytes) -> list[bytes]:
    """Parse a bundle.

    Args:
        data: Its bytes.

    Returns:
        1 to 256 entries, with `encode(parse(data)) == data`.

    Raises:
        FormatError: If it is cut off, empty, or holds more.
    """
    entries, at, last = [], 0, min(len(data), MAX_BYTES) - 1
    while at < last:
        stop = at + 2 + (data[at] << 8 | data[at + 1])
        entries.append(data[at + 2 : stop])
        at = stop
    if at != len(data) or not 0 < len(entries) <= WIDTH:
        raise FormatError(f"a bundle is cut off, or holds no entry or more than {WIDTH}")
    return entries


def verify(bundles: Sequence[bytes], tiles: Sequence[bytes], *, hasher: Hasher = PLAIN) -> list[list[bytes]]:
    """Check that entries are those of their tiles of level 0.

    Args:
        bundles: Entry bundles.
        tiles: The tile of level 0 with the same index for each, itself verified.
        hasher: What hashes.

    Returns:
        The entries, bundle by bundle.

    Raises:
        FormatError: If a bundle does not parse.
        InclusionError: If an entry does not hash to its place in the tile.
    """
    parsed = [parse(data) for data in bundles]
    level, at = hasher.leaves([entry for entries in parsed for entry in entries]), 0
    for number, (entries, tile) in enumerate(zip(parsed, tiles, strict=True)):
        stop = at + len(entries) * HASH_BYTES
        if level[at:stop] != tile:
            raise InclusionError(f"bundle {number} does not hash to its tile")
        at = stop
    return parsed


def verify_proof(
    bundles: Sequence[tuple[int, bytes, Sequence[bytes]]],
    size: int,
    root: bytes,
    *,
    hasher: Hasher = PLAIN,
) -> list[list[bytes]]:
    """Check that whole bundles are in a tree, without its tiles.

    Args:
        bundles: For each, its index, its bytes, and its proof from `prove_inclusion(..., height=8)`.
        size: Number of leaves of the tree.
        root: Its root.
        hasher: What hashes; the bundles are hashed together.

    Returns:
        The entries, bundle by bundle.

    Raises:
        FormatError: If a bundle does not parse.
        InclusionError: If one does not stand where its proof says, or is not all that stands there.
    """
    parsed = [parse(data) for _, data, _ in bundles]
    for (index, _, _), entries in zip(bundles, parsed, strict=True):
        if len(entries) != min(WIDTH, size - index * WIDTH):
            raise InclusionError(f"bundle {index} does not hold what a tree of {size} has there")
    full = [entry for entries in parsed if len(entries) == WIDTH for entry in entries]
    roots = rise(hasher.leaves(full), HEIGHT, hasher)
    at = 0
    for (index, _, proof), entries in zip(bundles, parsed, strict=True):
        if len(entries) == WIDTH:
            found, at = roots[at : at + HASH_BYTES], at + HASH_BYTES
        else:
            found = level_root(hasher.leaves(entries), hasher)
        verify_inclusion(found, (index, size), root, proof, height=HEIGHT)
    return parsed


def roots(level: bytes, hasher: Hasher = PLAIN) -> bytes:
    """Give the root of every tile of a level of leaf hashes, the last one ragged.

    Args:
        level: 32 bytes a leaf; the first leaf's index is a multiple of 256.
        hasher: What hashes.
    """
    whole = len(level) // TILE_BYTES * TILE_BYTES
    ragged = level_root(level[whole:], hasher) if level[whole:] else b""
    return rise(level[:whole], HEIGHT, hasher) + ragged
