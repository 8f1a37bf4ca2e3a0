"""Appending and publishing, when all goes well and when two do it at once."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.errors import ConsistencyError, InputError, SealError, UnavailableError
from headwater.log import checkpoint, lanes, note, segment, sequencer, tree
from headwater.log.checkpoint import Checkpoint
from headwater.log.head import Head
from headwater.log.note import Signature
from headwater.log.reader import Reader
from headwater.log.storage import Directory, Memory, Storage
from headwater.log.tile import Tile
from tests.log import slow
from tests.log.samples import CLASSIC, COSIGNER, LASTING, NOW_S, ORIGIN, POLICY, entries, log_of

SIGNERS = [CLASSIC, LASTING]


@given(st.lists(st.integers(0, 400), max_size=5))
@settings(max_examples=50)
def test_steps_of_any_width_make_one_tree(widths: list[int]) -> None:
    storage, at = Memory(), 0
    sequencer.create(storage, ORIGIN)
    for width in widths:
        head = sequencer.append(storage, entries(width, start=at))
        at += width
        assert (head.size, head.root) == (at, slow.mth(entries(at)))
    published = checkpoint.verify(sequencer.publish(storage, SIGNERS, time_s=NOW_S), POLICY)

    assert published == Checkpoint(ORIGIN, at, slow.mth(entries(at)))


@pytest.fixture(scope="module")
def full() -> list[segment.Segment]:
    """Build three full segments and one that is not, as workers would."""
    numbers = [[at.to_bytes(3, "big") for at in range(n << 16, (n + 1) << 16)] for n in range(4)]
    numbers[3] = numbers[3][:300]
    return [segment.build(some, hasher=lanes.LANES) for some in numbers]


def test_segments_of_workers_make_the_same_tree_as_their_entries(full: Sequence[segment.Segment]) -> None:
    some = [at.to_bytes(3, "big") for at in range((3 << 16) + 300)]
    built, flat = Memory(), Memory()
    for storage in (built, flat):
        sequencer.create(storage, ORIGIN)
    for made in reversed(full):
        segment.store(built, made)
    sequencer.append_segments(built, full[:1])
    by_segments = sequencer.append_segments(built, [one.root for one in full[1:]])
    by_entries = sequencer.append(flat, some, hasher=lanes.LANES)

    assert by_segments.root == by_entries.root == tree.level_root(tree.leaves(some))
    assert (
        built.read("tile/2/000.p/3") == flat.read("tile/2/000.p/3") == b"".join(one.root for one in full[:3])
    )


def test_a_log_of_many_segments_has_the_tiles_of_the_specification() -> None:
    """Roots alone make the upper tree, so that a wide one is tested without its entries."""
    storage = Memory()
    sequencer.create(storage, ORIGIN)
    roots = [tree.leaf_hash(at.to_bytes(4, "big")) for at in range(256 * 256 + 300)]
    header = segment.build([bytes(2)] * 65536, hasher=lanes.LANES).pack[:12]
    for root in roots:
        storage.create(segment.path(root), header)
    at = 0
    for width in (1, 254, 1, 1, 300, len(roots) - 557):
        head = sequencer.append_segments(storage, roots[at : at + width])
        at += width
        assert head.root == tree.level_root(b"".join(roots[:at]))
        assert head.size == at << 16
    level = b"".join(roots)

    assert storage.read("tile/2/000") == level[:8192]
    assert storage.read(Tile(2, 257, 44).path) == level[257 * 8192 :]
    assert storage.read("tile/3/000") == tree.rise(level[: 256 * 8192], 8)
    assert storage.read("tile/3/001.p/1") == tree.rise(level[256 * 8192 : 257 * 8192], 8)
    assert storage.read("tile/4/000.p/1") == tree.rise(level[: 256 * 8192], 16)
    reader = Reader(storage)
    for number in (0, 255, 256, 556, len(roots) - 1):
        assert reader.segment(number) == roots[number]
    old = Head(ORIGIN, 257 << 16, tree.level_root(level[: 257 * 32]))
    assert reader.prove_growth(old, reader.head())


def test_a_segment_follows_only_full_ones(full: Sequence[segment.Segment]) -> None:
    storage = Memory()
    sequencer.create(storage, ORIGIN)
    for made in full:
        segment.store(storage, made)
    with pytest.raises(InputError, match="not full"):
        sequencer.append_segments(storage, [full[3], full[0]])
    sequencer.append_segments(storage, [full[3]])
    with pytest.raises(InputError, match="does not begin") as caught:
        sequencer.append_segments(storage, [full[0]])
    assert caught.value.hint
    with pytest.raises(SealError):
        sequencer.append_segments(storage, [bytes(32)])


def test_a_segment_may_begin_with_what_the_log_ends_with() -> None:
    whole, parts = Memory(), log_of(300)
    sequencer.create(whole, ORIGIN)
    longer = segment.build(entries(700))
    for storage in (whole, parts):
        segment.store(storage, longer)
        sequencer.append_segments(storage, [longer])
    assert Reader(whole).head() == Reader(parts).head()
    with pytest.raises(InputError):
        sequencer.append_segments(parts, [segment.build(entries(300)).root])


def test_nothing_appended_is_no_step() -> None:
    storage = log_of(5)
    before = Reader(storage).head()

    assert sequencer.append(storage, []) == sequencer.append_segments(storage, []) == before


def test_an_empty_log_is_published_and_grows() -> None:
    storage = log_of(0)
    assert Reader(storage).checkpoint()[0] == Checkpoint(ORIGIN, 0, tree.EMPTY_ROOT)
    sequencer.append(storage, [b"first"])
    signed = sequencer.publish(storage, SIGNERS, time_s=NOW_S)

    assert checkpoint.verify(signed, POLICY).root == tree.leaf_hash(b"first")


def test_what_was_published_is_not_signed_again() -> None:
    storage = log_of(5)
    first = Reader(storage).checkpoint()[1]

    assert sequencer.publish(storage, SIGNERS, time_s=NOW_S + 1) == first
    assert storage.read("checkpoints/5") == first


def test_of_two_who_sign_one_head_one_is_asked_to_come_again() -> None:
    storage = log_of(3)
    sequencer.append(storage, [b"next"])

    def meanwhile(signed: bytes) -> list[Signature]:
        sequencer.publish(storage, SIGNERS, time_s=NOW_S + 1)
        return []

    with pytest.raises(UnavailableError, match="another writer"):
        sequencer.publish(storage, SIGNERS, time_s=NOW_S, cosign=meanwhile)
    first = Reader(storage).checkpoint()[1]
    assert sequencer.publish(storage, SIGNERS, time_s=NOW_S + 2) == first


def test_a_step_that_was_decided_does_not_fail_because_another_followed() -> None:
    """A failure would make the caller append the same entries again."""

    class Overtaken(Memory):
        def swap(self, path: str, data: bytes, *, expected: bytes | None) -> None:
            Memory.swap(self, path, data, expected=expected)
            if path == "head" and data != expected and not followed:
                followed.append(1)
                sequencer.append(self, [b"theirs"])

    followed: list[int] = []
    storage = Overtaken()
    storage._objects.update(copied(log_of(3)))
    assert sequencer.append(storage, [b"ours"]).size == 4
    assert Reader(storage).head().size == 5


def copied(storage: Storage) -> dict[str, bytes]:
    assert isinstance(storage, Memory)
    return dict(storage._objects)


def test_what_another_publishes_meanwhile_is_not_taken_for_a_rollback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    storage = log_of(3)
    sequencer.append(storage, [b"ours"])
    recover = sequencer.recover

    def interrupted(where: Storage) -> Head:
        found = recover(where)
        monkeypatch.setattr(sequencer, "recover", recover)
        sequencer.append(where, [b"theirs"])
        sequencer.publish(where, SIGNERS, time_s=NOW_S)
        return found

    monkeypatch.setattr(sequencer, "recover", interrupted)
    with pytest.raises(UnavailableError, match="another writer"):
        sequencer.publish(storage, SIGNERS, time_s=NOW_S)
    assert checkpoint.parse(sequencer.publish(storage, SIGNERS, time_s=NOW_S))[0].size == 5


def test_a_checkpoint_of_another_log_is_not_continued() -> None:
    storage, other = log_of(3), Memory()
    assert isinstance(storage, Memory)
    sequencer.create(other, "other.example")
    sequencer.append(other, entries(3))
    strangers = [checkpoint.Signer("other.example", CLASSIC.algorithm, CLASSIC.seed)]
    storage._objects["checkpoint"] = sequencer.publish(other, strangers, time_s=NOW_S)
    with pytest.raises(ConsistencyError, match="another log"):
        sequencer.publish(storage, SIGNERS, time_s=NOW_S)


@pytest.mark.parametrize("origin", ["", "with space", "with+plus", "two\nlines"])
def test_a_log_needs_an_origin_that_can_name_a_key(origin: str) -> None:
    with pytest.raises(InputError):
        sequencer.create(Memory(), origin)


def test_a_log_is_created_once() -> None:
    with pytest.raises(InputError, match="a log already"):
        sequencer.create(log_of(1), ORIGIN)


def test_the_log_signs_with_a_key_of_its_name() -> None:
    with pytest.raises(InputError, match="named"):
        sequencer.publish(log_of(1), [COSIGNER], time_s=NOW_S)


def test_witnesses_sign_before_the_checkpoint_is_seen() -> None:
    storage = Memory()
    sequencer.create(storage, ORIGIN)
    sequencer.append(storage, [b"first"])

    def cosign(signed: bytes) -> list[Signature]:
        assert storage.read("checkpoint") is None
        return [checkpoint.cosign(checkpoint.parse(signed)[0], COSIGNER, time_s=NOW_S)]

    sequencer.publish(storage, SIGNERS, time_s=NOW_S, cosign=cosign)
    witnessed = checkpoint.Policy(ORIGIN, POLICY.keys, (COSIGNER.key,), 1)
    assert checkpoint.verify(Reader(storage).checkpoint()[1], witnessed).size == 1


def test_a_late_witness_is_added_and_a_newer_line_replaces_an_older_one() -> None:
    storage = log_of(3)
    at, signed = Reader(storage).checkpoint()
    for time_s in (NOW_S, NOW_S + 60):
        signed = sequencer.endorse(storage, [checkpoint.cosign(at, COSIGNER, time_s=time_s)])
    times = [one.time_s for one in note.verify(note.parse(signed), [COSIGNER.key])]

    assert times == [NOW_S + 60]
    assert len(note.parse(signed).signatures) == 3
    assert Reader(storage).checkpoint()[1] == signed


def test_a_witness_that_refuses_stops_the_checkpoint() -> None:
    storage = log_of(3)
    before = Reader(storage).checkpoint()[1]
    sequencer.append(storage, [b"next"])

    def refuse(signed: bytes) -> list[Signature]:
        raise UnavailableError("the witness is away")

    with pytest.raises(UnavailableError):
        sequencer.publish(storage, SIGNERS, time_s=NOW_S, cosign=refuse)
    assert Reader(storage).checkpoint()[1] == before
    assert checkpoint.parse(sequencer.publish(storage, SIGNERS, time_s=NOW_S))[0].size == 4


def test_a_log_that_was_rolled_back_publishes_nothing() -> None:
    storage = log_of(3)
    assert isinstance(storage, Memory)
    backup = storage.read("head")
    assert backup is not None
    sequencer.append(storage, [b"next"])
    sequencer.publish(storage, SIGNERS, time_s=NOW_S)
    storage._objects["head"] = backup
    with pytest.raises(ConsistencyError):
        sequencer.publish(storage, SIGNERS, time_s=NOW_S)
    sequencer.append(storage, [b"other"])
    with pytest.raises(ConsistencyError):
        sequencer.publish(storage, SIGNERS, time_s=NOW_S)
    sequencer.append(storage, [b"more"])
    with pytest.raises(ConsistencyError):
        sequencer.publish(storage, SIGNERS, time_s=NOW_S)


def test_nothing_is_appended_to_damaged_tiles_or_packs(full: Sequence[segment.Segment]) -> None:
    storage = Memory()
    sequencer.create(storage, ORIGIN)
    for made in full:
        segment.store(storage, made)
    for made in (full[0], full[1]):
        sequencer.append_segments(storage, [made])
    before = storage.read("head")
    storage._objects["tile/2/000.p/2"] = bytes(64)
    with pytest.raises((SealError, ConsistencyError)):
        sequencer.append(storage, [b"next"])
    assert storage.read("head") == before
    tail = log_of(5)
    assert isinstance(tail, Memory)
    pack = segment.path(Reader(tail).head().tail)
    tail._objects[pack] = tail._objects[pack][:-1] + b"?"
    with pytest.raises(SealError):
        sequencer.append(tail, [b"next"])


def test_two_who_append_at_once_lose_nothing(tmp_path: Path) -> None:
    storage = Directory(tmp_path / "log")
    sequencer.create(storage, ORIGIN)

    def work(worker: int) -> int:
        done = 0
        while done < 6:
            with suppress(UnavailableError):  # Another writer was first.
                sequencer.append(storage, [f"{worker}-{done}".encode()])
                done += 1
                sequencer.publish(storage, SIGNERS, time_s=NOW_S)
        return done

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, range(2))) == [6, 6]
    signed = sequencer.publish(storage, SIGNERS, time_s=NOW_S)
    reader = Reader(storage)
    found = [reader.entry(at) for at in range(12)]

    assert checkpoint.verify(signed, POLICY).root == slow.mth(found)
    assert sorted(found) == sorted(f"{worker}-{at}".encode() for worker in range(2) for at in range(6))
