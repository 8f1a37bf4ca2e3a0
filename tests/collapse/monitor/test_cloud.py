"""Reading points: arrays and Parquet lists give the same sample; damage and doubt are refused in one line."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.collapse.monitor import read_points
from headwater.collapse.monitor.cloud import MOST
from headwater.errors import InputError

POINTS = np.random.default_rng(0).standard_normal((5_000, 3))


def read(path: Path) -> tuple[np.ndarray, int] | None:
    """Read with one seed."""
    return read_points(str(path), rng=np.random.default_rng(0))


def table(path: Path, **columns: object) -> Path:
    """Write a table of columns."""
    pq.write_table(pa.table(columns), path)
    return path


def test_every_form_of_one_array_gives_one_sample(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", POINTS)
    np.savez(tmp_path / "a.npz", POINTS)
    np.savez_compressed(tmp_path / "b.npz", POINTS)
    table(tmp_path / "a.parquet", id=range(5_000), features=list(POINTS))

    whole = [read(tmp_path / name) for name in ("a.npy", "a.npz", "b.npz", "a.parquet")]

    for found in whole:
        assert found is not None
        sample, n = found
        assert (sample.shape, n) == ((MOST, 3), 5_000)
        rows = {tuple(row) for row in POINTS.tolist()}
        assert {tuple(row) for row in sample.tolist()} <= rows
        assert len(np.unique(sample[:, 0])) == MOST
    assert np.array_equal(whole[0][0], whole[1][0])  # type: ignore[index]


def test_every_point_has_the_same_chance(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(2.0 * MOST))
    hits = np.zeros(2 * MOST)
    for seed in range(40):
        found = read_points(str(tmp_path / "a.npy"), rng=np.random.default_rng(seed))
        assert found is not None
        hits[found[0][:, 0].astype(int)] += 1

    # Binomial(40, 1/2) in the mean of each half: 20, standard error 0.07.
    assert abs(hits[:MOST].mean() - 20) < 0.35
    assert hits.max() < 40


def test_a_folder_of_one_dimension_is_one_sample(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", POINTS[:10].astype(np.float32))
    np.save(tmp_path / "b.npy", POINTS[:7].astype(np.float16))
    found = read(tmp_path)
    assert found is not None
    assert found[0].shape == (17, 3)

    np.save(tmp_path / "c.npy", POINTS[:7, :2])
    with pytest.raises(InputError, match="points of 3 and of 2 coordinates"):
        read(tmp_path)


def test_text_and_tokens_are_left_to_others(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(9))
    assert read(tmp_path / "a.npy") is None
    assert read(table(tmp_path / "a.parquet", text=["a"], features=[[1.0]])) is None
    assert read(table(tmp_path / "b.parquet", n=[1])) is None
    (tmp_path / "c.parquet").write_bytes(b"no table")
    assert read(tmp_path / "c.parquet") is None
    assert read(tmp_path) is None
    assert read(tmp_path / "not there") is None


def test_doubt_and_damage_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "two.npz", POINTS, POINTS)
    np.savez(tmp_path / "whole.npz", np.arange(3))
    np.save(tmp_path / "column.npy", np.asfortranarray(POINTS))
    np.save(tmp_path / "cube.npy", np.zeros((2, 2, 2)))
    np.save(tmp_path / "flat.npy", np.zeros((2, 0)))
    np.save(tmp_path / "none.npy", np.zeros((0, 2)))
    np.save(tmp_path / "nan.npy", np.array([[1.0, np.inf]]))
    np.save(tmp_path / "cut.npy", POINTS)
    (tmp_path / "cut.npy").write_bytes((tmp_path / "cut.npy").read_bytes()[:-1])
    (tmp_path / "bad.npz").write_bytes(b"PK")
    table(tmp_path / "two.parquet", a=[[1.0]], b=[[1.0]])
    table(tmp_path / "ragged.parquet", a=[[1.0], [1.0, 2.0]])
    table(tmp_path / "null.parquet", a=[[1.0], None])
    for name, message in (
        ("two.npz", "2 arrays"),
        ("whole.npz", "not floats"),
        ("column.npy", "no points in rows"),
        ("cube.npy", "no points in rows"),
        ("flat.npy", "0 coordinates"),
        ("none.npy", "no point"),
        ("nan.npy", "NaN or infinite"),
        ("cut.npy", "ends before"),
        ("bad.npz", "damaged"),
        ("two.parquet", "several columns"),
        ("ragged.parquet", "missing or differ"),
        ("null.parquet", "missing or differ"),
    ):
        with pytest.raises(InputError, match=message):
            read(tmp_path / name)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.integers(0, 400),
    st.integers(0, 255),
    st.sampled_from(["npy", "npz", "deflated.npz", "parquet"]),
    st.booleans(),
)
def test_any_damage_is_refused_or_read(tmp_path: Path, at: int, byte: int, kind: str, cut: bool) -> None:  # noqa: FBT001
    file = io.BytesIO()
    if kind == "npy":
        np.save(file, POINTS[:20])
    elif kind == "parquet":
        pq.write_table(pa.table({"a": list(POINTS[:20])}), file)
    else:
        (np.savez_compressed if "deflated" in kind else np.savez)(file, POINTS[:20])
    data = bytearray(file.getvalue())
    at = at * len(data) // 401
    data[at] = byte
    path = tmp_path / f"x.{kind}"
    path.write_bytes(data[:at] if cut else data)
    try:
        found = read(path)
    except InputError:
        return
    assert found is None or np.isfinite(found[0]).all()


def test_a_bomb_of_zeros_is_read_in_bounded_pieces(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        file = io.BytesIO()
        np.save(file, np.zeros((1, 2)))
        header = file.getvalue()[:-16].replace(b"(1, 2)", b"(2, 2)")
        archive.writestr("x.npy", header + bytes(32))

    found = read(tmp_path / "a.npz")

    assert found is not None
    assert found[1] == 2
