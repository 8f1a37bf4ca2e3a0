"""The documents that detectors are least sure of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from headwater.review.select.batch import Drawn, lowest
from headwater.review.select.chunk import Chunk, Floats, entropy
from headwater.review.select.sketch import Longs, Sketch


@dataclass(frozen=True, slots=True)
class Entropy:
    """Take the highest entropy of the mean detector."""

    name = "entropy-1"

    def spec(self) -> Mapping[str, Any]:
        """Give all settings, as a JSON value."""
        return {}

    def rate(self, documents: Chunk, number: Floats) -> tuple[Floats, Longs]:
        """Give the entropy, turned round."""
        return -entropy(documents.p_human), np.ones(len(documents), dtype=np.int64)

    def draw(self, sketch: Sketch, n: int, rng: np.random.Generator) -> Drawn:
        """Take the first n documents; no chance is left, so there is no pi."""
        return lowest(sketch.best, n)
