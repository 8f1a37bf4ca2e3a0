"""Readers: bytes in, records out, every byte accounted for."""

from __future__ import annotations

from headwater.sources.shard import Limits, Shard, Source
from headwater.sources.warc import Warc

SOURCES: dict[str, Source] = {
    "warc": Warc(),
}

__all__ = ["SOURCES", "Limits", "Shard", "Source"]
