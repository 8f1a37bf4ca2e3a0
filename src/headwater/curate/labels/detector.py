"""The label `detector-1`: the score of a detector that the run was given, in place of ours."""

from __future__ import annotations

import math
from typing import ClassVar, final

import pyarrow as pa

from headwater.curate.document import Document
from headwater.curate.labels.label import Row, View


@final
class Detector:
    """Score a text by a language model, a classifier or a function of the user's.

    Higher reads more like generated text; nothing else is known of the score. It decides nothing: it means
    something only beside the scores of human texts of the same kind, as that of `statistical-1` does.
    """

    name: ClassVar[str] = "detector-1"
    schema: ClassVar[pa.Schema] = pa.schema([("score", pa.float32())])
    view: ClassVar[View] = View(
        title="Chosen detector",
        note="A detector that this run was given. It decides nothing: its scores mean something only beside "
        "those of human texts of the same kind.",
        tally=lambda row: ["scored"] if row["score"] is not None else [],
    )
    settings: ClassVar[tuple[str, ...]] = ("detector",)
    needs: ClassVar[str] = "detector"

    def __init__(self, detector: str = "") -> None:
        """Load the detector.

        Args:
            detector: Which, as `detectors.choice.encode` writes it; with none, nothing is measured.
        """
        self._score = None
        if detector:
            from headwater.curate.detectors.choice import parse

            self._score = parse(detector).open()

    def measure(self, document: Document) -> Row:
        """Score the text.

        Raises:
            ValueError: If the detector gives no number.
        """
        if self._score is None:
            return {"score": None}
        score = self._score(document.text)
        if not math.isfinite(score):
            raise ValueError(f"the detector gave {score}")
        return {"score": score}
