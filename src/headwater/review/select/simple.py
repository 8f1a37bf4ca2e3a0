"""Every document with the same chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from headwater.review.select.batch import Drawn, slices
from headwater.review.select.chunk import Chunk, Floats
from headwater.review.select.sketch import Longs, Sketch


@dataclass(frozen=True, slots=True)
class Simple:
    """Draw a simple random sample."""

    name = "simple-1"

    def spec(self) -> Mapping[str, Any]:
        """Give all settings, as a JSON value."""
        return {}

    def rate(self, documents: Chunk, number: Floats) -> tuple[Floats, Longs]:
        """Give the number itself."""
        return number, np.ones(len(documents), dtype=np.int64)

    def draw(self, sketch: Sketch, n: int, rng: np.random.Generator) -> Drawn:
        """Take the n lowest numbers; pi is n / N."""
        chosen = sketch.best.documents.take(np.arange(min(n, len(sketch.best.documents))))
        pi = np.full(len(chosen), len(chosen) / sketch.n_documents)
        return Drawn(chosen, slices("audit", len(chosen)), pi, {})
