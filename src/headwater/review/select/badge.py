"""Documents whose labels would move a linear detector in many directions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from headwater.review.select.batch import Drawn, probes
from headwater.review.select.chunk import Chunk, Floats
from headwater.review.select.sketch import Longs, Sketch


@dataclass(frozen=True, slots=True)
class Badge:
    """Draw by squared distance between gradients of the loss at the likelier label.

    The gradient of the log-loss of a linear detector is (p - y) x, with y the likelier label.

    Source:
        J. T. Ash, C. Zhang, A. Krishnamurthy, J. Langford and A. Agarwal (2020), ICLR: BADGE, with the
        vectors in place of a network's last layer.
    """

    name = "badge-1"

    def spec(self) -> Mapping[str, Any]:
        """Give all settings, as a JSON value."""
        return {}

    def rate(self, documents: Chunk, number: Floats) -> tuple[Floats, Longs]:
        """Give the number itself: candidates are a simple random sample."""
        return number, np.ones(len(documents), dtype=np.int64)

    def draw(self, sketch: Sketch, n: int, rng: np.random.Generator) -> Drawn:
        """Draw n documents by k-means++; their chances are not known: no pi."""
        pool = sketch.best.documents
        p = pool.p_human.mean(axis=1)
        gradient = ((p - (p >= 0.5))[:, None] * pool.vector).astype(np.float64)
        gap, rows = (gradient**2).sum(axis=1), list[int]()
        while len(rows) < min(n, len(pool)):
            law = gap if gap.sum() > 0 else np.isin(np.arange(len(pool)), rows, invert=True).astype(float)
            rows.append(int(rng.choice(len(pool), p=law / law.sum())))
            gap = np.minimum(gap, ((gradient - gradient[rows[-1]]) ** 2).sum(axis=1))
            gap[rows] = 0.0
        return probes(pool.take(np.array(rows, dtype=np.intp)))
