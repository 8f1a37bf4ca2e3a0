"""What a label is: columns beside a document, measured one document at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import pyarrow as pa

from headwater.curate.document import Document

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """How the report shows a label.

    Attributes:
        title: Plain heading such as `Language`.
        note: One sentence on what the figures mean and do not mean.
        tally: Row -> names of the facts to count for a document; each counts once.
        histogram_of: What the histogram counts, with its unit; empty for none.
        column: The numeric column it counts.
        edges: Bin edges, increasing; a value outside falls into the first or last bin.
    """

    title: str
    note: str
    tally: Callable[[Row], Iterable[str]]
    histogram_of: str = ""
    column: str = ""
    edges: tuple[float, ...] = ()


class Label(Protocol):
    """Facts, claims or evidence about one document; a label never drops anything.

    The constructor loads what `measure` needs; importing the module loads nothing. It takes nothing, or
    by keyword, each with a default, the fields of `Config` that the class names in `settings`. A class may
    hold `parameters`: constants of its measurement that go into `run.json`, where another value would be
    another version.

    Attributes:
        name: Versioned name such as `language-1`; it goes into files and never changes meaning.
        schema: Arrow schema of the columns `measure` fills, without the id.
        view: How the report shows it.
    """

    name: ClassVar[str]
    schema: ClassVar[pa.Schema]
    view: ClassVar[View]

    def measure(self, document: Document) -> Row:
        """Measure one document.

        Args:
            document: The opened record.

        Returns:
            One value for each column of `schema`. An exception is caught by the pipeline, which
            skips the document under `label-error` and counts it.
        """
        ...


class CorpusLabel(Label, Protocol):
    """A label that also looks at the whole corpus, once all is measured.

    Attributes:
        resolved: Arrow schema of the columns `resolve` adds, without the id.
    """

    resolved: ClassVar[pa.Schema]

    def resolve(self, frame: Any) -> pa.Table:
        """Compute corpus-wide columns from the label's own columns.

        Args:
            frame: Daft DataFrame with `id` and the columns of `schema`, all documents.

        Returns:
            Table of `id` and the columns of `resolved`; documents it does not name get nulls.
        """
        ...
