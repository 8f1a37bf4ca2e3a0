"""Training on labels that a verifier kept: below a share of wrong labels it succeeds, above it fails."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from headwater.collapse import mix, models, theory
from headwater.collapse.study import Band, Fan, Phase, Setting, Study, Told, Work, mean, median

DIMENSION, SAMPLES, TESTS, REPLICATES = 20, 50_000, 2_000, 10
VERIFIERS = ((0.9, 0.3), (0.8, 0.2), (0.6, 0.6))  # keeps right labels, keeps wrong ones
AROUND = (-0.1, -0.05, -0.02, 0.0, 0.02, 0.05, 0.1)


def rows(n: int, wrong: float, truth: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw features, and labels of which a share is wrong."""
    x = rng.standard_normal((n, DIMENSION))
    label = np.where(x @ truth > 0.0, 1.0, -1.0)
    return np.column_stack([x, np.where(rng.random(n) < wrong, -label, label)])


def accuracy(keeps: tuple[float, float], wrong: float, rng: np.random.Generator) -> float:
    """Train a linear classifier on verified labels, and test it on right ones."""
    truth = rng.standard_normal(DIMENSION)

    def right(data: np.ndarray) -> np.ndarray:
        return np.asarray(data[:, -1] * (data[:, :-1] @ truth) > 0.0)

    accept = mix.imperfect(right, keeps_right=keeps[0], keeps_wrong=keeps[1])
    labelled = rows(SAMPLES, wrong, truth, rng)
    slope = models.Linear().fit(labelled[accept(labelled, rng)], rng=rng).slope
    test = rows(TESTS, 0.0, truth, rng)
    return float(np.mean(test[:, -1] * (test[:, :-1] @ slope) > 0.0))


def sweep(keeps: tuple[float, float], rng: np.random.Generator) -> dict[str, Any]:
    """Measure accuracy around the threshold of a verifier, replicate by replicate."""
    middle = theory.verifier_threshold(keeps_right=keeps[0], keeps_wrong=keeps[1])
    found = [[accuracy(keeps, middle + d, rng) for _ in range(REPLICATES)] for d in AROUND]
    return {"accuracy": found}


def cells(model: str) -> Mapping[str, Work]:
    """List one cell a verifier."""
    return {f"keeps-{r:g}-{w:g}": partial(sweep, (r, w)) for r, w in VERIFIERS}


def tell(model: str, results: Mapping[str, Mapping[str, Any]]) -> Told:
    """Find where accuracy crosses one half, and what it is to either side."""
    values, bands = {}, []
    for r, w in VERIFIERS:
        found = np.array(results[f"keeps-{r:g}-{w:g}"]["accuracy"])
        law = theory.verifier_threshold(keeps_right=r, keeps_wrong=w)
        crossing = [law + float(np.interp(0.5, column[::-1], AROUND[::-1])) for column in found.T]
        where = f"keeps {r:g} right, {w:g} wrong"
        values[f"threshold, {where}"] = mean(crossing, peer=law)
        values[f"accuracy 0.1 below it, {where}"] = median(found[0])
        values[f"accuracy 0.1 above it, {where}"] = median(found[-1])
        low, middle, high = np.quantile(found, (0.05, 0.5, 0.95), axis=1).tolist()
        bands.append(Band(where, tuple(middle), tuple(low), tuple(high)))
    figure = Fan(
        "Accuracy around the threshold",
        "accuracy",
        AROUND,
        tuple(bands),
        across="share of wrong labels beyond p*",
    )
    grid = tuple(
        tuple(theory.verifier_threshold(keeps_right=r / 10, keeps_wrong=w / 10) for r in range(1, 10))
        for w in range(1, 10)
    )
    tenths = tuple(i / 10 for i in range(1, 10))
    phase = Phase("Threshold", "share of wrong labels at the threshold", ("keeps right", tenths),
                  ("keeps wrong", tenths), grid)  # fmt: skip
    return Told(values, (figure, phase))


STUDY = Study(
    title="A verifier rescues training below a sharp share of wrong labels.",
    paper="Feng et al. (2025), arXiv 2406.07515, section 3: p* = 1/(1 + psi/phi).",
    settings=(
        Setting("data", "Gaussian mixture in high dimension", "Gaussian features, linear truth"),
        Setting("dimension, samples", "both to infinity", f"{DIMENSION}, {SAMPLES}"),
        Setting("classifier", "linear", "linear, least squares"),
        Setting("verifier", "keeps right labels with phi, wrong ones with psi", "the same, three pairs"),
        Setting("language models", "eigenvalues with Llama, XLSUM with Llama-2", "not run"),
        Setting("replicates", "not stated", f"{REPLICATES}"),
    ),
    cells=cells,
    tell=tell,
    workers=2,
)

if __name__ == "__main__":
    from headwater.cli.study import main

    main(__file__)
