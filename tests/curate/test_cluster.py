"""Clusters, on real Daft frames, against search by brute force."""

from __future__ import annotations

import tempfile
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import daft
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.curate.cluster import buckets, components, similar
from headwater.curate.engine import plan
from headwater.curate.labels.duplicate import Duplicate
from tests.curate.samples import parquet

KEYED = pa.schema([("id", pa.string()), ("key", pa.string())])
SIGNED = pa.schema([("id", pa.string()), ("signature", pa.binary())])
LABELLED = Duplicate.schema.insert(0, pa.field("id", pa.string()))
EMPTY = (pa.array([], pa.string()), pa.array([], pa.string()))
Edges = list[tuple[str, str]]


def frame(rows: list[dict[str, Any]], schema: pa.Schema, *, n_files: int = 1) -> Any:
    """Open rows as a frame over one or more small files."""
    folder = Path(tempfile.mkdtemp())
    paths = [parquet(folder / f"{at}.parquet", rows[at::n_files], schema) for at in range(n_files)]
    return plan.open_frame(paths)


def arrays(edges: Iterable[tuple[str, str]]) -> tuple[pa.Array, pa.Array]:
    """Give edges as the two arrays they travel in."""
    listed = list(edges)
    return pa.array([a for a, _ in listed], pa.string()), pa.array([b for _, b in listed], pa.string())


def walked(edges: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Name every component by its least id, by walking it."""
    beside: dict[str, set[str]] = defaultdict(set)
    for left, right in edges:
        beside[left].add(right)
        beside[right].add(left)
    found: dict[str, str] = {}
    for start in sorted(beside):
        queue = deque([start] if start not in found else [])
        while queue:
            at = queue.popleft()
            if at not in found:
                found[at] = start
                queue.extend(beside[at])
    return found


def named(table: pa.Table) -> dict[str, str]:
    """Give a table of clusters as a mapping, and check that it is sorted."""
    ids = table["id"].to_pylist()
    assert ids == sorted(set(ids))
    return dict(zip(ids, table["cluster"].to_pylist(), strict=True))


NODES = st.integers(0, 12).map(lambda n: f"{n:02d}")


@given(st.lists(st.lists(st.tuples(NODES, NODES), max_size=8), max_size=4))
def test_components_are_those_of_a_walk(parts: list[Edges]) -> None:
    assert named(components([arrays(part) for part in parts])) == walked(e for part in parts for e in part)


@pytest.mark.parametrize("parts", [[], [EMPTY], [EMPTY, EMPTY]])
def test_no_edges_give_no_components(parts: list[tuple[pa.Array, pa.Array]]) -> None:
    table = components(parts)

    assert table.num_rows == 0
    assert table.schema.names == ["id", "cluster"]


def test_a_long_chain_is_one_component() -> None:
    ids = [f"{n:05d}" for n in range(20_000)]
    shuffled = np.random.default_rng(3).permutation(len(ids) - 1)
    table = components([arrays((ids[n + 1], ids[n]) for n in shuffled)])

    assert set(table["cluster"].to_pylist()) == {"00000"}
    assert table.num_rows == 20_000


def bucketed(keys: Sequence[str | None], *, n_files: int = 1) -> Edges:
    """Give the pairs of documents with these keys, sorted."""
    rows = [{"id": f"{at:02d}", "key": key} for at, key in enumerate(keys)]
    left, right = buckets(frame(rows, KEYED, n_files=n_files), daft.col("key"))
    return sorted(zip(left.to_pylist(), right.to_pylist(), strict=True))


def paired(keys: Sequence[str | None]) -> Edges:
    """Pair documents with the first of their key, slowly."""
    first: dict[str, str] = {}
    pairs = []
    for at, key in enumerate(keys):
        if key is not None and first.setdefault(key, f"{at:02d}") != f"{at:02d}":
            pairs.append((f"{at:02d}", first[key]))
    return pairs


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [None],
        ["a"],
        ["a", "b"],
        [None, None],
        ["a"] * 40,
        ["a", None, "b", "a", "b", None, "a"],
        [f"{at * at % 23}" for at in range(60)],
    ],
    ids=["none", "null", "one", "two", "nulls", "all the same", "mixed", "squares"],
)
@pytest.mark.parametrize("n_files", [1, 3])
def test_documents_are_paired_with_the_first_of_their_key(keys: list[str | None], n_files: int) -> None:
    assert bucketed(keys, n_files=n_files) == paired(keys)


@settings(max_examples=15)
@given(st.lists(st.sampled_from(["a", "b", "c", None]), max_size=20))
def test_documents_of_any_keys_are_paired_with_the_first(keys: list[str | None]) -> None:
    assert bucketed(keys) == paired(keys)


def signed(values: np.ndarray[Any, Any]) -> list[dict[str, Any]]:
    """Give rows with these signatures."""
    return [{"id": f"{at:02d}", "signature": row.astype("<u4").tobytes()} for at, row in enumerate(values)]


@pytest.mark.parametrize("min_share", [0.25, 0.5, 0.75, 1.0])
def test_a_pair_is_similar_when_enough_values_agree(min_share: float) -> None:
    values = np.random.default_rng(5).integers(0, 2, (12, 16))
    pairs = [(f"{a:02d}", f"{b:02d}") for a in range(12) for b in range(12) if a != b]
    left, right = similar(frame(signed(values), SIGNED, n_files=2), arrays(pairs), min_share)
    wanted = [(a, b) for a, b in pairs if float(np.mean(values[int(a)] == values[int(b)])) >= min_share]

    assert list(zip(left.to_pylist(), right.to_pylist(), strict=True)) == wanted


def test_no_candidates_need_no_frame() -> None:
    assert similar(None, EMPTY, 0.8) == EMPTY


def test_a_chain_of_near_copies_is_one_cluster_though_its_ends_are_far_apart() -> None:
    # a~b agree in 100 of 112 values, b~c too, a~c in 88: below 80 %, and still one cluster.
    base = np.arange(112)
    values = np.stack([base, base.copy(), base.copy()])
    values[0, :12] += 1_000
    values[2, -12:] += 1_000
    rows = [
        {"id": key, "text_digest": key, "bands": bands, "signature": row.astype("<u4").tobytes()}
        for key, row, bands in zip("abc", values, ([1, 2], [1, 3], [9, 3]), strict=True)
    ]
    for row in rows:
        row["bands"] = [*row["bands"], *range(100 * ord(row["id"]), 100 * ord(row["id"]) + 12)]
    far = similar(frame(rows, LABELLED), arrays([("a", "c")]), 0.8)
    table = Duplicate().resolve(frame(rows, LABELLED))

    assert len(far[0]) == 0
    assert [(row["near_cluster"], row["exact_cluster"]) for row in table.sort_by("id").to_pylist()] == [
        ("a", None)
    ] * 3
