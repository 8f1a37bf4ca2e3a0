"""The vocabulary forecast against an actual recursion of a Kneser-Ney trigram, with a human reserve."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from headwater.collapse import Corpus, Lab, forecast, mix, models, run
from headwater.collapse.study import Band, Fan, Setting, Study, Survival, Told, Value, Work, mean
from headwater.collapse.study.probe import Probe
from headwater.collapse.study.text import read
from headwater.collapse.theory import survival

PLAYS = Path(__file__).parents[1] / "plays.txt"
SHARES, GENERATIONS, REPLICATES, BLOCK = (0.0, 0.05, 0.1, 0.3), 12, 8, 20
COUNTS = (1, 2, 3, 5, 8, 13, 21, 34)


def recur(share: float, rng: np.random.Generator) -> dict[str, Any]:
    """Train, generate and mix in the reserve; count types, and those of some human counts."""
    tokens = read(PLAYS).tokens
    counts = np.bincount(tokens)

    def look(fitted: Any, data: np.ndarray) -> dict[str, float]:
        present = np.bincount(data, minlength=counts.size) > 0
        return {f"kept-{c}": float(present[counts == c].mean()) for c in COUNTS}

    plan = mix.plan(mix.Reserve(share, tokens, block=BLOCK)) if share else mix.plan()
    lab = Lab(Probe(models.Ngram(), look), Corpus(tokens), tokens.size, GENERATIONS, plan, REPLICATES)
    found = run(lab, rng).statistics
    said = forecast.vocabulary(counts, generations=GENERATIONS, share=share).expected
    return {
        "types": found["types"].tolist(),
        "expected": said.tolist(),
        "kept": [float(found[f"kept-{c}"][-1].mean()) for c in COUNTS],
    }


def cells(model: str) -> Mapping[str, Work]:
    """List one cell a share."""
    return {f"reserve-{share:g}": partial(recur, share) for share in SHARES}


def tell(model: str, results: Mapping[str, Mapping[str, Any]]) -> Told:
    """Give the largest error of the forecast over all generations and replicates."""
    values, bands = {}, []
    for share in SHARES:
        found = results[f"reserve-{share:g}"]
        types, said = np.array(found["types"]), np.array(found["expected"])
        error = float(np.abs(types / said[:, None] - 1.0).max())
        values[f"largest error of the forecast, reserve {share:.0%}"] = Value(error)
        values[f"types left at generation 12, reserve {share:.0%}"] = mean(types[-1], peer=float(said[-1]))
        bands.append(
            Band(f"reserve {share:.0%}", tuple(types.mean(axis=1).tolist()), theory=tuple(said.tolist()))
        )
    names = tuple(f"reserve {share:.0%}" for share in SHARES)
    kept = tuple(tuple(results[f"reserve-{share:g}"]["kept"]) for share in SHARES)
    law = tuple(tuple(survival(COUNTS, GENERATIONS, share=share).tolist()) for share in SHARES)
    figures = (
        Fan("Vocabulary", "types", tuple(range(GENERATIONS + 1)), tuple(bands)),
        Survival("Survival after 12 generations", tuple(map(float, COUNTS)), names, kept, law),
    )
    return Told(values, figures)


STUDY = Study(
    title="Counts alone forecast the vocabulary of a language model within five per cent.",
    paper="No paper: F12 of the theory, held against a language model that is actually trained.",
    settings=(
        Setting("text", "none", "206,000 words of plays and poems"),
        Setting("model", "none", "Kneser-Ney trigram, closed vocabulary"),
        Setting("reserve", "none", f"the text itself, in blocks of {BLOCK} words, 0, 5, 10 and 30 %"),
        Setting("generations", "none", f"{GENERATIONS}"),
        Setting("replicates", "none", f"{REPLICATES}"),
    ),
    cells=cells,
    tell=tell,
    inputs={"plays.txt": PLAYS.read_bytes},
    workers=2,
)

if __name__ == "__main__":
    from headwater.cli.study import main

    main(__file__)
