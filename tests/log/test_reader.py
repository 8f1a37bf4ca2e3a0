"""A log as read: entries and proofs wherever they lie, and damage that is noticed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.errors import (
    ConsistencyError,
    FormatError,
    HeadwaterError,
    InclusionError,
    InputError,
    SealError,
    UnavailableError,
)
from headwater.log import bundle, checkpoint, proof, segment, sequencer, tree
from headwater.log.checkpoint import Checkpoint
from headwater.log.reader import Reader
from headwater.log.storage import Memory
from headwater.log.tile import Tile
from tests.log import slow
from tests.log.samples import CLASSIC, LASTING, NOW_S, ORIGIN, POLICY, entries, log_of

SIZE = 2 * 65536 + 1000


@pytest.fixture(scope="module")
def large() -> Reader:
    """Give a log of two full segments and one that is not, grown in uneven steps."""
    storage = Memory()
    sequencer.create(storage, ORIGIN)
    some = entries(SIZE)
    for start, stop in ((0, 70), (70, 65536), (65536, 65537), (65537, SIZE)):
        sequencer.append(storage, some[start:stop])
        sequencer.publish(storage, [CLASSIC, LASTING], time_s=NOW_S)
    return Reader(storage)


@pytest.mark.parametrize("index", [0, 69, 70, 255, 256, 65535, 65536, 131071, 131072, SIZE - 1])
def test_every_entry_is_read_and_proved(large: Reader, index: int) -> None:
    entry = entries(1, start=index)[0]

    assert large.entry(index) == entry
    assert proof.verify(large.prove(index), entry, POLICY).size == SIZE


def test_the_root_is_that_of_one_tree_over_all_entries(large: Reader) -> None:
    leaves = tree.leaves(entries(SIZE))

    assert large.checkpoint()[0].root == tree.level_root(leaves)
    assert large.segment(0) + large.segment(1) == tree.rise(leaves, 16)


def test_every_published_head_is_a_beginning_of_the_last(large: Reader) -> None:
    last = large.checkpoint()[0]
    for size in (70, 65536, 65537, SIZE):
        held = large.storage.read(f"checkpoints/{size}")
        assert held is not None
        old = checkpoint.verify(held, POLICY)
        assert old.size == size
        hashes = large.prove_growth(old, last)
        tree.verify_consistency((size, old.root), (SIZE, last.root), hashes)
        forged = Checkpoint(ORIGIN, size, bytes(32))
        with pytest.raises(ConsistencyError):
            large.prove_growth(forged, last)


def test_a_sample_of_bundles_is_proved_against_the_checkpoint(large: Reader) -> None:
    at = large.checkpoint()[0]
    whole = [
        (index, large.tile(Tile(-1, index, width)), large.prove_bundle(index, at))
        for index, width in ((0, 256), (300, 256), (SIZE // 256, SIZE % 256))
    ]
    found = bundle.verify_proof(whole, SIZE, at.root)

    assert found[1] == entries(256, start=300 * 256)


@pytest.mark.parametrize("index", [-1, SIZE])
def test_what_is_not_in_the_log_is_not_read(large: Reader, index: int) -> None:
    with pytest.raises(InputError):
        large.entry(index)
    with pytest.raises(InputError):
        large.prove(index)
    with pytest.raises(InputError):
        large.segment(index)


def test_there_is_no_log_and_no_checkpoint_before_there_is_one() -> None:
    storage = Memory()
    with pytest.raises(UnavailableError, match="no log"):
        Reader(storage).head()
    sequencer.create(storage, ORIGIN)
    with pytest.raises(UnavailableError, match="no checkpoint"):
        Reader(storage).checkpoint()


def tampered(storage: Memory, path: str, data: bytes) -> Memory:
    """Copy a storage but for one object."""
    changed = Memory()
    changed._objects.update(storage._objects)
    changed._objects[path] = data
    return changed


SMALL = log_of(300)
assert isinstance(SMALL, Memory)
PACK = segment.path(Reader(SMALL).head().tail)


@given(st.integers(0, len(SMALL._objects[PACK]) - 1), st.integers(1, 255), st.integers(0, 299))
@settings(max_examples=300)
def test_no_changed_byte_of_a_pack_gives_a_proof_that_does_not_verify(at: int, by: int, index: int) -> None:
    """A proof is right or refused, and an entry is right or refused, whatever the disk says."""
    assert isinstance(SMALL, Memory)
    data = bytearray(SMALL._objects[PACK])
    data[at] ^= by
    reader = Reader(tampered(SMALL, PACK, bytes(data)))
    try:
        made = reader.prove(index)
    except HeadwaterError:
        return
    assert proof.verify(made, entries(300)[index], POLICY).root == slow.mth(entries(300))


def test_a_changed_tile_is_noticed() -> None:
    assert isinstance(SMALL, Memory)
    data = bytearray(SMALL._objects[PACK])
    data[12 + 32 * 5] ^= 1
    reader = Reader(tampered(SMALL, PACK, bytes(data)))
    with pytest.raises(SealError, match="entry 5"):
        reader.entry(5)
    with pytest.raises(InclusionError):
        reader.prove(6)


def test_what_is_gone_is_missing(large: Reader) -> None:
    assert isinstance(large.storage, Memory)
    for path in (segment.path(large.segment(1)), "tile/2/000.p/1"):
        changed = tampered(large.storage, path, b"")
        del changed._objects[path]
        with pytest.raises(SealError, match="is not there"):
            Reader(changed).tile(Tile(0, 300)) if path.startswith("seg") else Reader(changed).tile(
                Tile(2, 0, 1)
            )
    with pytest.raises((SealError, FormatError)):
        Reader(tampered(large.storage, segment.path(large.segment(0)), b"")).entry(5)
