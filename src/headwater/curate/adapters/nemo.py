"""Our labels as a stage of NeMo Curator."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from headwater.curate.adapters.labelling import Labelling, label_table
from headwater.errors import UnavailableError

try:
    from nemo_curator.stages.base import ProcessingStage
    from nemo_curator.tasks import DocumentBatch
except ImportError as missing:
    raise UnavailableError("no NeMo Curator", hint="pip install nemo-curator") from missing


@dataclass
class LabelStage(ProcessingStage):  # type: ignore[misc]  # NeMo Curator is untyped here.
    """Lay labels beside every document of a batch; none is dropped.

    Attributes:
        labelling: What is measured.
        text_column: Where the text stands.
        name: Of the stage, in plans.

    Source:
        `nemo_curator.stages.base.ProcessingStage`, 1.4.
    """

    labelling: Labelling = field(default_factory=Labelling)
    text_column: str = "text"
    name: str = "headwater_labels"

    def inputs(self) -> tuple[list[str], list[str]]:
        """Name what a batch must have; its column is looked for when it is read."""
        return ["data"], []

    def outputs(self) -> tuple[list[str], list[str]]:
        """Name what a batch has afterwards."""
        return ["data"], [self.text_column, *self.labelling.schema.names]

    def setup(self, worker_metadata: Any = None) -> None:
        """Load labels once a worker."""
        self.labelling.measure("")

    def ray_stage_spec(self) -> dict[str, Any]:
        """Ask for a worker that lives on, since labels take seconds to load."""
        return {"is_actor_stage": True}

    def process(self, task: Any) -> Any:
        """Label a batch, and give its data back as what it came as."""
        table = label_table(task.to_pyarrow(), self.labelling, text_column=self.text_column)
        return DocumentBatch(
            dataset_name=task.dataset_name,
            data=table if isinstance(task.data, pa.Table) else table.to_pandas(),
            _metadata=task._metadata,  # Its own stages hand both on like this.
            _stage_perf=task._stage_perf,
        )
