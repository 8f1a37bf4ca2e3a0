"""Parquet: one row a record, shards of whole row groups, a row group that cannot be read is skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any, final

import pyarrow as pa
import pyarrow.parquet as pq

from headwater.errors import FormatError
from headwater.record import Record, Skip
from headwater.sources.opening import Hash, digest_and_size, open_input
from headwater.sources.row import TEXT_FIELDS, RowPlace, shown, text_fields, to_item
from headwater.sources.shard import Limits, Shard

_BATCH_ROWS = 128
# What pyarrow raises on damaged bytes; which of them depends on where the damage lies.
DAMAGE = (pa.ArrowException, OSError, ValueError, IndexError, KeyError, MemoryError, OverflowError)


class TextColumnError(FormatError):
    """Refuse a table without a text column."""


@final
class Parquet:
    """Read Parquet files; the unit of offsets is rows."""

    def shards(
        self,
        path: str,
        source: str,
        *,
        shard_bytes: int,
        text_field: str = "",
        hashed: Hash = digest_and_size,
    ) -> list[Shard]:
        """Put row groups together up to `shard_bytes`; see `Source.shards`.

        Raises:
            FormatError: If the footer cannot be read, or no column holds text.
        """
        digest, _ = hashed(path)
        whole = Shard(path, source, "parquet", digest, 0, 0, 0, "rows", text_field)
        with open_input(path) as file:
            try:
                table = pq.ParquetFile(file)
                groups = [table.metadata.row_group(i) for i in range(table.metadata.num_row_groups)]
                sizes = [(group.num_rows, _compressed_bytes(group)) for group in groups]
                schema = table.schema_arrow
            except DAMAGE as error:
                raise FormatError(
                    f"{source}: cannot be read as Parquet: {one_line(error)}",
                    hint="the file may be cut off; check that it was copied whole",
                ) from error
        require_text(schema, whole)
        return cut_rows(whole, sizes, shard_bytes)

    def read(self, shard: Shard, limits: Limits) -> Iterator[Record | Skip]:
        """Read the rows of the shard.

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
                whole = pq.ParquetFile(file, page_checksum_verification=True)
                counts = [whole.metadata.row_group(i).num_rows for i in range(whole.metadata.num_row_groups)]
            except DAMAGE as error:
                yield lost_rows(shard, shard.start, shard.stop, ("row-group-corrupt", one_line(error)))
                return
            at = 0
            for group, n_rows in enumerate(counts):
                if shard.start <= at < shard.stop:
                    batches = whole.iter_batches(_BATCH_ROWS, row_groups=[group], use_threads=False)
                    yield from read_batches(
                        batches, shard, (at, at + n_rows), limits, damage="row-group-corrupt"
                    )
                at += n_rows


def _compressed_bytes(group: Any) -> int:
    return sum(group.column(i).total_compressed_size for i in range(group.num_columns))


def require_text(schema: pa.Schema, whole: Shard) -> None:
    """Refuse a table without a text column.

    Args:
        schema: Its Arrow schema.
        whole: The table.

    Raises:
        TextColumnError: If no column of the name asked for, or of a known name, holds strings.
    """
    names = text_fields(whole)
    wanted = [field for field in schema if field.name in names]
    if not any(_holds_text(field.type) and schema.names.count(field.name) == 1 for field in wanted):
        seen = shown(f"{field.name} ({field.type})" if field in wanted else field.name for field in schema)
        what = f"no column '{whole.text_field}' of text" if whole.text_field else "no text column"
        raise TextColumnError(
            f"{whole.source}: {what} among: {seen}",
            hint=f"name it with curate --text-field NAME; without it, {', '.join(TEXT_FIELDS)} are tried",
        )


def _holds_text(kind: pa.DataType) -> bool:
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return value in {pa.string(), pa.large_string(), pa.string_view()}


def refused(shard: Shard, shards: Callable[..., list[Shard]]) -> Skip:
    """Account for a table that could not be cut into row ranges, and say why.

    Args:
        shard: The whole file, in bytes.
        shards: What refused it.

    Returns:
        One skip for all of it.
    """
    reason, detail = "file-unreadable", "it could not be read when the run was planned"
    try:
        shards(
            shard.path,
            shard.source,
            shard_bytes=max(1, shard.size),
            text_field=shard.text_field,
            hashed=lambda _: (shard.digest, shard.size),
        )
    except TextColumnError as error:
        reason, detail = "text-column-missing", one_line(error)
    except FormatError as error:
        detail = one_line(error)
    detail = detail.removeprefix(f"{shard.source}: ")
    return Skip(shard.source, 0, shard.size, reason, detail, n_records=0)


