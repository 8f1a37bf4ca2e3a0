"""Our labels as a callable for `map_batches` of Ray Data."""

from __future__ import annotations

from typing import final

import pyarrow as pa

from headwater.curate.adapters.labelling import Labelling, label_table


@final
class LabelBatch:
    """Lay labels beside every row of an Arrow batch; none is dropped.

    Ray Data makes one in every actor: `map_batches(LabelBatch, batch_format="pyarrow", concurrency=4)`, with
    the arguments in `fn_constructor_kwargs`.

    Source:
        `ray.data.Dataset.map_batches`, Ray 2.60.
    """

    def __init__(self, labelling: Labelling | None = None, text_column: str = "text") -> None:
        """Say what is measured.

        Args:
            labelling: What is measured; language and statistics if not given.
            text_column: Where the text stands.
        """
        self._labelling, self._text_column = labelling or Labelling(), text_column

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Label a batch."""
        return label_table(batch, self._labelling, text_column=self._text_column)
