"""Tiles: runs of 256 hashes, their places and paths (C2SP tlog-tiles), and nodes read from them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from headwater.errors import FormatError, InputError
from headwater.log.tree import HASH_BYTES, Node, ReadNodes, rise

HEIGHT = 8
WIDTH = 1 << HEIGHT
TILE_BYTES = WIDTH * HASH_BYTES
ENTRIES = -1  # the level of entry bundles
MAX_LEVEL = 63

_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/)*[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """The place of a tile or an entry bundle.

    Attributes:
        level: 0 for leaf hashes, 1 for roots of full tiles of level 0, and so on; `ENTRIES` for entries.
        index: Index of the tile in its level.
        width: Hashes or entries in it: 256, or fewer for a partial one.
    """

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Give the path below the log's prefix, such as `tile/0/x001/234.p/5`.

        Source:
            C2SP tlog-tiles, "Merkle Tree" and "Log entries".
        """
        digits = str(self.index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        place = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        level = "entries" if self.level == ENTRIES else str(self.level)
        return f"tile/{level}/{place}" + ("" if self.width == WIDTH else f".p/{self.width}")


def parse_path(path: str) -> Tile:
    """Parse the path of a tile.

    Args:
        path: Such as `tile/entries/x001/234.p/5`, without a leading slash.

    Returns:
        The tile, with `parse_path(path).path == path`.

    Raises:
        FormatError: If it is none, or not in its one form.
    """
    found = _PATH.fullmatch(path)
    if found is None or len(path) > 100:
        raise FormatError(f"not the path of a tile: {path[:100]!a}")
    level = ENTRIES if found["level"] == "entries" else int(found["level"])
    width = int(found["width"] or WIDTH)
    tile = Tile(level, int(found["index"].replace("x", "").replace("/", "")), width)
    if level > MAX_LEVEL or width > WIDTH or tile.path != path:
        raise FormatError(f"not the path of a tile in its one form: {path!a}")
    return tile


def tile_at(level: int, index: int, size: int) -> Tile:
    """Give a tile as it is in a tree of a size.

    Args:
        level: Level, or `ENTRIES`.
        index: Index of the tile in its level.
        size: Number of leaves.

    Returns:
        The tile, partial if the tree ends in it.

    Raises:
        InputError: If it is empty at that size.
    """
    width = min(WIDTH, (size >> HEIGHT * max(level, 0)) - index * WIDTH)
    if width < 1:
        raise InputError(f"a tree of {size} has no tile {index} of level {level}")
    return Tile(level, index, width)


def growth(old_size: int, size: int, *, lowest: int = ENTRIES) -> Iterator[Tile]:
    """Yield the tiles of a tree that an older one does not have, or has narrower.

    Args:
        old_size: Number of leaves of the older tree.
        size: Number of leaves of the tree.
        lowest: Lowest level to yield.
    """
    level = lowest
    while level <= 0 or size >> HEIGHT * level:
        old, new = (n >> HEIGHT * max(level, 0) for n in (old_size, size))
        if new > old:
            yield from (tile_at(level, index, size) for index in range(old // WIDTH, -(-new // WIDTH)))
        level += 1


def parse(tile: Tile, data: bytes) -> bytes:
    """Check that bytes are as long as a tile of hashes.

    Args:
        tile: Its place.
        data: Its bytes.

    Returns:
        The bytes: a level, in the sense of `headwater.log.tree`.

    Raises:
        FormatError: If the length is wrong.
    """
    if len(data) != tile.width * HASH_BYTES:
        raise FormatError(f"{tile.path} has {len(data)} bytes instead of {tile.width * HASH_BYTES}")
    return data


def node_reader(size: int, read: Callable[[Tile], bytes]) -> ReadNodes:
    """Make a reader of nodes from a reader of tiles.

    What it reads is not verified: verify the proof that is made of it.

    Args:
        size: Number of leaves of the tree.
        read: Gives the bytes of a tile, level 0 and above.

    Returns:
        A function from nodes to hashes. Each call reads each tile once.
    """

    def read_nodes(nodes: Sequence[Node]) -> list[bytes]:
        held: dict[Tile, bytes] = {}
        found = []
        for node in nodes:
            level, up = divmod(node.height, HEIGHT)
            index, first = divmod(node.index << up, WIDTH)
            tile = tile_at(level, index, size)
            if tile not in held:
                held[tile] = parse(tile, read(tile))
            run = held[tile][first * HASH_BYTES : (first + (1 << up)) * HASH_BYTES]
            found.append(rise(run, up))
        return found

    return read_nodes
