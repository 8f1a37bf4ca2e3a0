"""From keys that documents share to clusters of documents: the only joins of a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Pairs = tuple[pa.Array, pa.Array]


def buckets(frame: Any, key: Any) -> Pairs:
    """Pair every document with the least id that shares its key.

    Only documents whose key another one may have are grouped and joined, so that memory is eight bytes a
    document, and some hundred for each that shares.

    Args:
        frame: Daft DataFrame with `id`.
        key: Daft expression over it; documents with a null key share nothing.

    Returns:
        Two arrays of ids, equal in length: documents, and the least id of the bucket of each, which is
        another document.
    """
    import daft

    every = frame.select("id", key.alias("key")).where(daft.col("key").not_null())
    hashed = every.with_column("hash", daft.col("key").hash())
    repeated = _repeated(hashed.select("hash").to_arrow()["hash"].to_numpy())
    if len(repeated) == 0:
        return pa.array([], pa.string()), pa.array([], pa.string())
    keyed = hashed.join(daft.from_pydict({"hash": repeated}), on="hash", how="semi").select("id", "key")
    groups = keyed.groupby("key").agg(daft.col("id").min().alias("first"), daft.col("id").max().alias("last"))
    shared = groups.where(daft.col("first") != daft.col("last")).select("key", "first")
    pairs = keyed.join(shared, on="key").where(daft.col("id") != daft.col("first")).to_arrow()
    return (
        pairs["id"].combine_chunks().cast(pa.string()),
        pairs["first"].combine_chunks().cast(pa.string()),
    )


def _repeated(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Give what stands more than once among values, each once."""
    values = np.sort(values)
    return np.unique(values[1:][values[1:] == values[:-1]])


def similar(frame: Any, pairs: Pairs, min_share: float) -> Pairs:
    """Keep the pairs whose signatures agree in at least a share of their values.

    Args:
        frame: Daft DataFrame with `id` and `signature` (little-endian uint32 values).
        pairs: Candidates.
        min_share: Least share of equal values, in (0, 1].

    Returns:
        The pairs that pass.
    """
    import daft

    left, right = pairs
    if len(left) == 0:
        return pairs
    wanted = daft.from_arrow(pa.table({"id": pc.unique(pa.concat_arrays([left, right]))}))
    signed = frame.select("id", "signature").join(wanted, on="id").to_arrow()
    values = np.frombuffer(b"".join(signed["signature"].to_pylist()), dtype="<u4").reshape(len(signed), -1)
    ids = signed["id"].combine_chunks().cast(pa.string())
    at = [pc.index_in(side, value_set=ids).to_numpy() for side in (left, right)]
    keep = np.concatenate(list(_agree(values, at[0], at[1], min_share)))
    return left.filter(pa.array(keep)), right.filter(pa.array(keep))


def _agree(values: Any, left: Any, right: Any, min_share: float, *, chunk: int = 65_536) -> Iterator[Any]:
    for start in range(0, len(left), chunk):
        stop = start + chunk
        equal = values[left[start:stop]] == values[right[start:stop]]  # (chunk, n_values)
        yield equal.mean(axis=1) >= min_share


def components(pairs: list[Pairs]) -> pa.Table:
    """Name each connected component of a graph by its least id.

    Args:
        pairs: Edges, in any number of parts.

    Returns:
        Table of `id` and `cluster`, one row for each document that has an edge, sorted by id.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    left = pa.chunked_array([pair[0] for pair in pairs], pa.string())
    right = pa.chunked_array([pair[1] for pair in pairs], pa.string())
    ids = pc.unique(pa.chunked_array([*left.chunks, *right.chunks], pa.string()))
    ids = ids.take(pc.sort_indices(ids))
    rows, columns = (pc.index_in(side, value_set=ids).to_numpy() for side in (left, right))
    graph = coo_array((np.ones(len(rows), dtype=bool), (rows, columns)), shape=(len(ids), len(ids)))
    n, component = connected_components(graph, directed=False) if len(ids) else (0, np.zeros(0, dtype=int))
    least = np.full(n, len(ids), dtype=np.int64)
    np.minimum.at(least, component, np.arange(len(ids)))
    return pa.table({"id": ids, "cluster": ids.take(pa.array(least[component]))})
