"""Our labels as a block of datatrove."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from headwater.curate.adapters.labelling import ERROR, Labelling
from headwater.errors import UnavailableError

try:
    from datatrove.pipeline.base import PipelineStep
except ImportError as missing:
    raise UnavailableError("no datatrove", hint="pip install datatrove") from missing


class LabelStep(PipelineStep):  # type: ignore[misc]  # datatrove is untyped.
    """Put labels into the metadata of every document; none is dropped.

    Source:
        `datatrove.pipeline.base.PipelineStep`, 0.10.
    """

    name = "Headwater labels"
    type = "LABEL"

    def __init__(self, labelling: Labelling | None = None) -> None:
        """Say what is measured; labels are loaded where the block runs.

        Args:
            labelling: What is measured; language and statistics if not given.
        """
        PipelineStep.__init__(self)
        self.labelling = labelling or Labelling()

    def run(self, data: Iterable[Any], rank: int = 0, world_size: int = 1) -> Iterator[Any]:
        """Label documents as they pass, and count those that a label failed on."""
        for document in data or ():
            with self.track_time():
                found = self.labelling.measure(document.text)
            self.stat_update("label_error" if found[ERROR] else "labelled")
            document.metadata.update(found)
            yield document
