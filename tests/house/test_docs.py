"""What a user can name is documented: commands, options, labels, sources, reasons, decisions."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.house.tree import PACKAGE, ROOT

DOCS = ROOT / "docs"
# The tables whose entries a user meets by name.
TABLES = [
    ("headwater.curate.labels", "LABELS"),
    ("headwater.sources", "SOURCES"),
    ("headwater.curate.policy", "REASONS"),
    ("headwater.collapse.models", "MODELS"),
    ("headwater.collapse.mix", "INTERVENTIONS"),
    ("headwater.collapse.engines", "ENGINES"),
    ("headwater.measure.table", "METRICS"),
    ("headwater.reserve.evidence", "METHODS"),
    ("headwater.watermark.schemes", "SCHEMES"),
]
TOCTREE = re.compile(r"^```\{toctree\}\n(.*?)^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


@cache
def reference() -> str:
    """Join the reference pages."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((DOCS / "reference").rglob("*.md")))


@cache
def headings() -> str:
    """Join the headings of the reference pages."""
    return "\n".join(HEADING.findall(reference()))


def table(module: str, attribute: str) -> Mapping[str, Any]:
    """Fetch a table of variants by name, keyed by variant."""
    found = getattr(importlib.import_module(module), attribute)
    return found if isinstance(found, Mapping) else {entry.name: entry for entry in found}


def missing(names: Iterable[str], text: str) -> list[str]:
    """List the names that the text does not give in code type."""
    return [name for name in names if f"`{name}`" not in text]


def test_every_label_has_a_section() -> None:
    assert missing(table("headwater.curate.labels", "LABELS"), headings()) == []


def test_every_column_of_a_label_is_named() -> None:
    labels = table("headwater.curate.labels", "LABELS").values()
    columns = [
        name for label in labels for schema in ("schema", "resolved") for name in _names(label, schema)
    ]

    assert missing(columns, reference()) == []


def _names(label: Any, schema: str) -> list[str]:
    return list(getattr(getattr(label, schema, None), "names", ()))


def test_every_kind_of_disclosure_is_named() -> None:
    kinds = importlib.import_module("headwater.curate.disclosure.claim").Kind

    assert missing([kind.value for kind in kinds], reference()) == []


@pytest.mark.parametrize(("module", "attribute"), TABLES)
def test_every_entry_of_a_table_is_named(module: str, attribute: str) -> None:
    assert missing(table(module, attribute), reference()) == []


@pytest.mark.parametrize(("module", "attribute"), TABLES)
def test_a_table_is_not_empty(module: str, attribute: str) -> None:
    assert len(table(module, attribute)) >= 1


def commands() -> Iterator[tuple[str, Any]]:
    """Yield every command of the command line with its full name."""
    app = importlib.import_module("headwater.cli.main").app
    pending: list[tuple[str, Any]] = [("headwater", app)]
    while pending:
        path, command = pending.pop()
        yield path, command
        pending.extend((f"{path} {name}", inner) for name, inner in getattr(command, "commands", {}).items())


def test_every_command_is_named_and_has_help() -> None:
    for path, command in commands():
        assert command.help, path
        assert f"`{path}`" in reference() or f"{path} " in headings(), path


def test_every_option_is_named() -> None:
    options = {
        option
        for _, command in commands()
        for parameter in command.params
        for option in getattr(parameter, "opts", [])
        if option.startswith("--")
    }

    text = reference()

    assert sorted(option for option in options if not re.search(rf"{re.escape(option)}\b", text)) == []


def test_every_page_hangs_in_a_table_of_contents() -> None:
    for page in sorted(DOCS.rglob("*.md")):
        if page.name in {"index.md", "template.md"} or "_build" in page.parts:
            continue
        entries = toctree(page.parent / "index.md")

        assert any(fnmatch(page.stem, entry) for entry in entries), page.relative_to(DOCS)


def toctree(index: Path) -> list[str]:
    """List the entries, globs too, of an index page's tables of contents."""
    blocks = re.findall(
        r"^```\{toctree\}\n(.*?)^```", index.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    return [line for block in blocks for line in block.splitlines() if line and not line.startswith(":")]


def test_every_decision_record_has_a_number_and_the_four_parts() -> None:
    for path in (DOCS / "adr").glob("0*.md"):
        text = path.read_text(encoding="utf-8")

        assert re.fullmatch(r"\d{4}-[a-z0-9-]+", path.stem)
        for part in ("Status", "Context", "Decision", "Consequences"):
            assert re.search(rf"^#+ {part}|^\*\*{part}", text, re.MULTILINE), f"{path.name}: {part}"


def test_the_glossary_is_in_order_and_defines_each_word_once() -> None:
    words = re.findall(
        r"^([a-z][\w -]*)\n: ", (DOCS / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE
    )

    assert len(words) >= 20
    assert words == sorted(set(words))


def test_every_part_of_the_package_is_on_the_map() -> None:
    parts = {
        path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    architecture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")

    assert sorted(p for p in parts - {"__init__", "__main__"} if p not in architecture) == []
