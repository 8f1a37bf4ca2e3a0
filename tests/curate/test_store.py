"""Files are whole or not there, whatever goes wrong while they are written; equal rows, equal bytes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.curate.store import (
    TEMPORARY,
    Tables,
    atomic,
    concatenate,
    parquet_writer,
    read_rows,
    write_json,
    write_text,
)
from headwater.errors import UnavailableError

SCHEMA = pa.schema([("id", pa.string()), ("text", pa.string()), ("n", pa.int64())])
FULL = Path("/dev/full")


def rows(n: int, *, start: int = 0) -> list[dict[str, Any]]:
    """Make rows."""
    return [
        {"id": f"{at:08x}", "text": f"text {at * at}", "n": at if at % 3 else None}
        for at in range(start, start + n)
    ]


def files(folder: Path) -> list[str]:
    """List every file below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def test_a_file_appears_when_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b" / "c.txt"
    with atomic(target) as temporary:
        temporary.write_text("whole")
        assert not target.exists()

    assert target.read_text() == "whole"
    assert files(tmp_path) == ["a/b/c.txt"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_exception_leaves_nothing_and_what_stood_there(tmp_path: Path, error: type[BaseException]) -> None:
    target = tmp_path / "c.txt"
    target.write_text("before")

    with pytest.raises(error), atomic(target) as temporary:
        fail_halfway(temporary, error)
    assert target.read_text() == "before"
    assert files(tmp_path) == ["c.txt"]


def fail_halfway(temporary: Path, error: type[BaseException]) -> None:
    """Write a part and raise."""
    temporary.write_text("half")
    raise error


def fill_disk(temporary: Path, *, parquet: bool) -> None:
    """Write to a device that is always full."""
    temporary.symlink_to(FULL)
    if not parquet:
        temporary.write_text("x")
        return
    with parquet_writer(temporary, SCHEMA) as writer:
        writer.write_table(pa.Table.from_pylist(rows(10), schema=SCHEMA))


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")
@pytest.mark.parametrize("parquet", [False, True])
def test_a_full_disk_is_named_with_a_way_out(tmp_path: Path, *, parquet: bool) -> None:
    with (
        pytest.raises(UnavailableError, match="no space left while writing c") as caught,
        atomic(tmp_path / "c") as temporary,
    ):
        fill_disk(temporary, parquet=parquet)

    assert "resumes" in caught.value.hint
    assert files(tmp_path) == []


LIMITED = """
import os, resource, sys
from pathlib import Path
import pyarrow as pa
from headwater.curate.store import Tables
from headwater.errors import UnavailableError

resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
schema = pa.schema([("a", pa.binary())])
paths = [Path(sys.argv[1]) / "a.parquet", Path(sys.argv[1]) / "b.parquet"]
try:
    with Tables({path: schema for path in paths}, batch_bytes=4096).open() as tables:
        for _ in range(100):
            tables.add({paths[0]: [{"a": os.urandom(4096)}], paths[1]: [{"a": b""}]}, weight_bytes=4096)
except UnavailableError as error:
    print(error)
    print(error.hint)
"""


def test_a_limit_on_file_size_stops_tables_without_debris(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.splitlines()[0].endswith("File too large")
    assert len(done.stdout.splitlines()) == 2
    assert files(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(UnavailableError, match="cannot write") as caught:
        write_text(tmp_path / "file" / "c.txt", "x")
    assert caught.value.hint


def test_json_is_sorted_and_unicode(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"b": 1, "a": "ü"})
    write_json(tmp_path / "b.json", {"a": "ü", "b": 1})

    assert (tmp_path / "a.json").read_bytes() == '{\n "a": "ü",\n "b": 1\n}\n'.encode()
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_tables_appear_together_and_in_row_groups(tmp_path: Path) -> None:
    paths = [tmp_path / "x" / "a.parquet", tmp_path / "b.parquet"]
    with Tables(dict.fromkeys(paths, SCHEMA), batch_bytes=1_000).open() as tables:
        for row in rows(25):
            tables.add({paths[0]: [row], paths[1]: [row, row]}, weight_bytes=100)
        assert [path for path in files(tmp_path) if not path.endswith(TEMPORARY)] == []

    assert list(read_rows(paths[0])) == rows(25)
    assert list(read_rows(paths[1])) == [row for row in rows(25) for _ in range(2)]
    assert pq.ParquetFile(paths[0]).num_row_groups == 3


def test_tables_that_fail_leave_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with pytest.raises(pa.ArrowInvalid), Tables({path: SCHEMA}).open() as tables:
        tables.add({path: [{"id": "a", "text": "t", "n": "no number"}]}, weight_bytes=10**9)

    assert files(tmp_path) == []


def test_tables_without_rows_are_files_without_rows(tmp_path: Path) -> None:
    with Tables({tmp_path / "a.parquet": SCHEMA}).open():
        pass

    assert list(read_rows(tmp_path / "a.parquet")) == []
    assert pq.read_schema(tmp_path / "a.parquet").equals(SCHEMA)


def written(path: Path, some: list[dict[str, Any]], *, batch_bytes: int = 500) -> bytes:
    """Write rows as a table and give the file's bytes."""
    with Tables({path: SCHEMA}, batch_bytes=batch_bytes).open() as tables:
        for row in some:
            tables.add({path: [row]}, weight_bytes=100)
    return path.read_bytes()


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    assert written(tmp_path / "a.parquet", rows(40)) == written(tmp_path / "other" / "b.parquet", rows(40))
    assert written(tmp_path / "a.parquet", rows(40)) != written(tmp_path / "c.parquet", rows(41))


@settings(max_examples=25)
@given(st.lists(st.integers(0, 12), max_size=4))
def test_a_concatenation_holds_the_rows_of_all_in_order(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("parts")
    paths, wanted = [], []
    for at, size in enumerate(sizes):
        paths.append(folder / f"{at}.parquet")
        wanted += rows(size, start=100 * at)
        written(paths[-1], rows(size, start=100 * at))
    concatenate(paths, folder / "all.parquet", SCHEMA)

    assert list(read_rows(folder / "all.parquet")) == wanted
    assert files(folder) == sorted([*(path.name for path in paths), "all.parquet"])


def test_a_concatenation_does_not_depend_on_where_its_parts_lie(tmp_path: Path) -> None:
    for folder in ("a", "b/c"):
        written(tmp_path / folder / "part.parquet", rows(20))
        concatenate([tmp_path / folder / "part.parquet"] * 2, tmp_path / folder / "all.parquet", SCHEMA)

    assert (tmp_path / "a/all.parquet").read_bytes() == (tmp_path / "b/c/all.parquet").read_bytes()


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers() | st.booleans()))
def test_json_survives(tmp_path_factory: pytest.TempPathFactory, value: dict[str, Any]) -> None:
    path = tmp_path_factory.mktemp("json") / "a.json"
    write_json(path, value)

    assert json.loads(path.read_text("utf-8")) == value
