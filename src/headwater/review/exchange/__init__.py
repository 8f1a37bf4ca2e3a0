"""Votes in and out: each way another tool writes them is a file here and a line in the tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from headwater.review.exchange import argilla, label_studio
from headwater.review.exchange.ballot import Ballot
from headwater.review.exchange.json_export import parse as parse_json
from headwater.review.exchange.rows import encode_jsonl, encode_parquet, parse_jsonl, parse_parquet
from headwater.review.exchange.sheet import Sheet


class Writer(Protocol):
    """Write documents with their votes for another tool."""

    def __call__(self, sheets: Sequence[Sheet], *, predictions: bool = False) -> bytes:
        """Give the file."""


def _rows(encode: Callable[[list[Ballot]], bytes]) -> Writer:
    def write(sheets: Sequence[Sheet], *, predictions: bool = False) -> bytes:
        del predictions  # Rows are votes alone.
        return encode([one for sheet in sheets for one in sheet.ballots])

    return write


# By what a file's name ends with.
READERS: Mapping[str, Callable[[bytes], list[Ballot]]] = MappingProxyType(
    {
        ".jsonl": parse_jsonl,
        ".json": parse_json,
        ".parquet": parse_parquet,
    }
)
# By the name of the form.
WRITERS: Mapping[str, Writer] = MappingProxyType(
    {
        "jsonl": _rows(encode_jsonl),
        "parquet": _rows(encode_parquet),
        "label-studio": label_studio.encode,
        "argilla": argilla.encode,
    }
)
