"""What a label is: columns beside a document, measured one document at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import pyarrow as pa

from headwater.curate.document import Document

Row = Mapping[str, Any]


class Label(Protocol):
    """Facts, claims or evidence about one document; a label never drops anything.

    Attributes:
        name: Versioned name such as `language-1`; it goes into files and never changes meaning.
        schema: Arrow schema of the columns `measure` fills, without the id.
    """

    name: str
    schema: pa.Schema

    def measure(self, document: Document) -> Row:
        """Measure one document.

        Args:
            document: The opened record.

        Returns:
            One value for each column of `schema`. An exception is caught by the pipeline, which
            skips the document under `label-error` and counts it.
        """
        ...


@runtime_checkable
class CorpusLabel(Protocol):
    """A label that also needs to see the whole corpus, once, after every document was measured.

    Attributes:
        resolved: Arrow schema of the columns `resolve` adds, without the id.
    """

    resolved: pa.Schema

    def resolve(self, frame: Any) -> pa.Table:
        """Compute corpus-wide columns from the label's own columns.

        Args:
            frame: Daft DataFrame with `id` and the columns of `schema`, all documents.

        Returns:
            Table of `id` and the columns of `resolved`; documents it does not name get nulls.
        """
        ...
