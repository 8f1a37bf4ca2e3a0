"""The generic engine: fit, mix, fit again, for any model and any plan, one replicate at a time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from headwater.collapse.batch import Batch, concatenate, of
from headwater.collapse.lab import Lab, Mapper, Trace
from headwater.collapse.mix import draft_of
from headwater.collapse.models.model import Fitted

Row = tuple[Mapping[str, float], float, Mapping[str, float]]


def fits(lab: Lab) -> bool:
    """Tell whether this engine can run a recursion: any with a replicate."""
    return lab.replicates >= 1


def simulate(lab: Lab, rng: np.random.Generator, *, mapper: Mapper = map) -> Trace:
    """Run every replicate by fitting and sampling.

    Args:
        lab: The recursion.
        rng: Where randomness comes from; each replicate gets a child of its own.
        mapper: Runs the replicates, such as the `map` of a process pool.

    Returns:
        The summary of every fitted model.
    """
    runs = list(mapper(partial(_replicate, lab), rng.spawn(lab.replicates)))
    names = runs[0][0][0].keys()
    statistics = {
        name: np.array([[row[0][name] for row in run] for run in runs], dtype=np.float64).T for name in names
    }
    notes = tuple(_summed([run[g][2] for run in runs]) for g in range(lab.generations + 1))
    return Trace(statistics, np.array([[row[1] for row in run] for run in runs]).T, notes)


def _replicate(lab: Lab, rng: np.random.Generator) -> list[Row]:
    pool = batch = of(lab.human.first(lab.size, rng), human=True, born=0)
    fitted = _fit(lab, batch, rng)
    rows: list[Row] = [(fitted.summary(), batch.human_share(), {})]
    for generation in range(1, lab.generations + 1):
        start = draft_of(generation, lab.size, human=lab.human, fitted=fitted, pool=pool, rng=rng)
        draft = lab.plan.compose(start)
        if lab.plan.keeps() and draft.new is not None:
            pool = concatenate(pool, draft.new)
        fitted = _fit(lab, draft.batch, rng)
        rows.append((fitted.summary(), draft.batch.human_share(), draft.notes))
    return rows


def _fit(lab: Lab, batch: Batch, rng: np.random.Generator) -> Fitted:
    if batch.uniform():
        return lab.model.fit(batch.data, rng=rng)
    if lab.model.weighted:
        return lab.model.fit(batch.data, rng=rng, weights=batch.weights)
    p = batch.weights / batch.weights.sum()
    drawn = np.sort(rng.choice(len(batch), size=len(batch), p=p))
    return lab.model.fit(batch.data[drawn], rng=rng)


def _summed(notes: list[Mapping[str, float]]) -> Mapping[str, float]:
    names = sorted({name for n in notes for name in n})
    return {name: float(sum(n.get(name, 0.0) for n in notes)) for name in names}
