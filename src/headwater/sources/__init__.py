"""Readers: bytes in, records out, every byte accounted for."""

from __future__ import annotations

from headwater.sources.hfdataset import HfDataset
from headwater.sources.jsonl import Jsonl
from headwater.sources.mediawiki import MediaWiki
from headwater.sources.parquet import Parquet
from headwater.sources.shard import Limits, Shard, Source
from headwater.sources.warc import Warc

SOURCES: dict[str, Source] = {
    "warc": Warc(),
    "jsonl": Jsonl(),
    "parquet": Parquet(),
    "hf-dataset": HfDataset(),
    "mediawiki": MediaWiki(),
}

__all__ = ["SOURCES", "Limits", "Shard", "Source"]
