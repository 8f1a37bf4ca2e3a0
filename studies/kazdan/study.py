"""Replace, accumulate, or subsample what accumulated: variance kept over dimensions and sample sizes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from headwater.collapse import Lab, Normal, NormalNd, mix, models, run, theory
from headwater.collapse.study import Band, Fan, Phase, Setting, Study, Told, Value, Work, beside

DIMENSIONS, SIZES = (1, 3, 10, 31, 100), (10, 32, 100, 316, 1_000)
KEEPS = ("replace", "accumulate-subsample", "accumulate")
GENERATIONS, SEEDS = 100, {1: 1_000, 3: 100, 10: 100, 31: 100, 100: 100}
FEW = {1: 100}  # seeds of the subsample, which needs the samples themselves; 20 in more dimensions


def arm(dimension: int, size: int, keep: str, rng: np.random.Generator) -> dict[str, Any]:
    """Run one cell of the grid; keep the variance left, by generation."""
    plan = mix.plan(mix.INTERVENTIONS[keep]())
    seeds = FEW.get(dimension, 20) if keep == "accumulate-subsample" else SEEDS[dimension]
    if dimension == 1:
        lab = Lab(models.Gaussian(), Normal(), size, GENERATIONS, plan, seeds)
    else:
        lab = Lab(models.GaussianNd(), NormalNd(dimension), size, GENERATIONS, plan, seeds)
    kept = run(lab, rng).statistics["variance"] / dimension
    se = kept.std(axis=1, ddof=1) / kept.shape[1] ** 0.5
    return {"mean": kept.mean(axis=1).tolist(), "se": se.tolist()}


def grid() -> list[tuple[int, int]]:
    """List the cells of the grid."""
    return [(d, m) for d in DIMENSIONS for m in SIZES]


def cells(model: str) -> Mapping[str, Work]:
    """List one cell for each dimension, size and way of keeping data."""
    return {f"d{d}-m{m}-{keep}": partial(arm, d, m, keep) for d, m in grid() for keep in KEEPS}


def tell(model: str, results: Mapping[str, Mapping[str, Any]]) -> Told:
    """Hold the order of the three arms in every cell, and the laws of each."""
    end = {name: found["mean"][-1] for name, found in results.items()}
    error = {name: found["se"][-1] for name, found in results.items()}
    wrong = 0
    for d, m in grid():
        arms = [f"d{d}-m{m}-{keep}" for keep in KEEPS]
        wrong += any(
            end[low] - end[high] > 4.0 * np.hypot(error[low], error[high]) for low, high in pairwise(arms)
        )
    values = {"cells of the grid in another order by 4 se": Value(float(wrong))}
    lose = dict(zip(KEEPS, (theory.loss_replace, theory.loss_subsample, theory.loss_accumulate), strict=True))
    for d, m in ((1, 32), (1, 316), (10, 100), (100, 1_000)):
        for keep in KEEPS:
            found = results[f"d{d}-m{m}-{keep}"]
            expected = 1.0 - float(lose[keep](GENERATIONS + 1, m))
            pair = (found["mean"][-1], found["se"][-1])
            values[f"variance kept, {keep}, d = {d}, M = {m}"] = beside(pair, expected)
    n = np.arange(1, GENERATIONS + 2)
    bands = [
        Band(keep, tuple(results[f"d1-m32-{keep}"]["mean"]), theory=tuple((1.0 - lose[keep](n, 32)).tolist()))
        for keep in KEEPS
    ]
    phases = []
    for keep in KEEPS:
        rows = tuple(tuple(end.get(f"d{d}-m{m}-{keep}", float("nan")) for m in SIZES) for d in DIMENSIONS)
        across, up = ("samples M", tuple(map(float, SIZES))), ("dimension", tuple(map(float, DIMENSIONS)))
        phases.append(Phase(f"Kept, {keep}", "variance kept after 100 generations", across, up, rows))
    fan = Fan("One dimension, M = 32", "mean variance", tuple(range(GENERATIONS + 1)), tuple(bands))
    return Told(values, (fan, *phases))


STUDY = Study(
    title="Replaced data loses its variance, accumulated data keeps it, subsampled data lies between.",
    paper="Kazdan et al. (2025, ICML), arXiv 2410.16713, multivariate Gaussians.",
    settings=(
        Setting("dimension", "1, 3, 10, 31, 100", "1, 3, 10, 31, 100"),
        Setting("samples M", "10, 32, 100, 316, 1000", "10, 32, 100, 316, 1000"),
        Setting("generations", "100", f"{GENERATIONS}"),
        Setting("seeds", "100", "100; 1000 in one dimension; 20 of the subsample in more than one"),
        Setting("other models", "kernel densities, Gemma-2 on HelpSteer2", "not run"),
    ),
    cells=cells,
    tell=tell,
    workers=2,
)

if __name__ == "__main__":
    from headwater.cli.study import main

    main(__file__)
