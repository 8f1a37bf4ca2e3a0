"""Between the second pass and the third: every cluster of duplicates looked at as a whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headwater.curate.decide import decision_row
from headwater.curate.engine.engine import Item
from headwater.curate.labels.duplicate import Duplicate
from headwater.curate.layout import Layout
from headwater.curate.likeness import Signed
from headwater.curate.policy import parse
from headwater.curate.rules import Decision, Member, settle
from headwater.curate.store import Tables, intact, read_rows, read_table

SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("action", pa.string()),
        ("reason", pa.string()),
        ("evidence", pa.list_(pa.string())),
    ]
)
# What clusters are made of; without this label there are none.
LABEL = Duplicate.name
# Documents a slice holds at once, about: some 2 kB each. One cluster is never cut.
SLICE_DOCUMENTS = 65_536


def settled(layout: Layout, shard: str) -> dict[str, Mapping[str, Any]]:
    """Read which drafts of a shard its clusters change.

    Args:
        layout: Of the run.
        shard: Its name.

    Returns:
        Id -> row of `SCHEMA`; empty when no label compares documents.
    """
    parts = sorted(layout.settled(shard, 0).parent.glob("*.parquet"))
    return {row["id"]: row for part in parts for row in read_rows(part)}


def slices(layout: Layout, shards: Sequence[str], common: Item) -> list[dict[str, Any]]:
    """Cut the clusters into slices that fit in memory.

    They are cut by the clusters' names, which are digests, so that all are of about one size.

    Args:
        layout: Of the run.
        shards: Names of all shards.
        common: What every task is told.

    Returns:
        One item for `run` a slice, numbered by `slice` and covering the names from `low` up to `high`.
    """
    n_clustered = 0
    for shard in shards:
        path = layout.resolved(LABEL, shard)
        with intact(path):
            n_clustered += pq.read_metadata(path).num_rows
    n = max(1, -(-n_clustered // SLICE_DOCUMENTS))
    edges = [*(f"{at * 2**32 // n:08x}" for at in range(n)), "g"]
    return [
        {**common, "shards": list(shards), "slice": at, "low": edges[at], "high": edges[at + 1]}
        for at in range(n)
    ]


def run(item: Item) -> Item:
    """Settle the clusters of one slice, and note which drafts change.

    Args:
        item: `root`, `shards` (their names), `policy` (TOML), and what `slices` adds.

    Returns:
        `{"slice": number}`; the changes stand in a file for each shard that has any.
    """
    layout, policy = Layout(Path(item["root"])), parse(item["policy"])
    members, signatures = _members(layout, item)
    changed: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for _, cluster in groupby(members, key=lambda entry: entry[0]):
        entries = list(cluster)
        home = {member.id: shard for _, shard, member in entries}
        keepers = Signed(signatures, min_share=policy.near_likeness)
        for key, decision in settle([member for *_, member in entries], policy, keepers).items():
            changed[home[key]].append({"id": key, **decision_row(decision)})
    for shard, rows in changed.items():
        target = layout.settled(shard, item["slice"])
        with Tables({target: SCHEMA}).open() as tables:
            tables.add({target: sorted(rows, key=lambda row: str(row["id"]))}, weight_bytes=512 * len(rows))
    return {"slice": item["slice"]}


def _members(layout: Layout, item: Item) -> tuple[list[tuple[str, str, Member]], dict[str, bytes]]:
    """Read cluster, shard and draft of each document of a slice, by cluster and id; and all signatures."""
    cluster = pc.field("near_cluster")
    members: list[tuple[str, str, Member]] = []
    signatures: dict[str, bytes] = {}
    for shard in item["shards"]:
        held = read_table(layout.drafts(shard), filters=(cluster >= item["low"]) & (cluster < item["high"]))
        members += [(row["near_cluster"], shard, _member(row)) for row in held.to_pylist()]
        signatures |= _signatures(layout, shard, held["id"])
    return sorted(members, key=lambda entry: (entry[0], entry[2].id)), signatures


def _signatures(layout: Layout, shard: str, ids: pa.ChunkedArray) -> dict[str, bytes]:
    if len(ids) == 0:
        return {}
    columns = read_table(layout.label(LABEL, shard), columns=["id", "signature"])
    found = columns.filter(pc.is_in(columns["id"], value_set=ids.combine_chunks()))
    return {
        key: value or b"" for key, value in zip(*map(pa.ChunkedArray.to_pylist, found.columns), strict=True)
    }


def _member(row: Mapping[str, Any]) -> Member:
    decision = Decision(row["action"], row["reason"], tuple(row["evidence"]))
    return Member(row["id"], row["exact_cluster"], decision, tuple(row["certificates"]))
