"""Places and paths of tiles, and nodes read from them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import FormatError, InputError
from headwater.log import tile, tree
from headwater.log.tile import ENTRIES, Tile
from tests.log import slow
from tests.log.samples import entries

LIKE_PATHS = st.from_regex(r"\Atile/(entries|[0-9]{1,3})/(x[0-9]{3}/)?[0-9]{2,4}(\.p/[0-9]{1,3})?\Z")
TILES = st.builds(Tile, st.integers(-1, 63), st.integers(0, 10**12), st.integers(1, 256))


@pytest.mark.parametrize(
    ("place", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(1, 999, 5), "tile/1/999.p/5"),
        (Tile(2, 1000, 255), "tile/2/x001/000.p/255"),
        (Tile(ENTRIES, 12), "tile/entries/012"),
        (Tile(63, 1_000_000), "tile/63/x001/x000/000"),
    ],
)
def test_the_path_is_that_of_the_specification(place: Tile, path: str) -> None:
    assert place.path == path
    assert tile.parse_path(path) == place


@given(TILES)
def test_a_path_leads_back(place: Tile) -> None:
    assert tile.parse_path(place.path) == place


@given(st.one_of(st.text(max_size=30), LIKE_PATHS))
def test_any_text_is_refused_or_leads_back(path: str) -> None:
    try:
        place = tile.parse_path(path)
    except FormatError:
        return
    assert place.path == path
    assert 1 <= place.width <= 256


@pytest.mark.parametrize(
    "path",
    ["tile/0/0", "tile/0/x000/001", "tile/0/001/002", "tile/64/000", "tile/00/000", "tile/0/000.p/0",
     "tile/0/000.p/256", "tile/0/000.p/300", "tile/0/000.p/01", "tile/-1/000", "/tile/0/000", "tile/0/000/",
     "tile/0/000\n", "tile/0/٠٠٠", "tile/entries/", "tile/data/000", ""],
)  # fmt: skip
def test_a_path_in_another_form_is_refused(path: str) -> None:
    with pytest.raises(FormatError):
        tile.parse_path(path)


def test_the_tiles_of_the_specifications_example() -> None:
    found = list(tile.growth(0, 70_000, lowest=0))

    assert [t for t in found if t.level == 0][-1] == Tile(0, 273, 112)
    assert [t for t in found if t.level > 0] == [Tile(1, 0), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert [t for t in tile.growth(0, 256, lowest=0) if t.level] == [Tile(1, 0, 1)]


@given(st.integers(0, 200_000), st.integers(0, 200_000))
def test_growth_is_what_the_older_tree_lacks(one: int, other: int) -> None:
    old, size = sorted((one, other))
    now, before = set(tile.growth(0, size)), set(tile.growth(0, old))

    assert set(tile.growth(old, size)) == now - before


def test_there_is_no_empty_tile() -> None:
    with pytest.raises(InputError):
        tile.tile_at(0, 1, 256)
    assert tile.tile_at(0, 1, 257) == Tile(0, 1, 1)


@given(st.integers(1, 1500), st.data())
def test_nodes_are_read_from_tiles(size: int, data: st.DataObject) -> None:
    some = entries(size)
    leaves = tree.leaves(some)
    levels = [leaves, tree.rise(leaves, 8)]
    index = data.draw(st.integers(0, size - 1))
    reads: list[Tile] = []

    def read(place: Tile) -> bytes:
        reads.append(place)
        return levels[place.level][place.index * 8192 : (place.index * 256 + place.width) * 32]

    proof = tree.prove_inclusion(index, size, tile.node_reader(size, read))

    assert list(proof) == slow.path(index, some)
    assert set(reads) <= set(tile.growth(0, size, lowest=0))
    assert len(reads) == len(set(reads))


def test_a_tile_of_another_length_is_refused() -> None:
    with pytest.raises(FormatError, match="instead of 8192"):
        tile.node_reader(256, lambda _: bytes(100))([tree.Node(0, 0)])
