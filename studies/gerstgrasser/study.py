"""Replacing data against accumulating it: linear regression, and a language model on text."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from headwater.collapse import Corpus, Lab, Regression, mix, models, run, theory
from headwater.collapse.models import Fitted, Model
from headwater.collapse.study import Band, Fan, Setting, Study, Told, Value, Work, beside
from headwater.collapse.study.probe import Probe
from headwater.collapse.study.text import read

PLAYS = Path(__file__).parents[1] / "plays.txt"
DIMENSION, ROWS, GENERATIONS, REPLICATES = 10, 111, 9, 1_000
HELD_OUT = 30_000
KEEPS = ("replace", "accumulate")
TEMPERATURES = {"ngram": (1.0, 0.3), "transformer": (1.0, 0.3)}
# Last generation of the language model, and how often it is run.
LENGTHS, TIMES = {"ngram": 10, "transformer": 4}, {"ngram": 3, "transformer": 1}
BLOCK, TRAINED, EPOCHS = 64, 1_000, 4  # of the transformer: tokens of a block, blocks, passes over them


def regression(keep: str, rng: np.random.Generator) -> dict[str, Any]:
    """Run the regression recursion; the test error is the squared length of the slope."""
    plan = mix.plan(mix.INTERVENTIONS[keep]())
    lab = Lab(models.Linear(), Regression(DIMENSION), ROWS, GENERATIONS, plan, REPLICATES)
    error = run(lab, rng).statistics["slope_squared"]
    return {
        "mean": error.mean(axis=1).tolist(),
        "se": (error.std(axis=1, ddof=1) / REPLICATES**0.5).tolist(),
        "quantiles": np.quantile(error, (0.05, 0.5, 0.95), axis=1).tolist(),
    }


@cache
def language(model: str) -> tuple[Model, np.ndarray, np.ndarray]:
    """Give a family that starts from nothing in each generation, human text, and text it never sees."""
    human = read(PLAYS)
    if model == "ngram":
        family = models.Ngram(closed=False, n_types=len(human.types))
        return family, human.tokens[:-HELD_OUT], human.tokens[-HELD_OUT:]
    tokens = human.frequent(2_048).tokens
    blocks = tokens[: tokens.size // BLOCK * BLOCK].reshape(-1, BLOCK)
    return models.Transformer(epochs=EPOCHS), blocks[:TRAINED], blocks[-HELD_OUT // BLOCK :]


def text(model: str, keep: str, temperature: float, rng: np.random.Generator) -> dict[str, Any]:
    """Run a recursion on human text; keep the cross entropy, in nats a token, on text it never saw."""
    family, human, test = language(model)

    def look(fitted: Fitted, data: np.ndarray) -> dict[str, float]:
        return {"cross_entropy": -float(fitted.score(test).sum()) / test.size}

    bias = [] if temperature == 1.0 else [mix.Bias(temperature)]
    plan = mix.plan(mix.INTERVENTIONS[keep](), *bias)
    lab = Lab(Probe(family, look), Corpus(human), len(human), LENGTHS[model], plan, TIMES[model])
    return {"cross_entropy": run(lab, rng).statistics["cross_entropy"].tolist()}


def suffix(temperature: float) -> str:
    """Name a temperature in a cell's name, unless it is 1."""
    return "" if temperature == 1.0 else f"-t{temperature:g}"


def cells(model: str) -> Mapping[str, Work]:
    """List one cell for each experiment, temperature and way to keep data; regressions with the trigram."""
    texts = {
        f"text-{k}{suffix(t)}": partial(text, model, k, t)
        for t in TEMPERATURES[model]
        for k in reversed(KEEPS)
    }
    return (
        texts
        if model == "transformer"
        else texts | {f"regression-{k}": partial(regression, k) for k in KEEPS}
    )


def tell(model: str, results: Mapping[str, Mapping[str, Any]]) -> Told:
    """Hold errors against the paper's formulas, and cross entropies against its table."""
    values, figures = ({}, ()) if model == "transformer" else regressions(results)
    last, lines = LENGTHS[model], []
    for t in TEMPERATURES[model]:
        at = "" if t == 1.0 else f", T = {t:g}"
        ce = {keep: np.array(results[f"text-{keep}{suffix(t)}"]["cross_entropy"]) for keep in KEEPS}
        means = {keep: rows.mean(axis=1) for keep, rows in ce.items()}
        for keep in KEEPS:
            values[f"cross entropy, generation 4 by generation 0, {keep}{at}"] = Value(
                float(means[keep][4] / means["replace"][0])
            )
        if last == 10:
            values[f"cross entropy, generation 10 by generation 0, replace{at}"] = Value(
                float(means["replace"][10] / means["replace"][0])
            )
        values[f"cross entropy, steps up of {last}, replace{at}"] = Value(
            float((np.diff(means["replace"]) > 0).sum())
        )
        values[f"cross entropy, replace less accumulate, generation {last}{at}"] = Value(
            float(means["replace"][last] - means["accumulate"][last])
        )
        lines += [
            Band(f"{keep}, T = {t:g}", *(tuple(f(rows, axis=1).tolist()) for f in (np.mean, np.min, np.max)))
            for keep, rows in ce.items()
        ]
    return Told(values, (*figures, Fan("Held-out text", "nats a word", tuple(range(last + 1)), tuple(lines))))


def regressions(results: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, Value], tuple[Fan, ...]]:
    """Hold the errors of the regressions against the paper's formulas."""
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
    return values, (Fan("Regression", "mean test error", tuple(n.tolist()), tuple(bands)),)


STUDY = Study(
    title="Replaced data loses without bound, accumulated data stays bounded.",
    paper="Gerstgrasser et al. (2024, COLM), arXiv 2404.01413; table 2 for language models.",
    settings=(
        Setting("regression", "d, T and noise any", f"d = {DIMENSION}, T = {ROWS}, noise 1"),
        Setting("replicates of the regression", "not stated", f"{REPLICATES}"),
        Setting(
            "text", "TinyStories, 470 million tokens", "176,000 words of plays; 64,000 for the transformer"
        ),
        Setting(
            "language model",
            "GPT-2 9M, Llama-2 12M to 126M",
            "Kneser-Ney trigram; 0.7M transformer; both smaller models",
        ),
        Setting("initialisation", "fresh in each iteration", "fresh in each iteration"),
        Setting(
            "passes over the data", "as many in each iteration", f"one fit of the trigram; {EPOCHS} passes"
        ),
        Setting("temperature", "1.0 and 0.3", "1.0 and 0.3"),
        Setting("replicates of the language model", "1", "3 of the trigram; 1 of the transformer"),
    ),
    cells=cells,
    tell=tell,
    models=("ngram", "transformer"),
    inputs={"plays.txt": PLAYS.read_bytes},
    workers=2,
)

if __name__ == "__main__":
    from headwater.cli.study import main

    main(__file__)
