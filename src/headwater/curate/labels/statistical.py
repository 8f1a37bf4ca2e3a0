"""The label `statistical-1`: how much a text reads like generated text, as a score that decides nothing."""

from __future__ import annotations

from typing import ClassVar

import pyarrow as pa

from headwater.curate.document import Document
from headwater.curate.labels.label import Row, View

_WIDE = 60


class Statistical:
    """Score the running text by weights that ship with the package.

    The score is a log odds on the texts the weights were trained on, and no probability anywhere else. Only
    its rank among human texts of the same kind means something, which is what `curate calibrate` gives. What
    the weights know and what they do not is in the model card, `docs/reference/statistical-label.md`.
    """

    name: ClassVar[str] = "statistical-1"
    schema: ClassVar[pa.Schema] = pa.schema(
        [("score", pa.float32()), ("n_scored_words", pa.int32()), ("form", pa.string())]
    )
    view: ClassVar[View] = View(
        title="Statistics of the text",
        note="A higher score reads more like generated text. It is no probability and decides nothing: "
        "it means something only beside the scores of human texts of the same kind.",
        tally=lambda row: ["too short to say anything of"] if row["n_scored_words"] < 50 else [],
        histogram_of="score",
        column="score",
        edges=tuple(range(-12, 13)),
    )

    def __init__(self) -> None:
        """Read the weights."""
        from headwater.curate.statistical.weights import scorer, shipped

        self._score = scorer(shipped())

    def measure(self, document: Document) -> Row:
        """Score the text, count the words it stands on, and tell prose from lines."""
        score, n_words = self._score(document.text)
        return {"score": score, "n_scored_words": n_words, "form": form_of(document.text)}


def form_of(text: str) -> str:
    """Tell running prose from what is set in lines: verse, tables, code, lists.

    Args:
        text: Any text; the first 8,000 characters count.

    Returns:
        `prose` when most characters stand in lines of 60 characters or more, `lines` otherwise and for an
        empty text.
    """
    lines = [line for line in text[:8_000].splitlines() if line.strip()]
    in_prose = sum(len(line) for line in lines if len(line) >= _WIDE)
    return "prose" if 2 * in_prose > sum(map(len, lines)) else "lines"
