"""Replace, accumulate, or subsample what accumulated: variance kept over dimensions and sample sizes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from headwater.collapse import Lab, Law, Normal, mix, models, run, theory
from headwater.collapse.study import Band, Fan, Phase, Setting, Study, Told, Value, Work, beside

DIMENSIONS, SIZES = (1, 3, 10, 31), (10, 32, 100, 316)
KEEPS = ("replace", "accumulate-subsample", "accumulate")
GENERATIONS, SEEDS = 100, {1: 1_000, 3: 20, 10: 20, 31: 20}
MOST = 1_000  # numbers a generation, above which a cell of the grid is left out


def law(dimension: int, n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw standard normal vectors."""
    return rng.standard_normal((n, dimension))


def arm(dimension: int, size: int, keep: str, rng: np.random.Generator) -> dict[str, Any]:
    """Run one cell of the grid; keep the variance left, by generation."""
    plan = mix.plan(mix.INTERVENTIONS[keep]())
    if dimension == 1:
        seeds = SEEDS[1] if keep != "accumulate-subsample" else 100
        lab = Lab(models.Gaussian(), Normal(), size, GENERATIONS, plan, seeds)
    else:
        human = Law(partial(law, dimension))
        lab = Lab(models.GaussianNd(), human, size, GENERATIONS, plan, SEEDS[dimension])
    kept = run(lab, rng).statistics["variance"] / dimension
    se = kept.std(axis=1, ddof=1) / kept.shape[1] ** 0.5
    return {"mean": kept.mean(axis=1).tolist(), "se": se.tolist()}


def grid() -> list[tuple[int, int]]:
    """List the cells of the grid that are run."""
    whole = [(d, m) for d in DIMENSIONS for m in SIZES]
    return [(d, m) for d, m in whole if d * m <= MOST]


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
    for d, m in ((1, 32), (1, 316), (10, 100)):
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
        Setting("dimension", "1, 3, 10, 31, 100", "1, 3, 10, 31"),
        Setting("samples M", "10, 32, 100, 316, 1000", f"10, 32, 100, 316, those with d M <= {MOST}"),
        Setting("generations", "100", f"{GENERATIONS}"),
        Setting("seeds", "100", "1000 in one dimension (100 of the subsample), else 20"),
        Setting("other models", "kernel densities, Gemma-2 on HelpSteer2", "not run"),
    ),
    cells=cells,
    tell=tell,
    workers=2,
)

if __name__ == "__main__":
    from headwater.cli.study import main

    main(__file__)
