"""The third pass: put every document of a shard where its decision says, with its line in the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from heapq import nsmallest
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from headwater.curate.audit import AUDIT_SCHEMA, WORDS_SCHEMA, Audit
from headwater.curate.decide import label_rows
from headwater.curate.engine.engine import Item
from headwater.curate.evidence import DOCUMENT_SCHEMA
from headwater.curate.layout import FOLDERS, Layout
from headwater.curate.settlement import settled
from headwater.curate.store import Tables, read_rows, row_groups, write_json
from headwater.curate.words import WordSample

STEP = "write"
LEDGER_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("action", pa.string()),
        ("reason", pa.string()),
        ("evidence", pa.list_(pa.string())),
        ("url", pa.string()),
        ("source", pa.string()),
        ("offset", pa.int64()),
        ("length", pa.int64()),
        ("n_chars", pa.int64()),
        ("payload_digest", pa.string()),
        ("file", pa.string()),
    ]
)
N_EXAMPLES = 5
_EXCERPT_CHARS = 600


def run(item: Item) -> Item:
    """Write one shard's documents, ledger part and counts.

    Args:
        item: `root`, `shard` (its name), `labels`, and `documents` (the files that hold its text:
            one after the first pass, one an action when an earlier run is decided again).

    Returns:
        `{"shard": name}`.
    """
    layout, shard = Layout(Path(item["root"])), item["shard"]
    commit = layout.commit(STEP, shard)
    if not commit.exists():
        write_json(commit, {"examples": _write(layout, shard, item)})
    return {"shard": shard}


def _write(layout: Layout, shard: str, item: Item) -> list[dict[str, Any]]:
    parts = {action: layout.part(action, shard) for action in FOLDERS}
    ledger, audit_path, words_path = layout.ledger(shard), layout.audit(shard), layout.words(shard)
    schemas = dict.fromkeys(parts.values(), DOCUMENT_SCHEMA)
    schemas |= {ledger: LEDGER_SCHEMA, audit_path: AUDIT_SCHEMA, words_path: WORDS_SCHEMA}
    audit, words, examples = Audit(), WordSample(), _Examples()
    decisions, labels = _decisions(layout, shard), label_rows(layout, shard, item["labels"])
    with Tables(schemas).open() as tables:
        for batch in in_order([Path(path) for path in item["documents"]]):
            decided = list(islice(decisions, len(batch)))
            lines = _ledger(batch, decided, shard)
            actions = lines["action"]
            for action, path in parts.items():
                tables.put(path, batch.filter(pc.equal(actions, action)))
            tables.put(ledger, lines)
            texts = batch["text"]
            for line, row, text in zip(lines.to_pylist(), islice(labels, len(batch)), texts, strict=True):
                audit.add(row, line["action"], line["reason"], line["n_chars"])
                present = row.get("vocabulary", {}).get("sample", ())
                words.add(present, kept=int(line["action"] == "admit"))
                examples.add(line, row, text)
        tables.add({audit_path: list(audit.rows())}, weight_bytes=0)
        rows = [dict(zip(WORDS_SCHEMA.names, row, strict=True)) for row in words.rows()]
        tables.add({words_path: rows}, weight_bytes=0)
    return examples.rows()


def in_order(paths: list[Path]) -> Iterator[pa.Table]:
    """Read the documents of one shard in the order they were captured.

    Args:
        paths: One file, or one an action; row groups of one index belong together.

    Yields:
        Tables of `DOCUMENT_SCHEMA`, cut as the first pass cut them.
    """
    for groups in zip(*map(row_groups, paths), strict=True):
        yield pa.concat_tables(groups).sort_by("position").combine_chunks()


def _decisions(layout: Layout, shard: str) -> Iterator[Mapping[str, Any]]:
    changed = settled(layout, shard)
    if (fused := layout.fused(shard)).exists():  # There are no statistics without a calibration.
        changed |= {row["id"]: row for row in read_rows(fused)}
    return (changed.get(row["id"], row) for row in read_rows(layout.drafts(shard)))


def _ledger(batch: pa.Table, decided: list[Mapping[str, Any]], shard: str) -> pa.Table:
    if batch["id"].to_pylist() != [decision["id"] for decision in decided]:
        raise RuntimeError(f"documents and decisions of shard {shard} are out of step")
    columns = {name: [decision[name] for decision in decided] for name in ("action", "reason", "evidence")}
    columns["file"] = [f"{FOLDERS[action]}/{shard}.parquet" for action in columns["action"]]
    columns["n_chars"] = pc.utf8_length(batch["text"])
    columns |= {name: batch[name] for name in LEDGER_SCHEMA.names if name not in columns}
    return pa.table({name: columns[name] for name in LEDGER_SCHEMA.names}, schema=LEDGER_SCHEMA)


class _Examples:
    """Keep, for each reason, the few documents with the least ids: a sample no one picked."""

    def __init__(self) -> None:
        self._by_reason: dict[tuple[str, str], list[dict[str, Any]]] = {}

    def add(self, line: Mapping[str, Any], labels: Mapping[str, Mapping[str, Any]], text: pa.Scalar) -> None:
        kept = self._by_reason.setdefault((line["action"], line["reason"]), [])
        if len(kept) == N_EXAMPLES and line["id"] > kept[-1]["id"]:
            return
        kept.append(
            {
                "id": line["id"],
                "action": line["action"],
                "reason": line["reason"],
                "url": line["url"],
                "source": f"{line['source']}@{line['offset']}",
                "language": labels.get("language", {}).get("language") or "und",
                "evidence": line["evidence"],
                "excerpt": text.as_py()[:_EXCERPT_CHARS],
            }
        )
        kept[:] = least(kept)

    def rows(self) -> list[dict[str, Any]]:
        return [row for key in sorted(self._by_reason) for row in self._by_reason[key]]


def least(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the examples to keep of one reason."""
    return nsmallest(N_EXAMPLES, rows, key=lambda row: str(row["id"]))
