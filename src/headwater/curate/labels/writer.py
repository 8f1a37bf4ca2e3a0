"""The label `writer-1`: the group that a row names its writer as one of."""

from __future__ import annotations

import json
from typing import ClassVar, final

import pyarrow as pa

from headwater.curate.document import Document
from headwater.curate.labels.label import Row, View


@final
class Writer:
    """Read the field of a row that names the writer's group, such as `non-native`.

    What the source says, no guess: nobody's group is told from how they write. A calibration with the same
    groups ranks each writer among their own.
    """

    name: ClassVar[str] = "writer-1"
    schema: ClassVar[pa.Schema] = pa.schema([("group", pa.string())])
    view: ClassVar[View] = View(
        title="Writers' groups",
        note="What the rows say of who wrote them. It is never guessed from the text.",
        tally=lambda row: [row["group"]] if row["group"] else [],
    )
    settings: ClassVar[tuple[str, ...]] = ("writer_field",)
    needs: ClassVar[str] = "writer_field"

    def __init__(self, writer_field: str = "") -> None:
        """Name the field; with none, nothing is measured."""
        self._field = writer_field

    def measure(self, document: Document) -> Row:
        """Read the field; null where the row has none, or one that is no text."""
        held = document.record.metadata
        facts = json.loads(held) if held and self._field else {}
        group = facts.get(self._field) if isinstance(facts, dict) else None
        return {"group": group if isinstance(group, str) and group else None}
