"""Replacing data against accumulating it: linear regression, and a language model on text."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from headwater.collapse import Corpus, Lab, Law, mix, models, run, theory
from headwater.collapse.models import Fitted
from headwater.collapse.study import Band, Fan, Setting, Study, Told, Value, Work, beside
from headwater.collapse.study.probe import Probe
from headwater.collapse.study.text import read

PLAYS = Path(__file__).parents[1] / "plays.txt"
DIMENSION, ROWS, GENERATIONS, REPLICATES = 10, 111, 9, 1_000
HELD_OUT, LM_GENERATIONS, LM_REPLICATES = 30_000, 10, 3
KEEPS = ("replace", "accumulate")


def draw(n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw features and pure noise for a label: the truth is a slope of zero."""
    return rng.standard_normal((n, DIMENSION + 1))


def regression(keep: str, rng: np.random.Generator) -> dict[str, Any]:
    """Run the regression recursion; the test error is the squared length of the slope."""
    plan = mix.plan(mix.INTERVENTIONS[keep]())
    lab = Lab(models.Linear(), Law(draw), ROWS, GENERATIONS, plan, REPLICATES)
    error = run(lab, rng).statistics["slope_squared"]
    return {
        "mean": error.mean(axis=1).tolist(),
        "se": (error.std(axis=1, ddof=1) / REPLICATES**0.5).tolist(),
        "quantiles": np.quantile(error, (0.05, 0.5, 0.95), axis=1).tolist(),
    }


def text(keep: str, rng: np.random.Generator) -> dict[str, Any]:
    """Run a trigram recursion on human text; keep the cross entropy on text it never saw."""
    human = read(PLAYS)
    tokens, test = human.tokens[:-HELD_OUT], human.tokens[-HELD_OUT:]

    def look(fitted: Fitted, data: np.ndarray) -> dict[str, float]:
        return {"cross_entropy": -float(fitted.score(test).mean())}

    model = Probe(models.Ngram(closed=False, n_types=len(human.types)), look)
    plan = mix.plan(mix.INTERVENTIONS[keep]())
    lab = Lab(model, Corpus(tokens), tokens.size, LM_GENERATIONS, plan, LM_REPLICATES)
    return {"cross_entropy": run(lab, rng).statistics["cross_entropy"].tolist()}


def cells(model: str) -> Mapping[str, Work]:
    """List one cell for each experiment and way of keeping data."""
    return {f"regression-{k}": partial(regression, k) for k in KEEPS} | {
        f"text-{k}": partial(text, k) for k in KEEPS
    }


def tell(model: str, results: Mapping[str, Mapping[str, Any]]) -> Told:
    """Hold errors against the paper's formulas, and cross entropies against its table."""
    values: dict[str, Value] = {}
    n = np.arange(1, GENERATIONS + 2)
    bands = []
    for keep in KEEPS:
        found = results[f"regression-{keep}"]
        law = theory.regression_error(n, ROWS, dimension=DIMENSION, noise=1.0, plan=keep)
        for k in (1, 2, 5, 10):
            pair = (found["mean"][k - 1], found["se"][k - 1])
            values[f"regression error, {keep}, {k} fits"] = beside(pair, float(law[k - 1]))
        low, _, high = (tuple(row) for row in found["quantiles"])
        bands.append(Band(keep, tuple(found["mean"]), low, high, tuple(law.tolist())))
    ce = {keep: np.array(results[f"text-{keep}"]["cross_entropy"]) for keep in KEEPS}
    first, fourth = ce["replace"][0].mean(), {keep: rows[4].mean() for keep, rows in ce.items()}
    for keep in KEEPS:
        values[f"cross entropy, generation 4 by generation 0, {keep}"] = Value(float(fourth[keep] / first))
    values["cross entropy, steps up of 10, replace"] = Value(
        float((np.diff(ce["replace"].mean(axis=1)) > 0).sum())
    )
    values["cross entropy, replace less accumulate, generation 10"] = Value(
        float(ce["replace"][10].mean() - ce["accumulate"][10].mean())
    )
    lines = [
        Band(keep, *(tuple(f(rows, axis=1).tolist()) for f in (np.mean, np.min, np.max)))
        for keep, rows in ce.items()
    ]
    figures = (
        Fan("Regression", "mean test error", tuple(n.tolist()), tuple(bands)),
        Fan("Held-out text", "nats a word", tuple(range(LM_GENERATIONS + 1)), tuple(lines)),
    )
    return Told(values, figures)


STUDY = Study(
    title="Replaced data loses without bound, accumulated data stays bounded.",
    paper="Gerstgrasser et al. (2024, COLM), arXiv 2404.01413; table 2 for language models.",
    settings=(
        Setting("regression", "d, T and noise any", f"d = {DIMENSION}, T = {ROWS}, noise 1"),
        Setting("replicates of the regression", "not stated", f"{REPLICATES}"),
        Setting("text", "TinyStories, 470 million tokens", "176,000 words of plays and poems"),
        Setting("language model", "GPT-2 9M, Llama-2 12M to 126M", "Kneser-Ney trigram, a smaller model"),
        Setting("initialisation", "fresh in each iteration", "fresh in each iteration"),
        Setting("temperature", "1.0 and 0.3", "1.0"),
        Setting("replicates of the language model", "1", f"{LM_REPLICATES}"),
    ),
    cells=cells,
    tell=tell,
    inputs={"plays.txt": PLAYS.read_bytes},
    workers=2,
)

if __name__ == "__main__":
    from headwater.cli.study import main

    main(__file__)