def cut_rows(whole: Shard, pieces: list[tuple[int, int]], shard_bytes: int) -> list[Shard]:
    """Put pieces together into row ranges of about `shard_bytes`.

    Args:
        whole: The table.
        pieces: Rows and bytes of each piece, in order.
        shard_bytes: Close a range once it holds this much.

    Returns:
        Shards that touch and cover all rows; one of none when there are none.
    """
    bounds = []
    start = stop = held = 0
    for n_rows, n_bytes in pieces:
        if held and held + n_bytes > shard_bytes and stop > start:
            bounds.append((start, stop))
            start, held = stop, 0
        stop += n_rows
        held += n_bytes
    if stop > start or not bounds:
        bounds.append((start, stop))
    return [replace(whole, size=stop, start=at, stop=end) for at, end in bounds]


def read_batches(
    batches: Iterator[pa.RecordBatch], shard: Shard, rows: tuple[int, int], limits: Limits, *, damage: str
) -> Iterator[Record | Skip]:
    """Turn batches into items, one a row; rows that no batch brings are a skip.

    Args:
        batches: The batches; reading on may fail.
        shard: Where they come from.
        rows: First row of the first batch, and the row after the last one expected.
        limits: Bounds on one record.
        damage: Reason of the skip for rows that cannot be read.

    Yields:
        Records and skips in row order, to the end of `rows` exactly.
    """
    at, stop = rows
    why = "fewer rows than declared"
    while at < stop:
        try:
            batch = next(batches, None)
        except DAMAGE as error:
            why = one_line(error)
            break
        if batch is None:
            break
        for row in _rows(batch.slice(0, stop - at)):
            place = RowPlace(shard.source, shard.digest, at, 1, str(at))
            if isinstance(row, str):
                yield Skip(shard.source, at, 1, "row-invalid", row)
            else:
                yield to_item(row, place, limits, text_fields(shard))
            at += 1
    if at < stop:
        yield lost_rows(shard, at, stop, (damage, why))


def _rows(batch: pa.RecordBatch) -> Iterator[dict[str, Any] | str]:
    """Yield rows as Python values; the error's text for a row that is not valid, such as no UTF-8."""
    try:
        rows = _values(batch)
    except DAMAGE:
        for i in range(batch.num_rows):
            try:
                row: dict[str, Any] | str = _values(batch.slice(i, 1))[0]
            except DAMAGE as error:
                row = one_line(error)
            yield row
    else:
        yield from rows


def _values(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    batch.validate(full=True)  # Without it, damaged offsets would read foreign memory.
    columns = [_column(column) for column in batch.columns]
    return [dict(zip(batch.schema.names, row, strict=True)) for row in zip(*columns, strict=True)]


def _column(column: pa.Array) -> list[Any]:
    try:
        # Nanoseconds would come as another type where pandas is installed, and fail where it is not.
        values: list[Any] = column.cast(_whole(column.type)).to_pylist()
    except DAMAGE:
        values = [_value(column.slice(at, 1)) for at in range(len(column))]
    return values


def _value(alone: pa.Array) -> Any:
    """Give one value: as text if Python has none, as for nanoseconds, and none if Arrow has no text."""
    for kind in (_whole(alone.type), pa.string()):
        with suppress(*DAMAGE):
            return alone.cast(kind).to_pylist()[0]
    return None


def _whole(kind: pa.DataType) -> pa.DataType:
    """Give a type with microseconds in place of nanoseconds; no value with a fraction can be cast to it."""
    if pa.types.is_list(kind):
        return pa.list_(_whole(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_whole(field.type)) for field in kind])
    if getattr(kind, "unit", "") != "ns":
        return kind
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", kind.tz)
    return pa.duration("us") if pa.types.is_duration(kind) else pa.time64("us")


def lost_rows(shard: Shard, start: int, stop: int, why: tuple[str, str]) -> Skip:
    """Account for rows that cannot be read: `why` is the reason and the detail."""
    return Skip(shard.source, start, stop - start, why[0], why[1], stop - start)


def one_line(error: BaseException) -> str:
    """Give the first line of an error's text, cut to what a skip's detail holds."""
    return (str(error).partition("\n")[0] or type(error).__name__)[:160]
