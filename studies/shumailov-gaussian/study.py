"""Gaussians fitted to samples of the Gaussian before: variance goes to zero, the mean wanders off."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from headwater.collapse import Lab, Normal, mix, models, run, theory
from headwater.collapse.study import Band, Fan, Setting, Study, Told, Value, Work, beside

SIZES = (100, 500, 1_000, 10_000)
GENERATIONS, REPLICATES = 1_000, 4_000
AT = (100, 1_000)  # fits at which numbers are compared


def arm(size: int, ddof: int, keep: str, rng: np.random.Generator) -> dict[str, Any]:
    """Run one recursion and keep quantiles of sigma, and moments at some generations."""
    plan = mix.plan(mix.INTERVENTIONS[keep]())
    lab = Lab(models.Gaussian(ddof=ddof), Normal(), size, GENERATIONS - 1, plan, REPLICATES)
    done = run(lab, rng)
    variance, mean = done.statistics["variance"], done.statistics["mean"]
    sigma = np.sqrt(variance)
    kept: dict[str, Any] = {
        "quantiles": np.quantile(sigma, (0.05, 0.5, 0.95), axis=1).tolist(),
        "mean_sigma": sigma.mean(axis=1).tolist(),
    }
    for fits in AT:
        drift, distance = mean[fits - 1] ** 2, mean[fits - 1] ** 2 + (sigma[fits - 1] - 1.0) ** 2
        columns = {"sigma": sigma, "log_variance": np.log(variance), "variance": variance}
        found = {name: _mean(column[fits - 1]) for name, column in columns.items()}
        kept[str(fits)] = found | {"drift": _mean(drift), "w2": _mean(distance)}
    return kept


def _mean(x: np.ndarray) -> list[float]:
    return [float(x.mean()), float(x.std(ddof=1)) / len(x) ** 0.5]


def cells(model: str) -> Mapping[str, Work]:
    """List one cell for each size, estimator and way of keeping data."""
    replaced = {f"replace-{m}-ddof0": partial(arm, m, 0, "replace") for m in SIZES}
    return replaced | {
        "replace-100-ddof1": partial(arm, 100, 1, "replace"),
        "accumulate-100-ddof0": partial(arm, 100, 0, "accumulate"),
    }


def tell(model: str, results: Mapping[str, Mapping[str, Any]]) -> Told:
    """Put sigma, its logarithm and the drift beside the closed forms."""
    values = {}
    for m in SIZES:
        found = results[f"replace-{m}-ddof0"]
        for n in AT:
            at, where = found[str(n)], f"M = {m}, n = {n}, ddof 0"
            values[f"E sigma, {where}"] = beside(at["sigma"], float(theory.expected_sd(n, m, ddof=0)))
            law = float(theory.log_variance_law(n, m, ddof=0)[0])
            values[f"E log sigma^2, {where}"] = beside(at["log_variance"], law)
            lost = float(theory.expected_drift(n, m, ddof=0))
            values[f"E (mu - mu_0)^2, {where}"] = beside(at["drift"], lost)
    unbiased = results["replace-100-ddof1"]
    for n in AT:
        where = f"M = 100, n = {n}, ddof 1"
        values[f"E sigma, {where}"] = beside(
            unbiased[str(n)]["sigma"], float(theory.expected_sd(n, 100, ddof=1))
        )
        law = float(theory.log_variance_law(n, 100, ddof=1)[0])
        values[f"E log sigma^2, {where}"] = beside(unbiased[str(n)]["log_variance"], law)
        middle = unbiased["quantiles"][1][n - 1] ** 2
        values[f"median sigma^2, {where}"] = Value(middle, 0.0, float(theory.median_variance(n, 100, ddof=1)))
    wandered = float(theory.expected_drift(100, 100, ddof=1))
    values["E (mu - mu_0)^2, M = 100, n = 100, ddof 1"] = beside(unbiased["100"]["drift"], wandered)
    distance = theory.wasserstein_squared(100, 100, ddof=1)
    values["E W2^2, M = 100, n = 100, ddof 1"] = beside(unbiased["100"]["w2"], float(distance))
    pooled = results["accumulate-100-ddof0"]["1000"]["variance"]
    values["E sigma^2, all data kept, M = 100, n = 1000"] = beside(
        pooled, 1.0 - float(theory.loss_accumulate(1_000, 100))
    )
    return Told(values, (_fan(results),))


def _fan(results: Mapping[str, Mapping[str, Any]]) -> Fan:
    n = np.arange(1, GENERATIONS + 1)
    shown = ("replace-100-ddof0", "replace-1000-ddof0", "replace-100-ddof1", "accumulate-100-ddof0")
    laws = {
        "replace-100-ddof0": np.sqrt(theory.median_variance(n, 100, ddof=0)),
        "replace-1000-ddof0": np.sqrt(theory.median_variance(n, 1_000, ddof=0)),
        "replace-100-ddof1": np.sqrt(theory.median_variance(n, 100, ddof=1)),
    }
    bands = []
    for name in shown:
        low, middle, high = (tuple(row) for row in results[name]["quantiles"])
        bands.append(Band(name.replace("-", " "), middle, low, high, tuple(laws.get(name, ()))))
    return Fan("Standard deviation", "median sigma", tuple(range(GENERATIONS)), tuple(bands), log=True)


STUDY = Study(
    title="A Gaussian fitted to its own samples loses its variance, and its mean drifts.",
    paper="Shumailov et al. (2024), Nature 631:755, theorem 3.1, and the notebook released with it.",
    settings=(
        Setting("samples a generation M", "100, 500, 1000, 10000", "100, 500, 1000, 10000"),
        Setting("generations", "1000", "1000"),
        Setting("estimator of the variance", "unbiased in the theorem, np.std (ddof 0) in the code", "both"),
        Setting("all data kept", "a variant of the code", "M = 100"),
        Setting("replicates", "not stated", f"{REPLICATES}"),
        Setting("sampling", "M numbers are drawn", "mean and variance are drawn by their exact law"),
    ),
    cells=cells,
    tell=tell,
)

if __name__ == "__main__":
    from headwater.cli.study import main

    main(__file__)
