"""The compacted engine: recursions over types, at the cost of the types still alive."""

from __future__ import annotations

import numpy as np

from headwater.collapse.engines.multinomial import Alive, compact, draw_human, join, step
from headwater.collapse.human import Corpus
from headwater.collapse.lab import Lab, Mapper, Trace
from headwater.collapse.models.categorical import Categorical


def fits(lab: Lab) -> bool:
    """Tell whether this engine can run a recursion.

    Args:
        lab: The recursion.

    Returns:
        Whether it is a categorical law on a corpus of single tokens, replaced, with or without
        fresh data, temperature and nucleus.
    """
    sampling = lab.plan.sampling()
    return (
        lab.replicates >= 1
        and isinstance(lab.model, Categorical)
        and isinstance(lab.human, Corpus)
        and lab.human.block == 1
        and set(lab.plan.names()) <= {"replace", "fresh", "bias"}
        and sampling.beam == 1
        and sampling.scale == 1.0
    )


def simulate(lab: Lab, rng: np.random.Generator, *, mapper: Mapper = map) -> Trace:
    """Run one replicate after the other on the types alive.

    Args:
        lab: A recursion that `fits`.
        rng: Where randomness comes from.
        mapper: Not used.

    Returns:
        Types, heterozygosity and entropy of every training set.
    """
    counts = np.bincount(np.asarray(lab.human.data)) if isinstance(lab.human, Corpus) else np.ones(1)
    names = ("types", "heterozygosity", "entropy_nats")
    out = {name: np.empty((lab.generations + 1, lab.replicates)) for name in names}
    human = compact(counts)
    p = counts / counts.sum()
    for column in range(lab.replicates):
        alive = human if counts.sum() == lab.size else draw_human(p, lab.size, rng)
        for g in range(lab.generations + 1):
            alive = alive if g == 0 else _next(alive, lab, p, rng=rng)
            for name, value in alive.summary().items():
                out[name][g, column] = value
    share = [lab.plan.expected_share(g, size=lab.size) for g in range(lab.generations + 1)]
    shares = np.broadcast_to(np.array(share)[:, None], (lab.generations + 1, lab.replicates))
    return Trace(out, shares)


def _next(alive: Alive, lab: Lab, p: np.ndarray, *, rng: np.random.Generator) -> Alive:
    n_human = min(lab.size, lab.plan.human_samples(lab.size))
    if n_human == lab.size:
        return draw_human(p, n_human, rng)
    drawn = step(alive, lab.size - n_human, rng, sampling=lab.plan.sampling())
    return join(drawn, draw_human(p, n_human, rng)) if n_human else drawn
