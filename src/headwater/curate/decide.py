"""The second pass: from label columns alone to a decision for every document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from headwater.curate import judgement
from headwater.curate.canary import canary_scores
from headwater.curate.engine.engine import Item, OpenFrame
from headwater.curate.labels import LABELS
from headwater.curate.labels.label import CorpusLabel
from headwater.curate.layout import Layout
from headwater.curate.policy import Policy, parse
from headwater.curate.rules import Decision, certificates, decide
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
        ("certificates", pa.list_(pa.string())),
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
        item: `root`, `shard` (its name), `labels`, `policy` (TOML), `calibrated`, `detector` and
            `judged`.

    Returns:
        `{"shard": name}`.
    """
    layout, shard, policy = Layout(Path(item["root"])), item["shard"], parse(item["policy"])
    commit = layout.commit(STEP, shard)
    if commit.exists():
        return {"shard": shard}
    target = layout.drafts(shard)
    with Tables({target: DRAFT_SCHEMA}).open() as tables:
        for row in known_rows(layout, shard, item):
            tables.add({target: [_draft(row, policy)]}, weight_bytes=512)
    if item["calibrated"]:
        write_json(layout.canaries(shard), canary_scores(layout, shard, detector=item["detector"]))
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


def known_rows(layout: Layout, shard: str, item: Item) -> Iterator[dict[str, Mapping[str, Any]]]:
    """Read a shard's label columns, and what people concluded beside them.

    Args:
        layout: Of the run.
        shard: Shard name.
        item: `labels`, and `judged`: the digest of what people concluded, empty for nothing.

    Yields:
        As `label_rows`; a document that people judged has the columns of `judgement` too.
    """
    judged = _judged(layout.judgements, item["judged"]) if item["judged"] else {}
    for row in label_rows(layout, shard, item["labels"]):
        found = judged.get(next(iter(row.values()))["id"])
        yield row | {judgement.LABEL: found.columns()} if found else row


@lru_cache(maxsize=1)
def _judged(path: Path, digest: str) -> Mapping[str, judgement.Judgement]:
    """Read judgements once a process, and anew where they are others."""
    del digest
    return judgement.parse(path.read_bytes())


def _resolved(path: Path) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in read_rows(path)} if path.exists() else {}


def _draft(row: Mapping[str, Mapping[str, Any]], policy: Policy) -> dict[str, Any]:
    clusters = row.get("duplicate", {})
    has_copies = clusters.get("exact_cluster") is not None
    return {
        "id": next(iter(row.values()))["id"],
        **decision_row(decide(row, policy)),
        "exact_cluster": clusters.get("exact_cluster"),
        "near_cluster": clusters.get("near_cluster"),
        "certificates": list(certificates(row, policy)) if has_copies else [],
    }


def decision_row(decision: Decision) -> dict[str, Any]:
    """Give a decision as columns."""
    return {
        "action": decision.action,
        "reason": decision.reason,
        "evidence": list(decision.evidence),
    }
