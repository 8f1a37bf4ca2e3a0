"""Votes in and out: each way another tool writes them is a file here and a line in `READERS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from headwater.review.exchange.ballot import Ballot
from headwater.review.exchange.label_studio import parse as label_studio
from headwater.review.exchange.rows import parse_jsonl, parse_parquet

READERS: Mapping[str, Callable[[bytes], list[Ballot]]] = MappingProxyType(
    {
        ".jsonl": parse_jsonl,
        ".json": label_studio,
        ".parquet": parse_parquet,
    }
)
