"""Segments: 65,536 entries that are built anywhere and packed into one immutable object.

65,536 is 256 squared, so that the root of a full segment is one hash of a tile of level 2. That hash is
the segment's name: whoever builds it need not know where it will stand, two who build the same one write
the same object, and the tree itself says which segments there are. The last segment of a log may hold
fewer entries; its name is the root over these.

A pack holds, in this order: eight bytes that say what it is, the number of entries (4 bytes, big-endian),
the leaf hashes, the roots of full tiles of leaf hashes, the offset of each bundle in the pack and the
pack's size (8 bytes each), and the bundles. So every tile of levels 0 and 1 and every bundle is a range.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from headwater.errors import FormatError, InputError, SealError
from headwater.log import bundle
from headwater.log.storage import Storage
from headwater.log.tile import ENTRIES, HEIGHT, WIDTH, Tile
from headwater.log.tree import HASH_BYTES, PLAIN, Hasher, level_root, rise

SEGMENT_HEIGHT = 2 * HEIGHT
SEGMENT_ENTRIES = 1 << SEGMENT_HEIGHT

_MAGIC = b"hw-pack1"
_HEADER = struct.Struct(">8sI")
_OFFSET = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Segment:
    """A built segment.

    Attributes:
        root: Root over its entries, 32 bytes.
        n_entries: 1 to 65,536.
        pack: The bytes of its object.
    """

    root: bytes
    n_entries: int
    pack: bytes = field(repr=False)


def path(root: bytes) -> str:
    """Give the path of the object of a segment."""
    name = root.hex()
    return f"segment/{name[:2]}/{name}"


def build(entries: Sequence[bytes], *, hasher: Hasher = PLAIN) -> Segment:
    """Build a segment.

    Args:
        entries: 1 to 65,536 entries of at most 65,535 bytes.
        hasher: What hashes.

    Returns:
        The segment; equal entries give equal bytes.

    Raises:
        InputError: If there are more entries, or none, or one is too long.
    """
    if not 0 < len(entries) <= SEGMENT_ENTRIES:
        raise InputError(f"a segment holds 1 to {SEGMENT_ENTRIES} entries, not {len(entries)}")
    bundles = [bundle.encode(entries[at : at + WIDTH]) for at in range(0, len(entries), WIDTH)]
    hashes = hasher.leaves(entries)
    tiles = rise(hashes, HEIGHT, hasher)
    at = _bundles_at(len(entries))
    offsets = [_OFFSET.pack(at)]
    for data in bundles:
        at += len(data)
        offsets.append(_OFFSET.pack(at))
    root = level_root(bundle.roots(hashes, hasher), hasher)
    pack = b"".join((_HEADER.pack(_MAGIC, len(entries)), hashes, tiles, *offsets, *bundles))
    return Segment(root, len(entries), pack)


def store(storage: Storage, segment: Segment) -> None:
    """Write a segment's object; it belongs to no log until one names it."""
    storage.create(path(segment.root), segment.pack)


def count(storage: Storage, root: bytes) -> int:
    """Read how many entries a stored segment holds.

    Args:
        storage: Where it lies.
        root: Its name.

    Raises:
        SealError: If it is not there.
        FormatError: If it is no segment.
    """
    header = storage.read(path(root), stop=_HEADER.size)
    if header is None:
        raise SealError(f"segment {root.hex()} is not there")
    return _count(header)


def read_tile(storage: Storage, root: bytes, tile: Tile) -> bytes:
    """Read a tile or a bundle of a stored segment, as a range of its object.

    Args:
        storage: Where it lies.
        root: The segment's name.
        tile: Level 0, 1 or `ENTRIES`; its index as if the segment stood first in the log. It may be
            narrower than the stored one: an older tree's.

    Raises:
        SealError: If the segment is not there, or is shorter than it says.
        FormatError: If it is no segment, or too small to hold the tile.
    """
    n_entries = count(storage, root)
    if tile.level == ENTRIES:
        return _read_bundle(storage, root, tile, n_entries)
    if tile.level not in {0, 1} or tile.index * WIDTH + tile.width > n_entries >> HEIGHT * tile.level:
        raise FormatError(f"a segment of {n_entries} entries does not hold {tile.path}")
    start = _HEADER.size + n_entries * HASH_BYTES * tile.level + tile.index * WIDTH * HASH_BYTES
    return _read(storage, root, start, start + tile.width * HASH_BYTES)


