"""Write plays.txt again: the plays and poems of the sample crawl, one page after the other."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from headwater.curate.extract import EXTRACTORS, open_document
from headwater.record import Record
from headwater.sources import SOURCES, Limits
from headwater.sources.discover import discover
from headwater.sources.plan import plan

CRAWL = Path(__file__).resolve().parents[1] / "examples" / "crawl"


def pages() -> Iterator[str]:
    """Yield the text of each page whose words come from the collection `shakespeare`."""
    rows = [json.loads(line) for line in (CRAWL / "truth.jsonl").read_text("utf-8").splitlines()]
    wanted = {
        row["url"]
        for row in rows
        if str(row["source"]).startswith("shakespeare") and row["duplicate_group"] is None
    }
    for shard in plan(discover([str(CRAWL)]), shard_bytes=1 << 25):
        for found in SOURCES[shard.kind].read(shard, Limits()):
            if isinstance(found, Record) and found.url in wanted:
                yield open_document(found, EXTRACTORS["main"]).text


if __name__ == "__main__":
    sys.stdout.write("\n\n".join(pages()) + "\n")
