"""Hugging Face dataset directories: the Arrow files that `save_to_disk` writes, read without `datasets`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, final

import pyarrow as pa

from headwater.errors import FormatError
from headwater.record import Record, Skip
from headwater.sources.opening import Hash, digest_and_size, is_url, open_input
from headwater.sources.parquet import (
    DAMAGE,
    cut_rows,
    lost_rows,
    one_line,
    read_batches,
    refused,
    require_text,
)
from headwater.sources.shard import Limits, Shard

_FILE_MAGIC = b"ARROW1"
_SLICE_ROWS = 128


@final
class HfDataset:
    """Read Arrow files, stream or file format; the unit of offsets is rows."""

    def shards(
        self,
        path: str,
        source: str,
        *,
        shard_bytes: int,
        text_field: str = "",
        hashed: Hash = digest_and_size,
    ) -> list[Shard]:
        """Split by the batches that can be read; see `Source.shards`.

        Raises:
            FormatError: If it is not an Arrow file, or no column holds text.
        """
        digest, _ = hashed(path)
        whole = Shard(path, source, "hf-dataset", digest, 0, 0, 0, "rows", text_field)
        with open_input(path) as file:
            try:
                schema, batches = _open(file, path)
            except DAMAGE as error:
                raise FormatError(
                    f"{source}: cannot be read as Arrow: {one_line(error)}",
                    hint="name the directory that save_to_disk wrote, or the Parquet files of the dataset",
                ) from error
            require_text(schema, whole)
            return cut_rows(whole, _sizes(batches), shard_bytes)

    def read(self, shard: Shard, limits: Limits) -> Iterator[Record | Skip]:
        """Read the rows of the shard.

        Rows behind damage cannot be counted, so the last shard of a damaged file ends with a skip
        that takes no rows and stands for no known number of records.

        Args:
            shard: What to read.
            limits: Bounds on one record.

        Yields:
            Records and skips in row order; see `Source.read`.

        Raises:
            UnavailableError: If the input cannot be opened.
        """
        if shard.unit == "bytes":
            yield refused(shard, self.shards)
            return
        with open_input(shard.path) as file:
            try:
                _, batches = _open(file, shard.path)
            except DAMAGE as error:
                yield lost_rows(shard, shard.start, shard.stop, ("arrow-corrupt", one_line(error)))
                return
            wanted = _between(batches, shard.start, shard.stop)
            yield from read_batches(wanted, shard, (shard.start, shard.stop), limits, damage="arrow-corrupt")
            if shard.stop == shard.size and (damage := _damage_behind(batches, file)):
                reason, detail = damage
                yield Skip(shard.source, shard.stop, 0, reason, detail, n_records=0)


def _open(file: BinaryIO, path: str) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    magic = file.read(len(_FILE_MAGIC))
    file.seek(0)
    stream = file if is_url(path) else pa.memory_map(path)
    if magic == _FILE_MAGIC:
        whole = pa.ipc.open_file(stream)
        return whole.schema, (whole.get_batch(i) for i in range(whole.num_record_batches))
    reader = pa.ipc.open_stream(stream)
    return reader.schema, iter(reader)


def _sizes(batches: Iterator[pa.RecordBatch]) -> list[tuple[int, int]]:
    """Give rows and bytes of every batch up to the first that cannot be read, which `read` will report."""
    sizes: list[tuple[int, int]] = []
    try:
        sizes.extend((batch.num_rows, batch.nbytes) for batch in batches)
    except DAMAGE:
        return sizes
    return sizes


def _between(batches: Iterator[pa.RecordBatch], start: int, stop: int) -> Iterator[pa.RecordBatch]:
    """Yield the rows from `start` to `stop` in small slices, and read no further."""
    at = 0
    while at < stop:
        batch = next(batches, None)
        if batch is None:
            return
        for first in range(max(0, start - at), min(batch.num_rows, stop - at), _SLICE_ROWS):
            yield batch.slice(first, min(_SLICE_ROWS, stop - at - first))
        at += batch.num_rows


def _damage_behind(batches: Iterator[pa.RecordBatch], file: BinaryIO) -> tuple[str, str] | None:
    """Tell whether a file goes wrong, or stops, after the rows that could be read."""
    try:
        next(batches, None)
        file.seek(-4, 2)
        tail = file.read(4)
    except DAMAGE as error:
        return "arrow-corrupt", one_line(error)
    # A stream ends with an empty message, a file with its magic (Arrow columnar format, IPC).
    return None if tail in {b"\0\0\0\0", _FILE_MAGIC[2:]} else ("arrow-truncated", "no end mark")
