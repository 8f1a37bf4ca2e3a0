"""The second pass: from label columns alone to a decision for every document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from headwater.curate.engine.engine import Item, OpenFrame
from headwater.curate.labels import LABELS
from headwater.curate.labels.duplicate import MIN_JACCARD, Duplicate, agreement
from headwater.curate.labels.label import CorpusLabel
from headwater.curate.layout import Layout
from headwater.curate.policy import parse
from headwater.curate.rules import Decision, Member, decide, settle
from headwater.curate.store import Tables, atomic, parquet_writer, read_rows, read_table, write_json

STEP = "decide"
DRAFT_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("action", pa.string()),
        ("reason", pa.string()),
        ("evidence", pa.list_(pa.string())),
        ("exact_cluster", pa.string()),
        ("near_cluster", pa.string()),
    ]
)
SETTLED_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("action", pa.string()),
        ("reason", pa.string()),
        ("evidence", pa.list_(pa.string())),
    ]
)


def comparing(labels: Sequence[str]) -> list[str]:
    """Name the labels among these that look at the whole corpus."""
    return [name for name in labels if hasattr(LABELS[name], "resolved")]


def resolve(item: Item, open_frame: OpenFrame) -> Item:
    """Compute the corpus-wide columns of every label that has any.

    Args:
        item: `root`, `labels` and `shards` (their names).
        open_frame: Opens label columns as a frame.

    Returns:
        Nothing; the columns lie beside the label's own.
    """
    layout, shards = Layout(Path(item["root"])), item["shards"]
    for name in comparing(item["labels"]):
        label = cast("CorpusLabel", LABELS[name]())
        rows = label.resolve(open_frame([str(layout.label(name, shard)) for shard in shards]))
        _lay_beside(rows, [(layout.label(name, shard), layout.resolved(name, shard)) for shard in shards])
    return {}


def _lay_beside(rows: pa.Table, pairs: Sequence[tuple[Path, Path]]) -> None:
    for columns, target in pairs:
        ids = read_table(columns, columns=["id"])["id"]
        found = rows.filter(pc.is_in(rows["id"], value_set=ids.combine_chunks()))
        with atomic(target) as temporary, parquet_writer(temporary, rows.schema) as writer:
            writer.write_table(found.sort_by("id"))


def run(item: Item) -> Item:
    """Draft the decisions of one shard, each document by its own labels.

    Args:
        item: `root`, `shard` (its name), `labels` and `policy` (TOML).

    Returns:
        `{"shard": name}`.
    """
    layout, shard, policy = Layout(Path(item["root"])), item["shard"], parse(item["policy"])
    commit = layout.commit(STEP, shard)
    if commit.exists():
        return {"shard": shard}
    target = layout.drafts(shard)
    with Tables({target: DRAFT_SCHEMA}).open() as tables:
        for row in label_rows(layout, shard, item["labels"]):
            decision = decide(row, policy)
            tables.add({target: [_draft(row, decision)]}, weight_bytes=512)
    write_json(commit, {})
    return {"shard": shard}


def label_rows(layout: Layout, shard: str, labels: Sequence[str]) -> Iterator[dict[str, Mapping[str, Any]]]:
    """Read a shard's label columns, row by row.

    Args:
        layout: Of the run.
        shard: Shard name.
        labels: Label names.

    Yields:
        Label name without version -> column -> value; `id` is in each.
    """
    columns = {name.rsplit("-", 1)[0]: read_rows(layout.label(name, shard)) for name in labels}
    beside = {name.rsplit("-", 1)[0]: _resolved(layout.resolved(name, shard)) for name in labels}
    for rows in zip(*columns.values(), strict=True):
        yield {name: row | beside[name].get(row["id"], {}) for name, row in zip(columns, rows, strict=True)}


def _resolved(path: Path) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in read_rows(path)} if path.exists() else {}


def _draft(row: Mapping[str, Mapping[str, Any]], decision: Decision) -> dict[str, Any]:
    clusters = row.get("duplicate", {})
    return {
        "id": next(iter(row.values()))["id"],
        **_row(decision),
        "exact_cluster": clusters.get("exact_cluster"),
        "near_cluster": clusters.get("near_cluster"),
    }


def _row(decision: Decision) -> dict[str, Any]:
    return {
        "action": decision.action,
        "reason": decision.reason,
        "evidence": list(decision.evidence),
    }


def settle_clusters(item: Item, open_frame: OpenFrame) -> Item:
    """Look at every cluster of duplicates as a whole, and note which drafts change.

    Args:
        item: `root`, `shards` (their names) and `policy` (TOML): what duplicates lead to.
        open_frame: Not needed; clusters are read shard by shard.

    Returns:
        Nothing; the changes stand in a file for each shard.
    """
    del open_frame
    layout, shards, policy = Layout(Path(item["root"])), item["shards"], parse(item["policy"])
    members: list[tuple[str, str, Member]] = []
    signatures: dict[str, bytes] = {}
    for shard in shards:
        clustered = read_table(layout.drafts(shard), filters=pc.field("near_cluster").is_valid())
        members += [(row["near_cluster"], shard, _member(row)) for row in clustered.to_pylist()]
        signatures |= _signatures(layout, shard, clustered["id"])

    def near(one: Member, other: Member) -> bool:
        return agreement(signatures[one.id], signatures[other.id]) >= MIN_JACCARD

    members.sort(key=lambda entry: (entry[0], entry[2].id))
    changed: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for _, cluster in groupby(members, key=lambda entry: entry[0]):
        entries = list(cluster)
        home = {member.id: shard for _, shard, member in entries}
        for key, decision in settle([member for *_, member in entries], policy, near).items():
            changed[home[key]].append({"id": key, **_row(decision)})
    for shard in shards:
        rows = sorted(changed[shard], key=lambda row: str(row["id"]))
        with Tables({layout.settled(shard): SETTLED_SCHEMA}).open() as tables:
            tables.add({layout.settled(shard): rows}, weight_bytes=512 * len(rows))
    return {}


def _signatures(layout: Layout, shard: str, ids: pa.ChunkedArray) -> dict[str, bytes]:
    if len(ids) == 0:
        return {}
    columns = read_table(layout.label(Duplicate.name, shard), columns=["id", "signature"])
    found = columns.filter(pc.is_in(columns["id"], value_set=ids.combine_chunks()))
    return {
        key: value or b"" for key, value in zip(*map(pa.ChunkedArray.to_pylist, found.columns), strict=True)
    }


def _member(row: Mapping[str, Any]) -> Member:
    decision = Decision(row["action"], row["reason"], tuple(row["evidence"]))
    return Member(row["id"], row["exact_cluster"], decision)
