"""The order of tests: long files begin first, files stay whole, and the table names files that there are."""

from __future__ import annotations

from pathlib import Path

from tests.order import FIRST, longest_first

ROOT = Path(__file__).parents[1]


def test_every_file_that_begins_first_is_there_once() -> None:
    assert [name for name in FIRST if not (ROOT / name).is_file()] == []
    assert len(set(FIRST)) == len(FIRST)


def test_long_files_come_first_then_those_with_many_tests_and_each_stays_whole() -> None:
    few, many, long = "tests/a.py", "tests/b.py", FIRST[1]
    names = [f"{few}::x", f"{many}::z", f"{many}::a", f"{long}::b", f"{many}::c", f"{FIRST[0]}::d"]

    assert [names[at] for at in longest_first(names)] == [
        f"{FIRST[0]}::d",
        f"{long}::b",
        f"{many}::z",
        f"{many}::a",
        f"{many}::c",
        f"{few}::x",
    ]
