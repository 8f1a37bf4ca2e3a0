"""Planning: what is hashed is shown, shards come in the order of the inputs, and giving up ends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.errors import FormatError
from headwater.sources.discover import Found, discover
from headwater.sources.plan import plan

BLOCK = 1 << 20


def lines(folder: Path, *sizes: int) -> list[Found]:
    """Write JSON lines files of these sizes, each of another content."""
    for at, size in enumerate(sizes):
        (folder / f"{at}.jsonl").write_bytes(b"%d" % at * size)
    return discover([str(folder)])


def test_what_is_hashed_is_shown_up_to_the_whole(tmp_path: Path) -> None:
    shown: list[tuple[int, int]] = []
    plan(lines(tmp_path, 2 * BLOCK + 1, 0, 5), shard_bytes=BLOCK, show=lambda *told: shown.append(told))

    assert sorted(shown) == shown
    assert shown[-1] == (2 * BLOCK + 6, 2 * BLOCK + 6)
    assert len(shown) == 4


def test_shards_come_in_the_order_of_the_inputs_however_long_each_takes(tmp_path: Path) -> None:
    found = lines(tmp_path, 8 * BLOCK, 1, 2, 4 * BLOCK, 3)

    shards = plan(found, shard_bytes=3 * BLOCK)
    assert [(s.source, s.start // BLOCK) for s in shards] == [
        *(("0.jsonl", at) for at in (0, 3, 6)),
        ("1.jsonl", 0),
        ("2.jsonl", 0),
        *(("3.jsonl", at) for at in (0, 3)),
        ("4.jsonl", 0),
    ]


def test_of_two_tables_that_are_none_the_first_is_named(tmp_path: Path) -> None:
    for name, size in (("a", 4 * BLOCK), ("b", 1)):
        (tmp_path / f"{name}.parquet").write_bytes(b"x" * size)
    found = discover([str(tmp_path / f"{name}.parquet") for name in "ab"])

    for _ in range(3):
        with pytest.raises(FormatError, match=r"^a\.parquet: cannot be read"):
            plan(found, shard_bytes=BLOCK)


def test_an_interrupt_ends_the_hashing_of_large_files(tmp_path: Path) -> None:
    n_read = 0

    def interrupted(done: int, total: int) -> None:
        nonlocal n_read
        n_read = done
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        plan(lines(tmp_path, *[20 * BLOCK] * 4), shard_bytes=BLOCK, show=interrupted)
    assert n_read < 20 * BLOCK
