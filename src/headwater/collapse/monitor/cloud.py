"""Points as the user names them: arrays of floats and lists in Parquet, sampled in one pass."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from headwater.collapse.monitor.array import header
from headwater.errors import FormatError, HeadwaterError, InputError
from headwater.sources.opening import open_input
from headwater.sources.parquet import DAMAGE, one_line
from headwater.sources.place import open_tree
from headwater.sources.row import TEXT_FIELDS

MOST = 1024  # as many as a profile keeps documents
_CHUNK = 1 << 18  # numbers read at once
_BATCH_ROWS = 1024
_WIDEST = 1 << 16
# What zipfile raises on damaged bytes; which of them depends on where the damage lies.
_TORN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError, OSError)
Floats = npt.NDArray[np.float64]


def read_points(name: str, *, rng: np.random.Generator) -> tuple[Floats, int] | None:
    """Sample the points of a name.

    Args:
        name: A `.npy` or `.npz` file of floats, one row a point, or a Parquet file with one column of
            lists of floats and none of text; or a folder or glob of these, of one dimension.
        rng: Where the sample comes from.

    Returns:
        At most 1,024 points, shape (n, d), every point of the source with the same chance, and how many the
        source has. None if the name stands for something else, such as text or token numbers.

    Raises:
        FormatError: If a file is damaged.
        InputError: If a coordinate is NaN or infinite, files differ in dimension, or it is unclear what
            they hold.
        UnavailableError: If a file cannot be opened.
    """
    tree = open_tree(name)
    files = [path for path in (tree.paths if tree else ()) if _kind(path)]
    if tree is None or not files or len(files) < len(tree.paths):
        return None
    chunks = [_chunks(path) for path in files]
    if any(chunk is None for chunk in chunks):
        return None
    return _sampled((part for chunk in chunks if chunk is not None for part in chunk), name, rng)


def _sampled(chunks: Iterable[Floats], name: str, rng: np.random.Generator) -> tuple[Floats, int]:
    """Keep the points with the least of random keys.

    Raises:
        InputError: If there is none, or one is not of the space.
    """
    kept, keys, n = np.empty((0, 0)), np.empty(0), 0
    for chunk in chunks:
        if kept.size and chunk.shape[1] != kept.shape[1]:
            raise InputError(f"{name} has points of {kept.shape[1]} and of {chunk.shape[1]} coordinates")
        if not bool(np.isfinite(chunk).all()):
            raise InputError(f"{name} has a coordinate that is NaN or infinite", hint="leave such points out")
        n += chunk.shape[0]
        rows = np.concatenate([kept, chunk]) if kept.size else chunk
        keys = np.concatenate([keys, rng.random(chunk.shape[0])])
        least = np.sort(np.argpartition(keys, MOST)[:MOST]) if keys.size > MOST else slice(None)
        kept, keys = rows[least].copy(), keys[least]
    if not n:
        raise InputError(f"{name} has no point", hint="is it the right array?")
    return kept, n


def _kind(path: str) -> str:
    return next((end for end in (".npy", ".npz", ".parquet") if path.lower().endswith(end)), "")


def _chunks(path: str) -> Iterator[Floats] | None:
    """Open one file as chunks of points; None if it holds something else.

    Raises:
        InputError: If its numbers do not lie in rows of floats.
    """
    with open_input(path) as raw:
        if _kind(path) == ".parquet":
            found = _column(raw, path)
            return _from_parquet(path, found) if found else None
        member = _member(raw, path) if _kind(path) == ".npz" else ""
        with _unharmed(path), _opened(raw, member) as file:
            shape, kind, by_column = header(file, path)
    if kind.kind != "f":
        if member:
            raise InputError(f"{path} holds {kind}, not floats", hint="save token numbers as .npy")
        return None
    width = shape[1] if len(shape) == 2 else 1
    if len(shape) not in {1, 2} or (by_column and len(shape) == 2 and min(shape) > 1):
        raise InputError(
            f"{path} holds no points in rows: {len(shape)}-d {kind}",
            hint="save it as rows: numpy.save(path, numpy.ascontiguousarray(points))",
        )
    if not 0 < width <= _WIDEST:
        raise InputError(f"{path} has points of {width:,} coordinates", hint=f"1 to {_WIDEST:,} can be read")
    return _from_array(path, member)


def _opened(raw: IO[bytes], member: str) -> IO[bytes]:
    if member:
        return zipfile.ZipFile(raw).open(member)
    return io.BufferedReader(raw)  # type: ignore[type-var]


@contextmanager
def _unharmed(path: str) -> Iterator[None]:
    """Say of damaged bytes that they are.

    Raises:
        FormatError: If they are.
        HeadwaterError: As it was, if it says more.
    """
    try:
        yield
    except HeadwaterError:
        raise
    except _TORN as error:
        raise FormatError(f"{path} is damaged: {one_line(error)}", hint="write it again") from error


def _member(raw: IO[bytes], path: str) -> str:
    with _unharmed(path):
        names = zipfile.ZipFile(raw).namelist()
    if len(names) != 1:
        raise InputError(
            f"{path} holds {len(names)} arrays: which one is not clear", hint="save the points alone"
        )
    return names[0]


def _from_array(path: str, member: str) -> Iterator[Floats]:
    with open_input(path) as raw, _unharmed(path), _opened(raw, member) as file:
        shape, kind, _ = header(file, path)
        width, left = shape[1] if len(shape) == 2 else 1, shape[0]
        while left:
            rows = min(left, max(1, _CHUNK // width))
            data = file.read(rows * width * kind.itemsize)
            if len(data) < rows * width * kind.itemsize:
                raise FormatError(f"{path} ends before its array does", hint="write it again")
            yield np.frombuffer(data, dtype=kind).reshape(rows, width).astype(np.float64)
            left -= rows


def _column(raw: Any, path: str) -> str:
    """Name the column of points; empty if the table has text or no such column.

    Raises:
        InputError: If there are several.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.ParquetFile(raw).schema_arrow
    except DAMAGE:
        return ""  # The reader of text says what is wrong with it.
    lists = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    found = [
        field.name
        for field in schema
        if any(of(field.type) for of in lists) and pa.types.is_floating(field.type.value_type)
    ]
    if not found or any(field.name in TEXT_FIELDS for field in schema):
        return ""
    if len(found) > 1:
        raise InputError(
            f"{path} has several columns of points: {', '.join(sorted(found)[:8])}", hint="keep one of them"
        )
    return str(found[0])


def _from_parquet(path: str, column: str) -> Iterator[Floats]:
    import pyarrow.parquet as pq

    with open_input(path) as raw:
        try:
            for batch in pq.ParquetFile(raw).iter_batches(_BATCH_ROWS, columns=[column], use_threads=False):
                yield _rows(batch.column(0), path)
        except HeadwaterError:
            raise
        except DAMAGE as error:
            raise FormatError(f"{path} is damaged: {one_line(error)}", hint="write it again") from error


def _rows(lists: Any, path: str) -> Floats:
    import pyarrow.compute as pc

    sizes = pc.list_value_length(lists)
    widths = pc.unique(sizes).to_pylist()
    flat = pc.list_flatten(lists)
    if len(widths) > 1 or None in widths or flat.null_count or (widths and not 0 < widths[0] <= _WIDEST):
        raise InputError(f"{path} has points that are missing or differ in dimension")
    return np.asarray(flat.to_numpy(zero_copy_only=False), dtype=np.float64).reshape(len(lists), -1)
