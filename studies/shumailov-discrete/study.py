"""A discrete law fitted exactly to its own samples: it ends as one type, each with its own chance."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from scipy import stats

from headwater.collapse import Corpus, Lab, models, run, theory
from headwater.collapse.engines.multinomial import compact, step
from headwater.collapse.study import Band, Fan, Setting, Study, Told, Value, Work, beside, mean

SIZE = 100
SHARES = (0.5, 0.25, 0.15, 0.07, 0.03)
FIXATIONS, REPLICATES, GENERATIONS = 2_000, 1_000, 200
AT = (10, 50, 100, 200)


def fix(counts: list[int], rng: np.random.Generator) -> dict[str, Any]:
    """Draw generations until one type is left; keep when, and which."""
    times, types = [], []
    for _ in range(FIXATIONS):
        alive, generation = compact(counts), 0
        while alive.types.size > 1:
            alive, generation = step(alive, SIZE, rng), generation + 1
        times.append(generation)
        types.append(int(alive.types[0]))
    return {"times": times, "types": types}


def diversity(rng: np.random.Generator) -> dict[str, Any]:
    """Run M distinct types for a fixed number of generations."""
    lab = Lab(models.Categorical(), Corpus(np.arange(SIZE)), SIZE, GENERATIONS, replicates=REPLICATES)
    done = run(lab, rng)
    types, variety = done.statistics["types"], done.statistics["heterozygosity"]
    found = {str(g): [float(variety[g].mean()), float(variety[g].std(ddof=1)) / REPLICATES**0.5] for g in AT}
    return {"types": np.quantile(types, (0.05, 0.5, 0.95), axis=1).tolist(), "variety": found}


def cells(model: str) -> Mapping[str, Work]:
    """List three cells: fixation from unequal shares and from distinct types, and diversity."""
    unequal = [round(SIZE * p) for p in SHARES]
    return {
        "fixation": partial(fix, unequal),
        "time": partial(fix, [1] * SIZE),
        "diversity": diversity,
    }


def tell(model: str, results: Mapping[str, Mapping[str, Any]]) -> Told:
    """Hold fixation, its time and the loss of diversity against the theory of drift."""
    values = {}
    ended = np.bincount(results["fixation"]["types"], minlength=len(SHARES))
    for p, n in zip(SHARES, ended.tolist(), strict=True):
        se = (p * (1.0 - p) / FIXATIONS) ** 0.5
        values[f"ended as the type with p = {p:g}"] = Value(n / FIXATIONS, se, p)
    chance = stats.chisquare(ended, FIXATIONS * np.array(SHARES)).pvalue
    values["chi-square p-value of all types"] = Value(float(chance))
    values["time to one type, from M distinct"] = mean(
        results["time"]["times"], peer=theory.fixation_time(SIZE)
    )
    initial = 1.0 - 1.0 / SIZE
    for g in AT:
        law = float(theory.heterozygosity(initial, theory.loss_replace(g, SIZE)))
        values[f"heterozygosity at generation {g}"] = beside(results["diversity"]["variety"][str(g)], law)
    low, middle, high = (tuple(row) for row in results["diversity"]["types"])
    expected, _ = theory.expected_types(np.ones(SIZE), GENERATIONS)
    band = Band("types, M = 100", middle, low, high, tuple(expected.tolist()))
    return Told(values, (Fan("Types left", "types", tuple(range(GENERATIONS + 1)), (band,), log=True),))


STUDY = Study(
    title="An exactly fitted discrete law ends in one type, which is a draw from the truth.",
    paper="Shumailov et al. (2024), Nature 631:755, discrete distributions with exact approximation.",
    settings=(
        Setting("approximation", "exact", "exact"),
        Setting("samples a generation M", "any", f"{SIZE}"),
        Setting("replicates", "none; a proof", f"{FIXATIONS} fixations, {REPLICATES} of {GENERATIONS} fits"),
    ),
    cells=cells,
    tell=tell,
    workers=2,
)

if __name__ == "__main__":
    from headwater.cli.study import main

    main(__file__)
