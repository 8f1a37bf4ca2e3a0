"""The label `membership-1`: whether a document is in a sealed reserve, where, and how good its date is."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import ClassVar, final

import pyarrow as pa

from headwater.curate.document import Document
from headwater.curate.labels.duplicate import Duplicate
from headwater.curate.labels.label import Row, View

_SCHEMA = pa.schema(
    [
        ("match", pa.string()),
        ("likeness", pa.float32()),
        ("reserve", pa.string()),
        ("position", pa.int64()),
        ("grade", pa.string()),
        ("date", pa.string()),
        ("date_entry", pa.int64()),
    ]
)
_NOTHING: Row = dict.fromkeys(_SCHEMA.names)


@final
class Membership:
    """Look a document up in the reserves of the run.

    `match` says how it was found: by its `payload`, its `text` with white space folded, its `letters` alone,
    or as `near` by MinHash, with the `likeness` there. `headwater reserve prove` gives the proof of the
    document at `position`.
    """

    name: ClassVar[str] = "membership-1"
    schema: ClassVar[pa.Schema] = _SCHEMA
    view: ClassVar[View] = View(
        title="Membership",
        note="Documents that a sealed reserve holds too, by how they were found and how good the evidence of "
        "their date is. A date says when a text was there, not who wrote it.",
        tally=lambda row: [f"{row['match']}, date {row['grade']}"] if row["match"] else [],
    )
    settings: ClassVar[tuple[str, ...]] = ("reserves", "root")
    needs: ClassVar[str] = "reserves"

    def __init__(self, reserves: str = "", root: str = "") -> None:
        """Map the roll of the run.

        Args:
            reserves: Which reserves, as `roll.encode` writes them; with none, nothing is measured.
            root: Folder of the run.
        """
        self._roll = None
        if reserves:
            from headwater.curate.layout import Layout
            from headwater.curate.roll import Roll

            self._roll, self._sign = Roll(Layout(Path(root)).roll), Duplicate()

    def measure(self, document: Document) -> Row:
        """Find the member that proves most."""
        if self._roll is None:
            return _NOTHING
        from headwater.curate.roll import forms

        found = self._roll.find(forms(document, self._sign.measure(document)))
        if found is None:
            return _NOTHING
        row = asdict(found)
        return row | {"date": row["date"] or None}
