"""Segments: packs, the ranges in them, and their names."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.errors import ConsistencyError, FormatError, HeadwaterError, InputError, SealError
from headwater.log import bundle, lanes, segment, tile, tree
from headwater.log.storage import Memory
from headwater.log.tile import ENTRIES, Tile
from tests.log import slow
from tests.log.samples import damaged, entries


def stored(n: int) -> tuple[Memory, bytes]:
    storage, made = Memory(), segment.build(entries(n))
    segment.store(storage, made)
    return storage, made.root


@given(st.integers(1, 1200), st.data())
def test_every_tile_is_a_range_of_the_pack(n: int, data: st.DataObject) -> None:
    storage, root = stored(n)
    some = entries(n)
    leaves = tree.leaves(some)
    levels = {0: leaves, 1: tree.rise(leaves, 8)}
    size = data.draw(st.integers(1, n))

    assert root == slow.mth(some)
    for place in tile.growth(0, size):
        found = segment.read_tile(storage, root, place)
        start, stop = place.index * 256, place.index * 256 + place.width
        if place.level == ENTRIES:
            assert found == bundle.encode(some[start:stop])
        else:
            assert found == levels[place.level][start * 32 : stop * 32]


def test_a_full_segment_is_one_node_of_level_two() -> None:
    some = [at.to_bytes(3, "big") for at in range(segment.SEGMENT_ENTRIES)]
    made = segment.build(some, hasher=lanes.LANES)

    assert made.root == tree.rise(tree.leaves(some), 16) == tree.level_root(tree.leaves(some))
    with pytest.raises(InputError):
        segment.build([*some, b""])


def test_equal_entries_are_one_object_whoever_builds_it() -> None:
    storage, root = stored(300)
    again = segment.build(entries(300), hasher=lanes.LANES)
    segment.store(storage, again)

    assert again.root == root
    assert segment.verify(storage, root, hasher=lanes.LANES) == entries(300)


def test_nothing_is_no_segment() -> None:
    with pytest.raises(InputError):
        segment.build([])


def test_a_segment_that_is_not_there_is_missing() -> None:
    with pytest.raises(SealError, match="is not there"):
        segment.count(Memory(), bytes(32))


@pytest.mark.parametrize("place", [Tile(0, 1), Tile(0, 0, 256), Tile(1, 0), Tile(2, 0, 1), Tile(ENTRIES, 0)])
def test_a_tile_beyond_the_segment_is_refused(place: Tile) -> None:
    storage, root = stored(100)
    with pytest.raises(FormatError):
        segment.read_tile(storage, root, place)


PACK = segment.build(entries(300)).pack


@given(damaged(PACK, segment.build([b""]).pack))
@settings(max_examples=200)
def test_any_other_bytes_are_noticed(data: bytes) -> None:
    """Damage is an error that says so, never another kind of error and never silence."""
    name = segment.build(entries(300)).root
    storage = Memory()
    storage.create(segment.path(name), data)
    try:
        found = segment.verify(storage, name)
    except (FormatError, SealError):
        assert data != PACK
        return
    assert data == PACK
    assert found == entries(300)


@pytest.mark.parametrize("at", range(0, len(PACK), 97))
def test_every_flipped_bit_is_noticed(at: int) -> None:
    storage = Memory()
    name = segment.build(entries(300)).root
    storage.create(segment.path(name), PACK[:at] + bytes([PACK[at] ^ 1]) + PACK[at + 1 :])
    with pytest.raises(HeadwaterError):
        segment.verify(storage, name)


def test_another_object_of_the_same_name_is_refused() -> None:
    storage, root = stored(5)
    with pytest.raises(ConsistencyError):
        storage.create(segment.path(root), b"other")
