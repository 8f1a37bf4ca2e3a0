"""Simulated documents in topics, some of them rare."""

from __future__ import annotations

import numpy as np

from headwater.review.select.chunk import Chunk, chunk


def documents(seed: int, n: int, *, n_topics: int = 12, d: int = 8) -> Chunk:
    """Make documents whose topics follow Zipf's law; chances, deficits and costs differ by document."""
    rng = np.random.default_rng(seed)
    centre = np.random.default_rng(77).normal(size=(n_topics, d))
    law = 1.0 / np.arange(1, n_topics + 1)
    topic = rng.choice(n_topics, size=n, p=law / law.sum())
    return chunk(
        rng.choice(2**62, size=n, replace=False).astype(np.uint64),
        centre[topic] + 0.3 * rng.normal(size=(n, d)),
        rng.beta(0.5, 0.5, size=(n, 2)),
        deficit=rng.normal(size=n),
        cost_s=rng.lognormal(3.0, 0.5, size=n),
    )
