"""How fast words die and variance falls: survival of types by count, and decay of sigma."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from headwater.collapse import Corpus, Lab, Normal, models, run, theory
from headwater.collapse.engines.multinomial import compact, step
from headwater.collapse.study import Band, Fan, Setting, Study, Survival, Told, Value, Work, beside
from headwater.collapse.study.text import read

PLAYS = Path(__file__).parents[1] / "plays.txt"
SAMPLES, TRAJECTORIES, GENERATIONS = 100, 4_000, 2_500
ZIPF = ((1.0, 2.7), (2.0, 5.0))  # exponent and shift
TYPES, TOKENS, RUNS = 1_000, 1_000, 200
AGES = (1, 2, 5, 10, 30, 100)
COUNTS = (1, 2, 3, 5, 8, 13, 21, 34, 55)
LM_GENERATIONS = 10


def poisson(rng: np.random.Generator) -> dict[str, Any]:
    """Follow 20,000 types of one expected occurrence each; count those left."""
    n, repeats = 20_000, 10
    left = []
    for _ in range(repeats):
        alive = compact(np.ones(n, dtype=np.int64))
        shares = {0: 1.0}
        for k in range(1, max(AGES) + 1):
            alive = step(alive, n, rng)
            shares[k] = alive.types.size / n
        left.append([shares[k] for k in AGES])
    found = np.array(left)
    return {"mean": found.mean(axis=0).tolist(), "se": (found.std(axis=0, ddof=1) / repeats**0.5).tolist()}


def vocabulary(law: tuple[float, float], rng: np.random.Generator) -> dict[str, Any]:
    """Count unique types of a Zipf-Mandelbrot law by generation."""
    p = (np.arange(1, TYPES + 1) + law[1]) ** -law[0]
    p /= p.sum()
    unique = np.empty((RUNS, max(AGES) + 1))
    for i in range(RUNS):
        alive = compact(rng.multinomial(TOKENS, p))
        for k in range(max(AGES) + 1):
            unique[i, k] = alive.types.size
            alive = step(alive, TOKENS, rng)
    return {
        "mean": unique.mean(axis=0).tolist(),
        "se": (unique.std(axis=0, ddof=1) / RUNS**0.5).tolist(),
        "expected": theory.expected_types(p * TOKENS, max(AGES) + 1)[0][1:].tolist(),
    }


def words(rng: np.random.Generator) -> dict[str, Any]:
    """Follow the word types of human text by their count, drawn word by word."""
    counts = np.bincount(read(PLAYS).tokens)
    alive, observed = compact(counts), {}
    for k in range(1, 11):
        alive = step(alive, int(counts.sum()), rng)
        kept = np.zeros(counts.size, dtype=bool)
        kept[alive.types] = True
        observed[str(k)] = [float(kept[counts == c].mean()) for c in COUNTS]
    return {"observed": observed, "types": [int((counts == c).sum()) for c in COUNTS]}


def bigram(rng: np.random.Generator) -> dict[str, Any]:
    """Train bigram models on their own text; count word types in each training set."""
    tokens = read(PLAYS).tokens
    lab = Lab(models.Ngram(order=2), Corpus(tokens), tokens.size, LM_GENERATIONS)
    found = run(lab, rng).statistics["types"][:, 0]
    expected = theory.expected_types(np.bincount(tokens), LM_GENERATIONS)[0]
    return {"types": found.tolist(), "expected": expected.tolist()}


def decay(rng: np.random.Generator) -> dict[str, Any]:
    """Run Gaussians of a hundred samples; keep sigma's mean, its tail and its quantiles."""
    lab = Lab(models.Gaussian(ddof=1), Normal(), SAMPLES, GENERATIONS - 1, replicates=TRAJECTORIES)
    sigma = np.sqrt(run(lab, rng).statistics["variance"])
    se = sigma.std(axis=1, ddof=1) / TRAJECTORIES**0.5
    return {
        "mean": sigma.mean(axis=1).tolist(),
        "se": se.tolist(),
        "tail": (sigma > 0.1).mean(axis=1).tolist(),
        "quantiles": np.quantile(sigma, (0.05, 0.5, 0.95), axis=1).tolist(),
    }


