"""Every storage of `STORAGES` keeps the promises of the interface."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from headwater.errors import ConsistencyError, InputError, UnavailableError
from headwater.log.storage import STORAGES, Directory, Memory, Objects, Storage

MAKE: dict[str, Callable[[Path], Storage]] = {
    "memory": lambda folder: Memory(),
    "directory": lambda folder: Directory(folder / "log"),
    "objects": lambda folder: Objects(f"memory:/{folder}/log"),
}


@pytest.fixture(params=STORAGES)
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return MAKE[request.param](tmp_path)


def test_what_is_not_there_is_none(storage: Storage) -> None:
    assert storage.read("nothing") is None
    assert storage.read("no/thing", start=3, stop=9) is None


def test_an_object_is_read_whole_and_in_ranges(storage: Storage) -> None:
    storage.create("a/b/c", b"0123456789")

    assert storage.read("a/b/c") == b"0123456789"
    assert storage.read("a/b/c", start=2, stop=5) == b"234"
    assert storage.read("a/b/c", start=8) == b"89"
    assert storage.read("a/b/c", start=8, stop=20) == b"89"
    assert storage.read("a/b/c", start=20) == storage.read("a/b/c", start=5, stop=5) == b""
    assert storage.read("a/b/c", start=5, stop=3) == b""


def test_an_object_is_described_by_its_size_and_a_tag_that_changes_with_it(storage: Storage) -> None:
    assert storage.stat("a/b") is storage.stat("a") is None
    storage.swap("a/b", b"0123", expected=None)
    first = storage.stat("a/b")
    assert first is not None
    assert first.size_bytes == 4
    assert storage.stat("a/b") == first
    assert storage.stat("a") is None

    storage.swap("a/b", b"4567", expected=b"0123")

    second = storage.stat("a/b")
    assert second is not None
    assert second.size_bytes == 4
    assert second.tag != first.tag
    assert first.tag.isprintable()
    assert '"' not in first.tag


def test_an_object_is_created_once(storage: Storage) -> None:
    storage.create("one", b"first")
    storage.create("one", b"first")
    with pytest.raises(ConsistencyError):
        storage.create("one", b"second")
    assert storage.read("one") == b"first"


def test_an_empty_object_is_an_object(storage: Storage) -> None:
    storage.create("empty", b"")

    assert storage.read("empty") == b""
    with pytest.raises(ConsistencyError):
        storage.create("empty", b"x")


def test_a_swap_needs_what_was_read(storage: Storage) -> None:
    storage.swap("head", b"1", expected=None)
    storage.swap("head", b"2", expected=b"1")
    storage.swap("head", b"2", expected=b"2")
    for wrong in (None, b"1", b""):
        with pytest.raises(UnavailableError, match="another writer") as caught:
            storage.swap("head", b"3", expected=wrong)
        assert caught.value.hint
    with pytest.raises(UnavailableError):
        storage.swap("other", b"1", expected=b"0")
    assert storage.read("head") == b"2"
    assert storage.read("other") is None


def test_of_many_who_swap_at_once_one_wins(storage: Storage) -> None:
    storage.swap("head", b"start", expected=None)

    def attempt(at: int) -> bool:
        try:
            storage.swap("head", str(at).encode(), expected=b"start")
        except UnavailableError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(attempt, range(40)))

    assert sum(won) == 1
    assert storage.read("head") == str(won.index(True)).encode()


@pytest.mark.parametrize(
    "path", ["", "/a", "a/", "a//b", "../a", "a/../b", ".lock", "a/.b", "A", "a b", "a\0"]
)
def test_no_path_leads_elsewhere(storage: Storage, path: str) -> None:
    with pytest.raises(InputError):
        storage.read(path)
    with pytest.raises(InputError):
        storage.create(path, b"")
    with pytest.raises(InputError):
        storage.swap(path, b"", expected=None)
