"""Real and synthetic data weighed by the golden ratio: the best weight, and what it is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

import numpy as np

from headwater.collapse import Lab, Normal, mix, models, run, theory
from headwater.collapse.mix import Draft, Stage
from headwater.collapse.study import Band, Fan, Setting, Study, Told, Value, Work

SIZE, GENERATIONS, REPLICATES = 200, 24, 800
SETTLED = 12  # generations after which the drift is at its limit to a part in a thousand
RATIOS = (0.25, 1.0, 4.0)  # real samples to one synthetic


@dataclass(frozen=True, slots=True)
class Weighted:
    """Give human samples a fixed weight together."""

    name: ClassVar[str] = "weighted"
    stage: ClassVar[Stage] = Stage.WEIGH
    weight: float

    def __call__(self, draft: Draft) -> Draft:
        """Weigh the batch."""
        human = draft.batch.human
        w, n = self.weight, int(human.sum())
        weights = np.where(human, w / n, (1.0 - w) / (human.size - n))
        return replace(draft, batch=draft.batch.weighted(weights * human.size))

    def expected_share(self, share: float, *, generation: int, size: int) -> float:
        """Give the weight."""
        return self.weight


def arm(ratio: float, weight: float | None, rng: np.random.Generator) -> dict[str, Any]:
    """Run one recursion of a mean; keep how far it wandered."""
    share = ratio / (1.0 + ratio)
    weigh = mix.Golden() if weight is None else Weighted(weight)
    plan = mix.plan(mix.Fresh(share), weigh)
    done = run(Lab(models.Gaussian(), Normal(), SIZE, GENERATIONS, plan, REPLICATES), rng)
    squared = done.statistics["mean"] ** 2
    settled = squared[SETTLED:].mean(axis=0)
    return {
        "drift": [float(settled.mean()), float(settled.std(ddof=1)) / REPLICATES**0.5],
        "by_generation": squared.mean(axis=1).tolist(),
        "weight": float(done.human_share[-1].mean()),
    }


def cells(model: str) -> Mapping[str, Work]:
    """List golden weights, pooling, and weights to either side of the best."""
    found: dict[str, Work] = {}
    for k in RATIOS:
        golden, pooled = theory.golden_weight(k), k / (1.0 + k)
        found[f"golden-{k:g}"] = partial(arm, k, None)
        found[f"pooled-{k:g}"] = partial(arm, k, pooled)
    golden = theory.golden_weight(1.0)
    return found | {
        "lighter-1": partial(arm, 1.0, golden - 0.2),
        "heavier-1": partial(arm, 1.0, golden + 0.2),
    }


def tell(model: str, results: Mapping[str, Mapping[str, Any]]) -> Told:
    """Turn drift into effective samples for one real one."""
    values = {}
    for k in RATIOS:
        real = SIZE * k / (1.0 + k)
        values[f"golden weight, k = {k:g}"] = Value(results[f"golden-{k:g}"]["weight"])
        for arm_ in ("golden", "pooled"):
            drift, se = results[f"{arm_}-{k:g}"]["drift"]
            worth = 1.0 / (drift * real)
            values[f"n_e / n_r, {arm_}, k = {k:g}"] = Value(worth, worth * se / drift)
    best = results["golden-1"]["drift"][0]
    for side in ("lighter-1", "heavier-1"):
        values[f"drift of {side[:-2]} weights by golden ones, k = 1"] = Value(
            results[side]["drift"][0] / best
        )
    bands = []
    for name in ("golden-1", "pooled-1", "lighter-1", "heavier-1"):
        weight = results[name]["weight"]
        law = 1.0 / (theory.weighted_efficiency(1.0, weight) * SIZE / 2.0)
        bands.append(Band(f"{name[:-2]}, w = {weight:.3f}", tuple(results[name]["by_generation"]),
                          theory=(law,) * (GENERATIONS + 1)))  # fmt: skip
    figure = Fan("Drift of the mean, k = 1", "E (mu - mu_0)^2", tuple(range(GENERATIONS + 1)), tuple(bands))
    return Told(values, (figure,))


STUDY = Study(
    title="The golden ratio weighs real against synthetic data best.",
    paper="He, Xu and Cheng (2025), arXiv 2502.18049.",
    settings=(
        Setting("estimator", "mean of a Gaussian", "mean of a Gaussian"),
        Setting("real to synthetic samples k", "any", "0.25, 1, 4"),
        Setting("samples a generation", "many", f"{SIZE}"),
        Setting("generations", "the limit", f"{SETTLED} to {GENERATIONS}"),
        Setting("variance of the synthetic samples", "known", "fitted"),
        Setting("replicates", "not stated", f"{REPLICATES}"),
    ),
    cells=cells,
    tell=tell,
    workers=2,
)

if __name__ == "__main__":
    from headwater.cli.study import main

    main(__file__)
