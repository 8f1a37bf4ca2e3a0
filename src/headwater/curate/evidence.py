"""The first pass: read a shard, open each record, measure every label, keep text and columns apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from headwater.curate import crumb
from headwater.curate.blame import Docket, deaths
from headwater.curate.engine.engine import Item
from headwater.curate.extract import EXTRACTORS, open_document
from headwater.curate.journal import Journal, drop
from headwater.curate.labels import LABELS
from headwater.curate.labels.label import Label
from headwater.curate.layout import Layout
from headwater.curate.store import Tables, write_json
from headwater.curate.tangle import TangledError
from headwater.errors import HeadwaterError
from headwater.record import Record, Skip
from headwater.sources import SOURCES
from headwater.sources.shard import Limits, Shard

DOCUMENT_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("url", pa.string()),
        ("text", pa.string()),
        ("captured", pa.string()),
        ("media_type", pa.string()),
        ("status", pa.int16()),
        ("source", pa.string()),
        ("offset", pa.int64()),
        ("length", pa.int64()),
        ("position", pa.int64()),
        ("payload_digest", pa.string()),
        ("headers", pa.list_(pa.struct([("name", pa.string()), ("value", pa.string())]))),
        ("metadata", pa.string()),
    ]
)
SKIP_SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("offset", pa.int64()),
        ("length", pa.int64()),
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("n_records", pa.int32()),
        ("lost", pa.bool_()),
    ]
)
ID_FIELD = pa.field("id", pa.string())
STEP = "evidence"
_MAX_DETAIL = 200


@dataclass(slots=True)
class Tally:
    """How a shard was accounted for, in the shard's unit.

    Attributes:
        first: Where the first item starts; -1 when there is none.
        end: Where the last item ends.
        parsed: Units inside records that were labelled.
        skipped: Units inside everything else.
        n_read: Records told apart.
        n_labelled: Records that were labelled; the rest of `n_read` was skipped.
    """

    first: int = -1
    end: int = 0
    parsed: int = 0
    skipped: int = 0
    n_read: int = 0
    n_labelled: int = 0

    def count(self, item: Record | Skip) -> None:
        """Count an item; a record that was not labelled comes as the skip it became."""
        self.first = item.offset if self.first < 0 else self.first
        self.end = max(self.end, item.offset + item.length)
        if isinstance(item, Record):
            self.parsed += item.length
            self.n_labelled += 1
            self.n_read += 1
        else:
            self.skipped += item.length
            self.n_read += item.n_records


def prepare(item: Item) -> Item:
    """Load what the pass needs once a process.

    Args:
        item: `labels`, `text`, and what labels name in their `settings`, of the items of `run`.

    Returns:
        Nothing.
    """
    _measure(_settings(item), item["text"])
    return {}


def run(item: Item) -> Item:
    """Run the pass on one shard, unless its commit record stands already.

    Args:
        item: `root`, `shard`, `floor` (what starts before it is left to the shard before), `labels`, `text`,
            `limits`, `cpu_limit_s`, `max_deaths`, and what labels name in their `settings`.

    Returns:
        `{"shard": name}`, or `{"error": …}` for what the whole run must stop at.
    """
    shard = Shard(**item["shard"])
    layout = Layout(Path(item["root"]))
    commit = layout.commit(STEP, shard.name)
    if not commit.exists():
        write_json(commit, asdict(_read(shard, layout, item)))
        drop(layout.journal(shard.name))
    return {"shard": shard.name}


def _read(shard: Shard, layout: Layout, item: Item) -> Tally:
    measure, known = _measure(_settings(item), item["text"]), deaths(layout, shard.name)
    docket = Docket(known, max_deaths=item["max_deaths"])
    documents, skips = layout.documents(shard.name), layout.skips(shard.name)
    paths = {name: layout.label(name, shard.name) for name in item["labels"]}
    schemas = {documents: DOCUMENT_SCHEMA, skips: SKIP_SCHEMA}
    schemas |= {paths[name]: LABELS[name].schema.insert(0, ID_FIELD) for name in item["labels"]}
    tally = Tally()
    with (
        Tables(schemas).open() as tables,
        crumb.dropping(layout.crumb(shard.name), cpu_limit_s=item["cpu_limit_s"]) as mark,
        _journal(layout.journal(shard.name), item["labels"], wanted=known is not None) as journal,
    ):
        for found in SOURCES[shard.kind].read(shard, Limits(**item["limits"])):
            if found.offset < item["floor"]:
                continue
            if isinstance(found, Record):
                outcome = docket.skip(found) or _tried(found, measure, mark, journal)
            else:
                outcome = found
            if isinstance(outcome, Skip):
                tally.count(outcome)
                tables.add({skips: [skip_row(outcome)]}, weight_bytes=256)
                continue
            outcome.row["position"] = tally.n_labelled
            tally.count(found)
            rows = {documents: [outcome.row]} | {paths[name]: [row] for name, row in outcome.labels.items()}
            tables.add(rows, weight_bytes=2_048 + 4 * len(outcome.row["text"]))
    return tally


@dataclass(frozen=True, slots=True)
class _Measured:
    row: dict[str, Any]
    labels: dict[str, dict[str, Any]]


@contextmanager
def _journal(folder: Path, labels: Sequence[str], *, wanted: bool) -> Iterator[Journal | None]:
    """Keep a journal of a shard that has cost a worker; others need none."""
    if not wanted:
        yield None
        return
    columns = [pa.field(name, pa.struct(LABELS[name].schema.insert(0, ID_FIELD))) for name in labels]
    parts = {"row": DOCUMENT_SCHEMA, "labels": columns, "skip": SKIP_SCHEMA}
    schema = pa.schema([ID_FIELD, *(pa.field(name, pa.struct(list(part))) for name, part in parts.items())])
    with closing(Journal(folder, schema)) as journal:
        yield journal


def _tried(record: Record, measure: _Measure, mark: crumb.Crumb, journal: Journal | None) -> _Measured | Skip:
    """Measure a record under a crumb, unless the journal knows what came of it."""
    known = journal.recall(record.id) if journal else None
    if known is not None:
        return Skip(**known["skip"]) if known["skip"] else _Measured(known["row"], known["labels"])
    mark.at(record.id, record.offset)
    outcome = measure(record)
    mark.done()
    if journal:
        made = {"skip": skip_row(outcome)} if isinstance(outcome, Skip) else asdict(outcome)
        journal.keep({"id": record.id, **made})
    return outcome


def _settings(item: Item) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Name the labels of a pass, each with what it takes of the configuration."""
    wanted = {name: getattr(LABELS[name], "settings", ()) for name in item["labels"]}
    return tuple((name, tuple((key, item[key]) for key in keys)) for name, keys in wanted.items())


