"""What `headwater monitor` calls each generation of n-gram and transformer recursions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np

from headwater.collapse import Sampling, models
from headwater.collapse.monitor import STAGES, watch
from headwater.collapse.study import Plane, Setting, Study, Told, Value, Work
from headwater.collapse.study.text import Text, read
from headwater.measure import profile

PLAYS = Path(__file__).parents[1] / "plays.txt"
WORDS, BLOCK = 256, 64
# Words of the reference, and of each generation; what is left of the text is the transformer's base.
HALF = {"ngram": 100_000, "transformer": 60_000}
SEEDS = {"brief": {"ngram": 3, "transformer": 1}, "full": {"ngram": 5, "transformer": 1}}
# Cells of split halves of human text, how many each holds, and documents of a half.
CELLS, SPLITS, PART = {"brief": 4, "full": 8}, 25, 120
# Generations of each recursion by model of the study; the longest first, so that the others run beside it.
ARMS = {
    "brief": {"transformer-t0.8": 2, "transformer-t1": 1, "ngram-t1": 4, "ngram-t0.8": 2},
    "full": {"transformer-t0.8": 4, "transformer-t1": 2, "ngram-t1": 8, "ngram-t0.8": 4},
}
NAMES = {
    "ngram-t1": "n-gram, T = 1",
    "ngram-t0.8": "n-gram, T = 0.8",
    "transformer-t0.8": "transformer, T = 0.8",
    "transformer-t1": "transformer, T = 1",
}
ORDER = tuple(STAGES)
NONE = len(ORDER)  # no stage that more than half of the seeds name


def halves(text: Text, n_words: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cut human text into documents, and deal them to a reference, a first training set and the rest."""
    documents = text.tokens[: len(text.tokens) // WORDS * WORDS].reshape(-1, WORDS)
    documents = documents[rng.permutation(len(documents))]
    n = n_words // WORDS
    return documents[:n], documents[n : 2 * n], documents[2 * n :]


def texts(text: Text, documents: np.ndarray) -> list[str]:
    """Spell documents."""
    return [text.spell(document) for document in documents]


def ngrams(
    tokens: np.ndarray, text: Text, temperature: float, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Train a trigram on each generation and let it write the next."""
    model, sampling, stream = models.Ngram(n_types=len(text.types)), Sampling(temperature), tokens.ravel()
    while True:
        stream = model.fit(stream, rng=rng).sample(stream.size, rng, sampling=sampling).astype(np.int64)
        yield stream.reshape(-1, WORDS)


def transformers(
    tokens: np.ndarray, other: np.ndarray, temperature: float, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Fine-tune a transformer on each generation, always from the same base, and let it write the next."""
    start = models.Transformer(epochs=3).fit(other.reshape(-1, BLOCK), rng=rng)
    model, blocks = models.Transformer(start=start), tokens.reshape(-1, BLOCK)
    while True:
        blocks = model.fit(blocks, rng=rng).sample(len(blocks), rng, sampling=Sampling(temperature))
        yield blocks.reshape(-1, WORDS)


def family(arm: str) -> str:
    """Say which kind of model an arm trains."""
    return arm.partition("-")[0]


def recur(arm: str, generations: int, rng: np.random.Generator) -> dict[str, Any]:
    """Watch human text and then each generation against the reference."""
    text, temperature = read(PLAYS), float(arm.rpartition("t")[2])
    if family(arm) == "transformer":
        text = text.frequent(2_048)
    human, first, rest = halves(text, HALF[family(arm)], rng)
    reference = profile.of(texts(text, human))
    made = (
        transformers(first, rest, temperature, rng)
        if family(arm) == "transformer"
        else ngrams(first, text, temperature, rng)
    )
    found: dict[str, list[Any]] = {"stage": [], "tail": [], "drift": [], "generations": [], "types": []}
    for current in chain([first], islice(made, generations)):
        seen = watch(reference, profile.of(texts(text, current)), rng=rng)
        drift = seen.evidence.perplexity_drift
        found["stage"].append(seen.verdict.stage)
        found["tail"].append(seen.evidence.tail_loss.value)
        found["drift"].append(0.0 if drift is None else drift.value)
        found["generations"].append(min(seen.generations.value, 1e6))
        found["types"].append(int(np.unique(current).size))
    return found


def split(rng: np.random.Generator) -> dict[str, Any]:
    """Hold one half of human text against the other, again and again; keep what each is called."""
    text, stages = read(PLAYS), []
    documents = text.tokens[: len(text.tokens) // WORDS * WORDS].reshape(-1, WORDS)
    for _ in range(SPLITS):
        dealt = documents[rng.permutation(len(documents))[: 2 * PART]]
        one, other = (profile.of(texts(text, half)) for half in (dealt[:PART], dealt[PART:]))
        stages.append(watch(one, other, rng=rng).verdict.stage)
    return {"stage": stages}


def seeds(model: str, arm: str) -> int:
    """Say how often an arm is repeated."""
    return SEEDS[model][family(arm)]


def cells(model: str) -> Mapping[str, Work]:
    """List one cell for each recursion and seed, and some of split halves."""
    recursions = {
        f"{arm}-seed{i}": partial(recur, arm, generations)
        for arm, generations in ARMS[model].items()
        for i in range(seeds(model, arm))
    }
    return recursions | {f"halves-{i}": split for i in range(CELLS[model])}


def majority(named: Sequence[str]) -> int:
    """Give the number of the stage that more than half of the seeds name; `NONE` without one."""
    votes = np.bincount([ORDER.index(stage) for stage in named])
    return int(votes.argmax()) if 2 * votes.max() > len(named) else NONE


def tell(model: str, results: Mapping[str, Mapping[str, Any]]) -> Told:
    """Give the stage that most seeds name, as its number in the order of `STAGES`."""
    values, paths, names = {}, [], []
    halved = [stage for i in range(CELLS[model]) for stage in results[f"halves-{i}"]["stage"]]
    values[f"of {len(halved)} split halves of human text, not called healthy"] = Value(
        float(sum(stage != "healthy" for stage in halved))
    )
    for arm, generations in ARMS[model].items():
        n_seeds = seeds(model, arm)
        runs = [results[f"{arm}-seed{i}"] for i in range(n_seeds)]
        stages = [majority([r["stage"][g] for r in runs]) for g in range(generations + 1)]
        values |= {f"{NAMES[arm]}, generation {g}": Value(float(stage)) for g, stage in enumerate(stages)}
        if n_seeds > 1:
            agree = [
                ORDER.index(s) == stage for r in runs for s, stage in zip(r["stage"], stages, strict=True)
            ]
            values[f"{NAMES[arm]}, share of seeds and generations that agree"] = Value(float(np.mean(agree)))
        rising = [b > a for r in runs for a, b in zip(r["generations"], r["generations"][1:], strict=False)]
        values[f"{NAMES[arm]}, generations-equivalent, share of steps up"] = Value(float(np.mean(rising)))
        names.append(NAMES[arm])
        one = runs[0]
        paths.append(tuple(zip(one["tail"], one["drift"], one["stage"], strict=True)))
    return Told(values, (Plane("Stage plane, first seed", tuple(names), tuple(paths)),))


STUDY = Study(
    title="The monitor names the stage of every generation of a recursion.",
    paper="No paper: the rules of the monitor, held against recursions that are actually run.",
    settings=(
        Setting("text", "none", "plays and poems in documents of 256 words, dealt at random"),
        Setting(
            "reference and generations",
            "none",
            f"{HALF['ngram']} words each, {HALF['transformer']} for the transformer, of different documents",
        ),
        Setting("n-gram", "none", "Kneser-Ney trigram, closed vocabulary, 3 seeds; 5 of the full model"),
        Setting(
            "transformer",
            "none",
            "0.7M parameters, 2,048 types, fine-tuned from a base, 1 seed",
        ),
        Setting(
            "split halves", "none", f"100, 200 of the full model; {2 * PART} documents each, drawn at random"
        ),
        Setting(
            "stages by number",
            "none",
            ", ".join(f"{i} {name}" for i, name in enumerate((*ORDER, "none of most seeds"))),
        ),
    ),
    cells=cells,
    tell=tell,
    models=("brief", "full"),
    inputs={"plays.txt": PLAYS.read_bytes},
    workers=2,
)

if __name__ == "__main__":
    from headwater.cli.study import main

    main(__file__)
