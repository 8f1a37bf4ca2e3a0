"""Parity of archives that lie where they were sealed: runs of damage, ends cut off, bounded memory."""

from __future__ import annotations

import hashlib
import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.errors import FormatError
from headwater.log.storage import Directory, Memory
from headwater.reserve import content, parity, serve, stripe
from tests.log.samples import damaged

SHA256 = hashlib.sha256(b"an archive").hexdigest()


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut archives finely, so that small ones take several objects."""
    monkeypatch.setattr(stripe, "BLOCK_BYTES", 2**12)


def archive(path: Path, size_bytes: int) -> tuple[Memory, bytes]:
    """Write a file, note where it lies, and protect it."""
    data = random.Random(size_bytes).randbytes(size_bytes)
    path.write_bytes(data)
    storage = Memory()
    content.register(storage, SHA256, str(path))
    stripe.protect(storage, SHA256)
    return storage, data


@given(st.integers(1, 30_000_000))
def test_every_byte_of_an_archive_is_in_one_stripe(size_bytes: int) -> None:
    grid = stripe.Grid(size_bytes)
    some = {0, grid.n_stripes // 2, grid.n_stripes - 1}
    blocks = {stop - start for number in some for start, stop in grid.blocks(number)}

    assert max(blocks) <= grid.width <= stripe.BLOCK_BYTES
    assert grid.n_stripes * grid.width * 10 >= size_bytes
    for at in (0, size_bytes // 3, size_bytes - 1):
        (number,) = grid.touched(at, at + 1)
        assert any(start <= at < stop for start, stop in grid.blocks(number))
    assert [number for at in range(grid.n_objects) for number in grid.stripes(at)] == list(
        range(grid.n_stripes)
    )


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("size_bytes", [1, 9, 10, 4_000, 70_001, 1_500_000])
def test_a_run_of_damage_of_nearly_a_fifth_is_restored(tmp_path: Path, size_bytes: int) -> None:
    storage, data = archive(tmp_path / "a", size_bytes)
    grid = stripe.Grid(size_bytes)
    longest = max((2 * grid.n_stripes - 1) * grid.width, 1)
    start = (size_bytes - longest) // 2
    spoilt = bytes(one ^ 0xFF for one in data[start : start + longest])
    (tmp_path / "a").write_bytes(data[:start] + spoilt + data[start + longest :])
    n_mended, n_lost = stripe.mend(storage, SHA256)

    assert (tmp_path / "a").read_bytes() == data
    assert n_lost == 0 < n_mended <= 2 * grid.n_stripes
    assert stripe.mend(storage, SHA256) == (0, 0)


def test_an_end_cut_off_is_written_again(tmp_path: Path) -> None:
    storage, data = archive(tmp_path / "a", 1_000_000)
    (tmp_path / "a").write_bytes(data[:850_000])
    stripe.mend(storage, SHA256)

    assert (tmp_path / "a").read_bytes() == data


def test_zeros_cut_off_are_written_again(tmp_path: Path) -> None:
    """A gzip member ends in its size, whose last bytes are mostly zeros."""
    storage, data = archive(tmp_path / "a", 5_000)
    (tmp_path / "a").write_bytes(data[:-3] + bytes(3))
    stripe.protect(storage, SHA256)
    (tmp_path / "a").write_bytes(data[:-3])

    assert stripe.mend(storage, SHA256) == (1, 0)
    assert (tmp_path / "a").read_bytes() == data[:-3] + bytes(3)


def test_parity_of_archives_is_not_served(tmp_path: Path) -> None:
    """With most of an archive and its parity, the rest could be worked out."""
    storage, _ = archive(tmp_path / "a", 5_000)

    assert storage.read(stripe.path(SHA256, 0))
    assert serve.find({}, storage, stripe.path(SHA256, 0)) == 404


def test_more_damage_than_parity_is_told_and_the_rest_restored(tmp_path: Path) -> None:
    storage, data = archive(tmp_path / "a", 1_500_000)
    grid = stripe.Grid(1_500_000)
    spoilt = bytearray(data)
    for number, n in ((0, 3), (1, 2)):
        for start, stop in grid.blocks(number)[:n]:
            spoilt[start:stop] = bytes(stop - start)
    (tmp_path / "a").write_bytes(spoilt)

    assert stripe.mend(storage, SHA256) == (2, 1)
    found = (tmp_path / "a").read_bytes()
    assert [found[start:stop] == data[start:stop] for start, stop in grid.blocks(1)] == [True] * 10


def restorable(storage: Memory, path: Path, size_bytes: int, spoil: range) -> bytes:
    """Give what parity restores an archive to, some of it spoilt."""
    held = bytearray(path.read_bytes())
    held[spoil.start : spoil.stop] = bytes(len(spoil))
    path.write_bytes(held)
    stripe.mend(storage, SHA256)
    return path.read_bytes()


def test_what_was_written_over_is_not_remembered_and_older_damage_still_restored(tmp_path: Path) -> None:
    storage, data = archive(tmp_path / "a", 1_500_000)
    gone = range(400_000, 600_000)
    sound = data[: gone.start] + bytes(len(gone)) + data[gone.stop :]
    (tmp_path / "a").write_bytes(b"\0" * 100 + sound[100:])  # Damage that nobody knows of yet.
    stripe.refresh(storage, SHA256, gone.start, bytes(len(gone)))

    assert restorable(storage, tmp_path / "a", 1_500_000, range(420_000, 430_000)) == sound
    for path in [one for one in storage._objects if one.startswith("stripe/")]:
        for made in stripe.parse(storage._objects[path]).parities:
            assert not {
                hashlib.sha256(data[at : at + stripe.Grid(1_500_000).width]).digest()
                for at in range(0, 1_500_000, stripe.Grid(1_500_000).width)
                if at + stripe.Grid(1_500_000).width > gone.start and at < gone.stop
            } & set(made.digests)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("spoil", ["header", "body", "zfec"])
def test_parity_that_cannot_be_written_anew_is_emptied(
    tmp_path: Path, spoil: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage, _ = archive(tmp_path / "a", 1_500_000)
    at = stripe.path(SHA256, 0)
    if spoil == "zfec":
        monkeypatch.setitem(__import__("sys").modules, "zfec", None)
    else:
        held = bytearray(storage._objects[at])
        held[10 if spoil == "header" else 25] ^= 1
        storage._objects[at] = bytes(held)
    stripe.refresh(storage, SHA256, 0, bytes(4_200))

    assert storage._objects[at] == b""
    assert storage._objects[stripe.path(SHA256, 1)]


def test_an_archive_without_parity_stays_without(tmp_path: Path) -> None:
    storage = Memory()
    stripe.refresh(storage, SHA256, 0, b"x")
    content.register(storage, SHA256, str(tmp_path / "a"))

    assert stripe.mend(storage, SHA256) == (0, 0)
    assert list(storage._objects) == [f"source/{SHA256}"]


@pytest.mark.usefixtures("small_blocks")
def test_an_object_that_is_lost_hides_no_other(tmp_path: Path) -> None:
    storage, data = archive(tmp_path / "a", 2_800_000)
    assert len([one for one in storage._objects if one.startswith("stripe/")]) == 3
    del storage._objects[stripe.path(SHA256, 1)]
    at = stripe.Grid(2_800_000).blocks(2 * stripe.N_STRIPES)[0][0]

    assert restorable(storage, tmp_path / "a", 2_800_000, range(at, at + 1_000)) == data


def test_memory_does_not_grow_with_the_archive(tmp_path: Path) -> None:
    peaks = []
    for size_bytes in (24 * 2**20, 72 * 2**20):
        path, storage = tmp_path / "a", Directory(tmp_path / str(size_bytes))
        with path.open("wb") as file:
            file.truncate(size_bytes)
        content.register(storage, SHA256, str(path))
        tracemalloc.start()
        stripe.protect(storage, SHA256)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[1] < 1.25 * peaks[0]


@pytest.fixture(scope="module")
def encoded() -> bytes:
    return made(3_000)


def made(size_bytes: int) -> bytes:
    grid = stripe.Grid(size_bytes)
    data = bytes(at % 251 for at in range(grid.width * 10))
    return stripe.encode(stripe.Stripes(size_bytes, tuple(parity.build(data) for _ in range(grid.n_stripes))))


@settings(max_examples=200)
@given(st.one_of(damaged(made(40)), st.binary(max_size=60)))
def test_any_bytes_are_refused_or_encode_to_themselves(data: bytes) -> None:
    try:
        found = stripe.parse(data)
    except FormatError:
        return
    assert stripe.encode(found) == data


def cut(data: bytes) -> bytes:
    return data[:-1]


def other_size(data: bytes) -> bytes:
    return stripe.encode(stripe.Stripes(4_000, stripe.parse(data).parities))


@pytest.mark.parametrize("wrong", [cut, other_size, lambda data: data * 2])
def test_what_is_of_another_shape_is_refused(encoded: bytes, wrong: Callable[[bytes], bytes]) -> None:
    with pytest.raises(FormatError):
        stripe.parse(wrong(encoded))