@cache
def _measure(labels: tuple[tuple[str, tuple[tuple[str, str], ...]], ...], text: str) -> _Measure:
    """Load labels once a process, since workers take shard after shard.

    A page of no account is measured first, so that no record pays in its CPU time for what loads late.
    """
    measure = _Measure([LABELS[name](**dict(settings)) for name, settings in labels], text)
    measure(_BLANK)
    return measure


_BLANK = Record(
    id="",
    source="",
    offset=0,
    length=0,
    url="",
    media_type="text/html",
    charset="utf-8",
    captured="",
    captured_from="",
    status=200,
    headers=(),
    payload=b"<html><head><title>Blank</title></head><body><p>Nothing is said here, and it is "
    b"said in so many words, and as a sentence, that every label has something to look at.</p></body></html>",
    payload_digest="",
)


class _Measure:
    """Open a record and measure every label; a record that resists becomes a skip."""

    def __init__(self, labels: Sequence[Label], text: str) -> None:
        self._labels = labels
        self._extract = EXTRACTORS[text]

    def __call__(self, record: Record) -> _Measured | Skip:
        try:
            document = open_document(record, self._extract)
        except HeadwaterError:
            raise
        except TangledError as error:
            return _skip(record, "html-too-tangled", str(error))
        except Exception as error:  # noqa: BLE001  # A hostile page must not stop a crawl; it is counted.
            return _skip(record, "extract-error", _line(error))
        labels = {}
        for label in self._labels:
            try:
                labels[label.name] = {"id": record.id, **label.measure(document)}
            except HeadwaterError:
                raise
            except Exception as error:  # noqa: BLE001  # As above: named, counted, and the run goes on.
                return _skip(record, f"label-error:{label.name}", _line(error))
        return _Measured(document_row(record, document.text), labels)


def _line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".replace("\n", " ")[:_MAX_DETAIL]


def _skip(record: Record, reason: str, detail: str) -> Skip:
    return Skip(record.source, record.offset, record.length, reason, detail)


def skip_row(skip: Skip) -> dict[str, Any]:
    """Give a skip as a row of `SKIP_SCHEMA`."""
    return {name: getattr(skip, name) for name in SKIP_SCHEMA.names}


def document_row(record: Record, text: str) -> dict[str, Any]:
    """Give a document as a row of `DOCUMENT_SCHEMA`, without its position."""
    return {
        "id": record.id,
        "url": record.url,
        "text": text,
        "captured": record.captured or None,
        "media_type": record.media_type,
        "status": record.status,
        "source": record.source,
        "offset": record.offset,
        "length": record.length,
        "payload_digest": record.payload_digest,
        "headers": [{"name": name, "value": value} for name, value in record.headers],
        "metadata": record.metadata or None,
    }
