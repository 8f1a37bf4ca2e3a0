"""Reading Parquet and Arrow: rows are the unit, row groups the shards, damage costs what it hit."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.errors import FormatError
from headwater.sources import SOURCES
from tests.sources.samples import Reading, read_shards


def table(n: int) -> pa.Table:
    return pa.table(
        {
            "id": list(range(n)),
            "text": [f"Words of {i}. " * 30 for i in range(n)],
            "url": [f"http://e.org/{i}" for i in range(n)],
            "date": [datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)] * n,
            "raw": [b"\0\1"] * n,
        }
    )


def write_parquet(path: Path, rows: pa.Table) -> None:
    pq.write_table(rows, path, row_group_size=10, write_page_checksum=True, use_dictionary=False)


def write_stream(path: Path, rows: pa.Table) -> None:
    with pa.ipc.new_stream(str(path), rows.schema) as writer:
        writer.write_table(rows, max_chunksize=10)


def write_file(path: Path, rows: pa.Table) -> None:
    with pa.ipc.new_file(str(path), rows.schema) as writer:
        writer.write_table(rows, max_chunksize=10)


EACH = pytest.mark.parametrize(
    ("kind", "write"), [("parquet", write_parquet), ("hf-dataset", write_stream), ("hf-dataset", write_file)]
)
Write = Callable[[Path, pa.Table], None]


def read_path(kind: str, path: Path, *, shard_bytes: int = 1 << 40, text_field: str = "") -> Reading:
    return read_shards(
        SOURCES[kind].shards(str(path), path.name, shard_bytes=shard_bytes, text_field=text_field)
    )


@EACH
@pytest.mark.parametrize("shard_bytes", [1, 3000, 1 << 40])
def test_every_row_is_a_record(tmp_path: Path, kind: str, write: Write, shard_bytes: int) -> None:
    write(tmp_path / "x", table(35))
    reading = read_path(kind, tmp_path / "x", shard_bytes=shard_bytes)

    assert (reading.size, reading.skips) == (35, [])
    assert [r.url for r in reading.records] == [f"http://e.org/{i}" for i in range(35)]
    record = reading.records[17]
    assert (record.offset, record.length, record.payload) == (17, 1, b"Words of 17. " * 30)
    assert (record.captured, record.captured_from) == ("2020-01-01T00:00:00Z", "field:date")
    assert json.loads(record.metadata) == {"date": "2020-01-01T00:00:00+00:00", "id": 17, "raw": "AAE="}


@EACH
def test_no_text_column_is_refused_with_the_columns_seen(tmp_path: Path, kind: str, write: Write) -> None:
    write(tmp_path / "x", pa.table({"id": [1], "body": ["x"], "text": [1]}))

    with pytest.raises(FormatError, match=r"no text column among: body, id, text \(int64\)$") as caught:
        read_path(kind, tmp_path / "x")
    assert "--text-field" in caught.value.hint
    assert "raw_content" in caught.value.hint


@EACH
def test_the_text_stands_in_the_column_that_is_named(tmp_path: Path, kind: str, write: Write) -> None:
    write(tmp_path / "x", pa.table({"text": ["a summary"], "body": ["the whole"]}))
    reading = read_path(kind, tmp_path / "x", text_field="body")

    assert [record.payload for record in reading.records] == [b"the whole"]
    assert json.loads(reading.records[0].metadata) == {"text": "a summary"}


@EACH
def test_a_named_column_that_is_not_there_is_refused(tmp_path: Path, kind: str, write: Write) -> None:
    write(tmp_path / "x", pa.table({"text": ["x"], "id": [1]}))

    for name, seen in (("body", "id, text"), ("id", r"id \(int64\), text")):
        with pytest.raises(FormatError, match=f"x: no column '{name}' of text among: {seen}$"):
            read_path(kind, tmp_path / "x", text_field=name)


@EACH
@pytest.mark.parametrize("kinds", [("text", "text"), ("a\nb", "id")])
def test_columns_of_one_name_or_of_two_lines_are_refused_on_one(
    tmp_path: Path, kind: str, write: Write, kinds: tuple[str, str]
) -> None:
    write(tmp_path / "x", pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=list(kinds)))

    with pytest.raises(FormatError, match=r"no text column among: [^\n]*$"):
        read_path(kind, tmp_path / "x")


@EACH
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pa.array([1_600_000_000_000_000_001], pa.timestamp("ns")), "2020-09-13 12:26:40.000000001"),
        (pa.array([1_600_000_000_000_000_001], pa.timestamp("ns", "UTC")), "2020-09-13 12:26:40.000000001Z"),
        (pa.array([2**60], pa.timestamp("us")), "<value out of range: 1152921504606846976>"),
        (pa.array([0], pa.timestamp("us", "Nowhere/Atall")), None),
        (pa.array([[1]], pa.list_(pa.timestamp("ns"))), None),
        (pa.array([1], pa.duration("ns")), "1"),
        (pa.array([1], pa.time64("ns")), "00:00:00.000000001"),
    ],
)
def test_a_time_that_python_cannot_hold_does_not_cost_the_text(
    tmp_path: Path, kind: str, write: Write, values: pa.Array, expected: str | None
) -> None:
    write(tmp_path / "x", pa.table({"text": ["a", "b"], "seen": pa.concat_arrays([values, values])}))
    reading = read_path(kind, tmp_path / "x")

    assert [record.payload for record in reading.records] == [b"a", b"b"]
    assert json.loads(reading.records[0].metadata) == {"seen": expected}


@EACH
def test_a_table_without_rows_is_one_empty_shard(tmp_path: Path, kind: str, write: Write) -> None:
    write(tmp_path / "x", table(1).slice(0, 0))

    assert read_path(kind, tmp_path / "x").size == 0


@EACH
def test_rows_without_text_are_skipped_one_by_one(tmp_path: Path, kind: str, write: Write) -> None:
    write(tmp_path / "x", pa.table({"text": ["a", None, "", "b"]}))
    reading = read_path(kind, tmp_path / "x")

    assert [r.payload for r in reading.records] == [b"a", b"", b"b"]
    assert [(skip.offset, skip.length, skip.reason) for skip in reading.skips] == [(1, 1, "text-missing")]


@EACH
def test_a_string_that_is_not_utf8_costs_its_row(tmp_path: Path, kind: str, write: Write) -> None:
    text = pa.array([b"a", b"\xff\xfe", b"b"]).view(pa.string())
    write(tmp_path / "x", pa.table({"text": text}))
    reading = read_path(kind, tmp_path / "x")

    assert [r.payload for r in reading.records] == [b"a", b"b"]
    assert [(skip.offset, skip.reason) for skip in reading.skips] == [(1, "row-invalid")]


def test_a_corrupt_row_group_costs_its_rows(tmp_path: Path) -> None:
    write_parquet(tmp_path / "x", table(35))
    data = bytearray((tmp_path / "x").read_bytes())
    column = pq.ParquetFile(tmp_path / "x").metadata.row_group(1).column(1)
    at = column.data_page_offset + column.total_compressed_size - 40  # In the page, behind its header.
    data[at : at + 8] = b"\xff" * 8
    (tmp_path / "x").write_bytes(data)
    reading = read_path("parquet", tmp_path / "x")

    assert [(s.reason, s.offset, s.length, s.n_records) for s in reading.skips] == [
        ("row-group-corrupt", 10, 10, 10)
    ]
    assert len(reading.records) == 25


@pytest.mark.parametrize("kind", ["parquet", "hf-dataset"])
def test_bytes_that_are_no_table_are_refused(tmp_path: Path, kind: str) -> None:
    (tmp_path / "x").write_bytes(b"PAR1 and nothing more")

    with pytest.raises(FormatError, match="cannot be read as"):
        read_path(kind, tmp_path / "x")


@pytest.mark.parametrize("cut", [1, 9, 400, 9000])
def test_an_arrow_stream_cut_off_is_noticed(tmp_path: Path, cut: int) -> None:
    write_stream(tmp_path / "x", table(35))
    (tmp_path / "x").write_bytes((tmp_path / "x").read_bytes()[:-cut])
    reading = read_path("hf-dataset", tmp_path / "x")

    assert len(reading.skips) == 1
    assert (reading.skips[0].length, reading.skips[0].n_records, reading.skips[0].lost) == (0, 0, True)


@settings(max_examples=150)
@given(
    st.sampled_from([0, 1, 2]),
    st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=3),
)
def test_damage_never_raises_but_at_plan_time(
    tmp_path_factory: pytest.TempPathFactory, which: int, flips: list[tuple[int, int]]
) -> None:
    kind, write = [("parquet", write_parquet), ("hf-dataset", write_stream), ("hf-dataset", write_file)][
        which
    ]
    path = tmp_path_factory.mktemp("damage") / "x"
    write(path, table(12))
    data = bytearray(path.read_bytes())
    for at, value in flips:
        data[at % len(data)] = value
    path.write_bytes(data)
    try:
        reading = read_path(kind, path)
    except FormatError:
        return
    assert len(reading.records) <= reading.size
