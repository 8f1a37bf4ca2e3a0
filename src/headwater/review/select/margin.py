"""The documents nearest to a detector's boundary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from headwater.review.select.batch import Drawn, lowest
from headwater.review.select.chunk import Chunk, Floats
from headwater.review.select.sketch import Longs, Sketch


@dataclass(frozen=True, slots=True)
class Margin:
    """Take the smallest margin between two chances, by the least sure detector."""

    name = "margin-1"

    def spec(self) -> Mapping[str, Any]:
        """Give all settings, as a JSON value."""
        return {}

    def rate(self, documents: Chunk, number: Floats) -> tuple[Floats, Longs]:
        """Give the margin."""
        margin = np.abs(2.0 * documents.p_human - 1.0).min(axis=1)
        return margin, np.ones(len(documents), dtype=np.int64)

    def draw(self, sketch: Sketch, n: int, rng: np.random.Generator) -> Drawn:
        """Take the first n documents; no chance is left, so there is no pi."""
        return lowest(sketch.best, n)