def verify(storage: Storage, root: bytes, *, hasher: Hasher = PLAIN) -> list[bytes]:
    """Check every byte of a stored segment.

    Args:
        storage: Where it lies.
        root: The name it must have.
        hasher: What hashes.

    Returns:
        Its entries.

    Raises:
        FormatError: If it is no segment.
        SealError: If it is not there, or not the one with this root.
    """
    n_entries = count(storage, root)
    tiles = (_read_range(storage, root, at) for at in range(-(-n_entries // WIDTH)))
    entries = [entry for data in tiles for entry in bundle.parse(data)]
    pack = storage.read(path(root))
    if not 0 < len(entries) <= SEGMENT_ENTRIES:
        raise FormatError(f"segment {root.hex()} does not hold the entries it says")
    built = build(entries, hasher=hasher)
    if built.root != root or built.pack != pack:
        raise SealError(f"segment {root.hex()} does not hold what was sealed")
    return entries


def _read_bundle(storage: Storage, root: bytes, tile: Tile, n_entries: int) -> bytes:
    if tile.index * WIDTH + tile.width > n_entries:
        raise FormatError(f"a segment of {n_entries} entries does not hold {tile.path}")
    data = _read_range(storage, root, tile.index)
    if tile.width == min(WIDTH, n_entries - tile.index * WIDTH):
        return data
    return bundle.encode(bundle.parse(data)[: tile.width])


def bundle_range(storage: Storage, root: bytes, index: int) -> tuple[int, int]:
    """Say where a bundle lies in a stored segment.

    Args:
        storage: Where it lies.
        root: The segment's name.
        index: Index of the bundle in the segment.

    Returns:
        First byte, and first byte behind it.

    Raises:
        SealError: If the segment is not there, or is shorter than it says.
        FormatError: If it is no segment, has no such bundle, or the table of offsets is damaged.
    """
    n_entries = count(storage, root)
    n_bundles = -(-n_entries // WIDTH)
    if not 0 <= index < n_bundles:
        raise FormatError(f"a segment of {n_entries} entries has no bundle {index}")
    at = _bundles_at(n_entries) - (n_bundles + 1 - index) * _OFFSET.size
    offsets = _read(storage, root, at, at + 2 * _OFFSET.size)
    start, stop = (found for (found,) in _OFFSET.iter_unpack(offsets))
    if not _bundles_at(n_entries) <= start < stop <= start + WIDTH * (2 + bundle.MAX_ENTRY_BYTES):
        raise FormatError(f"segment {root.hex()} has a wrong table of offsets")
    return start, stop


def _read_range(storage: Storage, root: bytes, index: int) -> bytes:
    """Read the bundle of an index as it is stored."""
    return _read(storage, root, *bundle_range(storage, root, index))


def _read(storage: Storage, root: bytes, start: int, stop: int) -> bytes:
    data = storage.read(path(root), start=start, stop=stop)
    if data is None or len(data) != stop - start:
        raise SealError(f"segment {root.hex()} lacks bytes {start} to {stop}")
    return data


def _count(header: bytes) -> int:
    if len(header) < _HEADER.size or not header.startswith(_MAGIC):
        raise FormatError("an object is no segment")
    n_entries = int(_HEADER.unpack_from(header)[1])
    if not 0 < n_entries <= SEGMENT_ENTRIES:
        raise FormatError(f"a segment says that it holds {n_entries} entries")
    return n_entries


def _bundles_at(n_entries: int) -> int:
    n_hashes = n_entries + n_entries // WIDTH
    return _HEADER.size + n_hashes * HASH_BYTES + (-(-n_entries // WIDTH) + 1) * _OFFSET.size
