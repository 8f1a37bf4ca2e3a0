"""Which words of a fixed sample a text has, so that a decision's toll on words can be counted."""

from __future__ import annotations

from typing import ClassVar

import pyarrow as pa

from headwater.curate.document import Document
from headwater.curate.labels.label import Row, View
from headwater.curate.words import counted


class Vocabulary:
    """Keep one word in sixteen, the same in every text, and count all.

    What a word is `headwater.curate.words.words_of` says; which are kept their CRC-32 decides, so that
    counts of documents are exact for every word kept. The audit of the decision adds them up.
    """

    name: ClassVar[str] = "vocabulary-1"
    schema: ClassVar[pa.Schema] = pa.schema([("n_types", pa.int32()), ("sample", pa.list_(pa.binary()))])
    view: ClassVar[View] = View(
        title="Vocabulary",
        note="Different words in each document; what the decision did to rare words stands in the audit.",
        tally=lambda _: (),
        histogram_of="different words in the document",
        column="n_types",
        edges=(0, 1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000),
    )

    def measure(self, document: Document) -> Row:
        """List the words of the text and keep the sample."""
        n_types, sample = counted(document.text)
        return {"n_types": n_types, "sample": sample}
