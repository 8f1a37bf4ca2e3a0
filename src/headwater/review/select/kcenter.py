"""Documents that lie as far from each other as can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from headwater.review.select.batch import Drawn, probes
from headwater.review.select.chunk import Chunk, Floats
from headwater.review.select.sketch import Longs, Sketch


@dataclass(frozen=True, slots=True)
class KCenter:
    """Take the document farthest from all taken, among a random sample."""

    name = "k-center-1"

    def spec(self) -> Mapping[str, Any]:
        """Give all settings, as a JSON value."""
        return {}

    def rate(self, documents: Chunk, number: Floats) -> tuple[Floats, Longs]:
        """Give the number itself: candidates are a simple random sample."""
        return number, np.ones(len(documents), dtype=np.int64)

    def draw(self, sketch: Sketch, n: int, rng: np.random.Generator) -> Drawn:
        """Take n documents; no chance is left, so there is no pi."""
        from headwater.review.select.spread import farthest, grid

        pool = sketch.best.documents
        rows = farthest(grid(pool.vector), grid(pool.vector[:0]), np.ones(len(pool)), min(n, len(pool)))
        return probes(pool.take(rows))
