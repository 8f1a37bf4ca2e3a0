"""Audits find what is wrong, level by level; repair takes parity or a mirror, never what was redacted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.errors import InputError
from headwater.log.storage import Memory
from headwater.reserve import audit, content, entry, parity, redact, repair
from headwater.reserve.order import Beacon
from headwater.reserve.redact import Order
from headwater.reserve.repair import Mirror
from headwater.reserve.reserve import Reserve, open_reserve
from tests.reserve.test_serve import served
from tests.reserve.worlds import KEYS, NOW_S, sealed

BEACON = Beacon("drand:test:1", bytes(range(32)))


def copy(storage: Memory) -> Memory:
    made = Memory()
    made._objects.update(storage._objects)
    return made


def wound(storage: Memory, path: str, at: int) -> None:
    data = bytearray(storage._objects[path])
    data[at] ^= 0xFF
    storage._objects[path] = bytes(data)


@pytest.fixture
def world(tmp_path: Path) -> tuple[Memory, Reserve]:
    storage = Memory()
    return storage, sealed(tmp_path, 300, mode="ingest", storage=storage)[0]


def path_of(storage: Memory, start: str) -> str:
    return next(path for path in storage._objects if path.startswith(start))


@pytest.mark.parametrize(
    ("start", "levels"),
    [
        ("log/segment", ("tree", "record", "content")),
        ("records", ("record", "content")),
        ("content", ("content",)),
    ],
)
def test_each_level_finds_what_lies_at_it(
    world: tuple[Memory, Reserve], start: str, levels: tuple[str, ...]
) -> None:
    storage, reserve = world
    path = path_of(storage, start)
    wound(storage, path, len(storage._objects[path]) - 9)
    found = {level: audit.audit(reserve, BEACON, n_bundles=9, level=level) for level in audit.LEVELS}

    assert tuple(level for level, one in found.items() if one.faults) == levels
    assert {one.n_documents for one in found.values()} == {300}
    logged = audit.entry(found["content"], reserve, BEACON, now_s=NOW_S)
    assert entry.parse(entry.encode(logged)) == logged


def test_the_beacon_chooses_and_another_one_chooses_otherwise(world: tuple[Memory, Reserve]) -> None:
    _, reserve = world
    chosen = {
        audit.audit(reserve, Beacon("b", bytes([at] * 32)), n_bundles=1, level="tree").bundles
        for at in range(60)
    }

    assert chosen == {(0,), (1,)}
    with pytest.raises(InputError):
        audit.audit(reserve, BEACON, n_bundles=0, level="tree")
    with pytest.raises(InputError):
        audit.audit(reserve, BEACON, n_bundles=1, level="soul")


def test_a_reserve_sealed_in_place_is_audited_where_its_files_lie(tmp_path: Path) -> None:
    reserve, _ = sealed(tmp_path, 20)
    file = tmp_path / "a.warc.gz"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)

    assert len(audit.audit(reserve, BEACON, n_bundles=1, level="content").faults) == 1
    assert not audit.audit(reserve, BEACON, n_bundles=1, level="record").faults


def redacted(reserve: Reserve, number: int, scope: str) -> Reserve:
    return redact.redact(reserve, Order((number,), scope, "privacy", "", NOW_S), KEYS)


@pytest.mark.parametrize("scope", ["content", "content+metadata"])
def test_a_redaction_is_no_fault_and_no_parity_remembers_it(
    world: tuple[Memory, Reserve], scope: str
) -> None:
    storage, reserve = world
    frame = storage.read(
        reserve.pack(5).content(5), start=reserve.row(5).start, stop=reserve.row(5).start + 40
    )
    for path in audit.all_objects(reserve):
        parity.protect(storage, path)
    after = redacted(reserve, 5, scope)
    found = audit.audit(after, BEACON, n_bundles=9, level="content")

    assert (found.faults, found.n_redacted) == ((), 1)
    assert frame
    for path in audit.all_objects(after):
        held = storage.read(path)
        assert held is not None
        made = parity.parse(storage.read(parity.path(path)) or b"")
        assert parity.restore(held, made) == held


@pytest.mark.parametrize("scope", ["content", "content+metadata"])
def test_a_mirror_does_not_bring_back_what_was_redacted(world: tuple[Memory, Reserve], scope: str) -> None:
    storage, reserve = world
    mirror, words = copy(storage), content.read(reserve, 5)
    after = redacted(reserve, 5, scope)
    sound = dict(storage._objects)
    paths = [reserve.pack(5).records, reserve.pack(5).content(5)]
    for path in paths:
        del storage._objects[path]
    done = list(repair.repair_all(open_reserve(storage), mirror.read))

    assert {one.path: one.source for one in done} == dict.fromkeys(paths, "mirror")
    again = open_reserve(storage)
    assert again.row(5).is_redacted == after.row(5).is_redacted
    assert audit.audit(again, BEACON, n_bundles=9, level="content").faults == ()
    assert words not in b"".join(storage._objects.values())
    assert storage._objects[paths[1]] == sound[paths[1]]


@pytest.mark.loopback
def test_a_mirror_over_http_repairs(world: tuple[Memory, Reserve]) -> None:
    storage, reserve = world
    other = open_reserve(copy(storage))
    path = reserve.pack(5).content(5)
    before = storage._objects[path]
    wound(storage, path, 99)
    with served(other) as url:
        done = list(repair.repair_all(reserve, Mirror(url)))

    assert [(one.path, one.source) for one in done] == [(path, "mirror")]
    assert storage._objects[path] == before


def every_object(reserve: Reserve) -> Iterator[str]:
    yield from audit.all_objects(reserve)


def test_damage_in_any_object_is_repaired_from_a_mirror(world: tuple[Memory, Reserve]) -> None:
    storage, reserve = world
    mirror, sound = copy(storage), dict(storage._objects)
    for path in every_object(reserve):
        wound(storage, path, len(sound[path]) // 2)
        done = list(repair.repair_all(reserve, mirror.read))
        assert [(one.path, one.source) for one in done] == [(path, "mirror")], path
        assert storage._objects == sound
