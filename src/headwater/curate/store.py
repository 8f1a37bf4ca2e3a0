"""Files that are either whole or not there: temporary name, fsync, rename, fsync of the folder."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import time
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from headwater.errors import FormatError, InputError, UnavailableError

TEMPORARY = ".tmp"
# A run that was killed may hold its lock until the kernel has buried its last process.
_PATIENCE_S = 2.0


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Give a temporary path to write, and put it in place when the block ends well.

    Args:
        path: Where the file is to stand; its folder is made.

    Yields:
        A path beside it. It is unique, so that two tries never write one file.

    Raises:
        UnavailableError: If the disk is full, read-only or failing; nothing is put in place.
    """
    with together([path]) as temporaries:
        yield temporaries[path]


@contextmanager
def together(paths: Sequence[Path]) -> Iterator[dict[Path, Path]]:
    """Give temporary paths to write, and put all in place when the block ends well.

    Args:
        paths: As `atomic` takes one; at least one.

    Yields:
        Path -> temporary path.

    Raises:
        UnavailableError: As `atomic` does. Of a disk that fails meanwhile, some may be in place.
    """
    temporaries = {path: path.with_name(f"{path.name}.{uuid.uuid4().hex}{TEMPORARY}") for path in paths}
    try:
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
        yield temporaries
        _sync(temporaries.values())
        for path, temporary in temporaries.items():
            temporary.replace(path)
        _sync({path.parent for path in paths})
    except OSError as error:
        _refuse(error, paths[0])
    finally:
        for temporary in temporaries.values():
            with suppress(OSError):  # The folder itself may not be one.
                temporary.unlink(missing_ok=True)


def _sync(paths: Collection[Path]) -> None:
    """Wait until files or folders are on the disk; a disk takes many at once in the time of one."""
    if len(paths) == 1:
        _fsync(*paths)
    else:
        with ThreadPoolExecutor(min(16, len(paths))) as pool:
            list(pool.map(_fsync, paths))


def _fsync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _refuse(error: OSError, path: Path) -> NoReturn:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        raise UnavailableError(
            f"no space left while writing {path.name}",
            hint="free some space and run the same command again: it resumes",
        ) from error
    named = error.filename if isinstance(error.filename, str) else str(path)
    named = named.removesuffix(TEMPORARY)
    raise UnavailableError(
        f"cannot write {named}: {error.strerror or error}",
        hint="raise the limit on file size"
        if error.errno == errno.EFBIG
        else "check the folder's permissions",
    ) from error


def sweep(folder: Path) -> None:
    """Remove what a process that died left half-written."""
    for path in folder.rglob(f"*{TEMPORARY}"):
        path.unlink(missing_ok=True)


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold a lock file while the block runs.

    Args:
        path: The file; its folder is made.

    Raises:
        InputError: If another process holds it.
        UnavailableError: If it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a")
    except OSError as error:
        _refuse(error, path)
    with file:
        until = time.monotonic() + _PATIENCE_S
        while not _locked(file, path):
            if time.monotonic() > until:
                raise InputError(
                    f"another run is at work in {path.parent.parent}",
                    hint="wait for it, or choose another --out",
                )
            time.sleep(0.05)
        yield


def _locked(file: TextIO, path: Path) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        _refuse(error, path)
    return True


def read_json(path: Path) -> Any:
    """Read a JSON file of a run.

    Raises:
        FormatError: If it is damaged or gone.
    """
    with intact(path):
        return json.loads(path.read_text("utf-8"))


@contextmanager
def intact(path: Path) -> Iterator[None]:
    """Read a file of a run, which only somebody else can have damaged.

    Args:
        path: The file, to be named.

    Raises:
        FormatError: If it is damaged or gone.
    """
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, RecursionError, pa.ArrowException) as error:
        raise FormatError(
            f"{path} is damaged or gone", hint="the run's folder was changed; choose a new --out"
        ) from error


def write_json(path: Path, value: Any) -> None:
    """Put a JSON file in place, keys sorted, so that equal values give equal bytes."""
    with atomic(path) as temporary:
        text = json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        # A file name that is not UTF-8 holds lone surrogates, which JSON can say only as escapes.
        temporary.write_bytes(text.encode("utf-8", "backslashreplace"))


def write_text(path: Path, text: str) -> None:
    """Put a text file in place, UTF-8."""
    with atomic(path) as temporary:
        temporary.write_text(text, "utf-8")


class Tables:
    """Parquet files written row group by row group that appear together.

    Args:
        schemas: Path -> Arrow schema.
        batch_bytes: Flush when the rows held weigh about this much.
    """

    def __init__(self, schemas: Mapping[Path, pa.Schema], *, batch_bytes: int = 4 * 2**20) -> None:
        """Open nothing yet."""
        self._schemas = dict(schemas)
        self._batch_bytes = batch_bytes
        self._rows: dict[Path, list[Mapping[str, Any]]] = {path: [] for path in schemas}
        self._held_bytes = 0
        self._writers: dict[Path, Any] = {}

    def add(self, rows: Mapping[Path, Sequence[Mapping[str, Any]]], *, weight_bytes: int) -> None:
        """Add rows that belong together.

        Args:
            rows: Path -> rows.
            weight_bytes: About how much memory they hold.
        """
        for path, some in rows.items():
            self._rows[path].extend(some)
        self._held_bytes += weight_bytes
        if self._held_bytes >= self._batch_bytes:
            self._flush()

    def put(self, path: Path, table: pa.Table) -> None:
        """Write a table as a row group of its own, also when it is empty."""
        self._writers[path].write_table(table)

    def _flush(self) -> None:
        for path, rows in self._rows.items():
            if rows:
                self.put(path, pa.Table.from_pylist(rows, schema=self._schemas[path]))
                rows.clear()
        self._held_bytes = 0

    @contextmanager
    def open(self) -> Iterator[Tables]:
        """Write the files, and put them all in place when the block ends well."""
        with together(list(self._schemas)) as temporaries, ExitStack() as writing:
            for path, temporary in temporaries.items():
                self._writers[path] = writing.enter_context(parquet_writer(temporary, self._schemas[path]))
            yield self
            self._flush()


def parquet_writer(path: Path, schema: pa.Schema) -> Any:
    """Open a Parquet writer whose bytes depend on the rows alone."""
    texts = {"text", "bands", "signature"}
    dictionary = [
        field.name for field in schema if pa.types.is_string(field.type) and field.name not in texts
    ]
    return pq.ParquetWriter(path, schema, compression="zstd", compression_level=1, use_dictionary=dictionary)


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Read a Parquet file as rows, a row group at a time."""
    for table in row_groups(path):
        yield from table.to_pylist()


def row_groups(path: Path) -> Iterator[pa.Table]:
    """Read a Parquet file, a row group at a time."""
    with intact(path):
        file = pq.ParquetFile(path)
    with file:
        for index in range(file.num_row_groups):
            with intact(path):
                group = file.read_row_group(index, use_threads=False)  # A worker has one core.
            yield group


def read_table(path: Path, **options: Any) -> pa.Table:
    """Read columns of a Parquet file, as `pyarrow.parquet.read_table` does."""
    with intact(path):
        return pq.read_table(path, **options)


def concatenate(paths: Sequence[Path], into: Path, schema: pa.Schema) -> None:
    """Put one Parquet file in place that holds the row groups of many."""
    with atomic(into) as temporary, parquet_writer(temporary, schema) as writer:
        for path in paths:
            for table in row_groups(path):
                writer.write_table(table)
