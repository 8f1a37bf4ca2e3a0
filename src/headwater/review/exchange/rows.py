"""Votes as rows: one JSON object a line, or one row of a Parquet table."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from typing import Any

from headwater.errors import FormatError
from headwater.review.exchange.ballot import Ballot, checked

_COLUMNS = ("document", "validator", "label", "pi")


def parse_jsonl(data: bytes) -> list[Ballot]:
    """Read votes from JSON lines.

    Args:
        data: UTF-8; blank lines are passed over.

    Returns:
        The votes in order.

    Raises:
        FormatError: If a line is no vote.
    """
    found = []
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise FormatError(f"line {number} is no JSON: {str(error)[:80]}") from error
        if not isinstance(row, dict):
            raise FormatError(f"line {number} is no object")
        found.append(checked(row, f"line {number}"))
    return found


def encode_jsonl(ballots: Iterable[Ballot]) -> bytes:
    """Write votes as JSON lines, which `parse_jsonl` reads again.

    Args:
        ballots: The votes.
    """
    rows = ({name: getattr(one, name) for name in _COLUMNS} for one in ballots)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def encode_parquet(ballots: Iterable[Ballot]) -> bytes:
    """Write votes as a Parquet table, which `parse_parquet` reads again.

    Args:
        ballots: The votes.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = [*((name, pa.string()) for name in _COLUMNS[:3]), ("pi", pa.float64())]
    rows = [{name: getattr(one, name) for name in _COLUMNS} for one in ballots]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(kinds)), out, compression="zstd")
    return out.getvalue()


def parse_parquet(data: bytes) -> list[Ballot]:
    """Read votes from a Parquet table.

    Args:
        data: The file, with columns `document`, `validator`, `label` and maybe `pi`.

    Returns:
        The votes in order.

    Raises:
        FormatError: If it is no such table, or a row is no vote.
    """
    import pyarrow.parquet as pq

    from headwater.sources.parquet import DAMAGE, one_line

    try:
        table: Any = pq.ParquetFile(io.BytesIO(data))
        there = [name for name in _COLUMNS if name in table.schema_arrow.names]
        rows = table.read(columns=there).to_pylist()
    except DAMAGE as error:
        raise FormatError(f"not a Parquet table: {one_line(error)}") from error
    return [checked(row, f"row {number}") for number, row in enumerate(rows, 1)]
