"""The third pass: put every document of a shard where its decision says, with its line in the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from heapq import nsmallest
from pathlib import Path
from typing import Any, cast

import pyarrow as pa

from headwater.curate.audit import AUDIT_SCHEMA, WORDS_SCHEMA, Audit
from headwater.curate.decide import label_rows
from headwater.curate.engine.engine import Item
from headwater.curate.evidence import DOCUMENT_SCHEMA
from headwater.curate.layout import FOLDERS, Layout
from headwater.curate.policy import Action
from headwater.curate.store import Tables, read_rows, write_json
from headwater.curate.words import WordSample, words_of

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
    with Tables(schemas).open() as tables:
        documents = in_order([Path(path) for path in item["documents"]])
        for row, labels, decision in zip(
            documents, label_rows(layout, shard, item["labels"]), _decisions(layout, shard), strict=True
        ):
            action, text = cast("Action", decision["action"]), row["text"]
            line = _ledger_row(row, decision, f"{FOLDERS[action]}/{shard}.parquet")
            tables.add({parts[action]: [row], ledger: [line]}, weight_bytes=2_048 + 4 * len(text))
            audit.add(labels, action, decision["reason"], len(text))
            words.add(words_of(text), kept=action == "admit")
            examples.add(line, labels, text)
        tables.add({audit_path: list(audit.rows())}, weight_bytes=0)
        rows = [dict(zip(WORDS_SCHEMA.names, row, strict=True)) for row in words.rows()]
        tables.add({words_path: rows}, weight_bytes=0)
    return examples.rows()


def in_order(paths: list[Path]) -> Iterator[dict[str, Any]]:
    """Read documents from the files of one shard, in the order they were read from the source."""
    from heapq import merge

    return merge(*map(read_rows, paths), key=lambda row: row["position"])


def _decisions(layout: Layout, shard: str) -> Iterator[Mapping[str, Any]]:
    settled = {row["id"]: row for row in read_rows(layout.settled(shard))}
    return (settled.get(row["id"], row) for row in read_rows(layout.drafts(shard)))


def _ledger_row(row: Mapping[str, Any], decision: Mapping[str, Any], file: str) -> dict[str, Any]:
    if row["id"] != decision["id"]:
        raise AssertionError(f"documents and decisions are out of step at {row['id']}")
    same = {name: row[name] for name in ("id", "url", "source", "offset", "length", "payload_digest")}
    return same | {
        "action": decision["action"],
        "reason": decision["reason"],
        "evidence": decision["evidence"],
        "n_chars": len(row["text"]),
        "file": file,
    }


class _Examples:
    """Keep, for each reason, the few documents with the least ids: a sample no one picked."""

    def __init__(self) -> None:
        self._by_reason: dict[tuple[str, str], list[dict[str, Any]]] = {}

    def add(self, line: Mapping[str, Any], labels: Mapping[str, Mapping[str, Any]], text: str) -> None:
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
                "excerpt": text[:_EXCERPT_CHARS],
            }
        )
        kept[:] = least(kept)

    def rows(self) -> list[dict[str, Any]]:
        return [row for key in sorted(self._by_reason) for row in self._by_reason[key]]


def least(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the examples to keep of one reason."""
    return nsmallest(N_EXAMPLES, rows, key=lambda row: str(row["id"]))