def cells(model: str) -> Mapping[str, Work]:
    """List one cell a table or figure of the paper."""
    found: dict[str, Work] = {"poisson": poisson, "words": words, "bigram": bigram, "decay": decay}
    return found | {f"zipf-{a:g}": partial(vocabulary, (a, b)) for a, b in ZIPF}


def tell(model: str, results: Mapping[str, Mapping[str, Any]]) -> Told:
    """Hold survival, vocabularies and sigma against the paper's laws and bounds."""
    values: dict[str, Value] = {}
    one = results["poisson"]
    for k, share, se in zip(AGES, one["mean"], one["se"], strict=True):
        values[f"one occurrence left after {k} generations"] = beside(
            (share, se), float(theory.survival(1.0, k))
        )
    for a, _ in ZIPF:
        found = results[f"zipf-{a:g}"]
        for k in (1, 10, 100):
            pair = (found["mean"][k], found["se"][k])
            values[f"unique types, exponent {a:g}, generation {k}"] = beside(pair, found["expected"][k])
    text = results["bigram"]
    errors = np.abs(np.array(text["types"]) / np.array(text["expected"]) - 1.0)
    values["bigram vocabulary against the forecast, largest error"] = Value(float(errors.max()))
    sigma = results["decay"]
    for k in (100, 1_000):
        pair = (sigma["mean"][k - 1], sigma["se"][k - 1])
        law = float(theory.expected_sd(k, SAMPLES, ddof=1))
        values[f"E sigma after {k} fits"] = beside(pair, law)
    for k in (1_000, 2_500):
        bound = float(theory.sd_tail_bound(k, SAMPLES, epsilon=0.1))
        values[f"share with sigma > 0.1 after {k} fits"] = Value(sigma["tail"][k - 1], 0.0, bound)
    return Told(values, _figures(results))


def _figures(results: Mapping[str, Mapping[str, Any]]) -> tuple[Survival | Fan, ...]:
    ages = ("1", "3", "10")
    observed = tuple(tuple(results["words"]["observed"][k]) for k in ages)
    expected = tuple(tuple(theory.survival(COUNTS, int(k)).tolist()) for k in ages)
    names = tuple(f"k = {k}" for k in ages)
    survival = Survival("Survival by word frequency", tuple(map(float, COUNTS)), names, observed, expected)
    low, middle, high = (tuple(row) for row in results["decay"]["quantiles"])
    n = np.arange(1, GENERATIONS + 1)
    law = tuple(np.sqrt(theory.median_variance(n, SAMPLES, ddof=1)).tolist())
    band = Band("n = 100", middle, low, high, law)
    text = results["bigram"]
    words_ = Band("bigram, plays", tuple(text["types"]), theory=tuple(text["expected"]))
    return (
        survival,
        Fan("Word types of a bigram model", "types", tuple(range(LM_GENERATIONS + 1)), (words_,)),
        Fan("Decay of sigma", "median sigma", tuple(n.tolist()), (band,), log=True),
    )


STUDY = Study(
    title="Rare words die by a law of their count alone, and sigma decays exponentially.",
    paper="Suresh et al. (2025, AISTATS), arXiv 2412.17646.",
    settings=(
        Setting("Gaussian samples n", "100", f"{SAMPLES}"),
        Setting("trajectories", "25", f"{TRAJECTORIES}"),
        Setting("generations", "2500", f"{GENERATIONS}"),
        Setting("Zipf types and tokens", "1000, 1000", f"{TYPES}, {TOKENS}"),
        Setting("Zipf exponent and shift (a, b)", "(1, 2.7), (2, 5)", "(1, 2.7), (2, 5)"),
        Setting("text", "512,000 words of wikitext", "206,000 words of plays and poems"),
        Setting("bigram model", "NLTK", "interpolated Kneser-Ney of order 2"),
        Setting("generations of the bigram model", "10", f"{LM_GENERATIONS}"),
    ),
    cells=cells,
    tell=tell,
    inputs={"plays.txt": PLAYS.read_bytes},
    workers=2,
)

if __name__ == "__main__":
    from headwater.cli.study import main

    main(__file__)
