"""Language models trained on their own text, with none or a tenth of it human: perplexities by generation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from headwater.collapse import Corpus, Lab, Sampling, mix, models, run
from headwater.collapse.models import Fitted, Model
from headwater.collapse.study import Band, Fan, Ridgeline, Setting, Study, Told, Value, Work
from headwater.collapse.study.probe import Probe
from headwater.collapse.study.text import read
from headwater.errors import UnavailableError
from headwater.extras import require

PLAYS = Path(__file__).parents[1] / "plays.txt"
SHARES, BLOCK, EDGES = (0.0, 0.1), 64, np.geomspace(1.0, 20_000.0, 61)
QUANTILES = (0.05, 0.5, 0.95, 0.995)


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """Hold one model family with its human text.

    Attributes:
        model: The family.
        train: Human training data.
        test: Human text it never sees.
        generations: Last generation.
        biases: Ways of sampling, by name.
        seeds: Repetitions.
        scored: Tokens scored of a block.
        looked: Tokens of each generation that are looked at.
    """

    model: Model
    train: np.ndarray
    test: np.ndarray
    generations: int
    biases: Mapping[str, Sampling]
    seeds: int
    scored: int = BLOCK
    looked: int = 20_000


def ngram() -> World:
    """Take a Kneser-Ney trigram over all words."""
    text = read(PLAYS)
    model = models.Ngram(closed=False, n_types=len(text.types))
    biases = {"T1": Sampling(), "T0.8": Sampling(temperature=0.8)}
    return World(model, text.tokens[:-20_000], text.tokens[-20_000:], 9, biases, 3)


def transformer() -> World:
    """Take a two-layer transformer, pre-trained on other human text and fine-tuned in each generation."""
    tokens = read(PLAYS).frequent(2_048).tokens
    blocks = tokens[: len(tokens) // BLOCK * BLOCK].reshape(-1, BLOCK)
    base, train, test = blocks[:1_900], blocks[1_900:2_850], blocks[2_850:]
    start = models.Transformer(epochs=3).fit(base, rng=np.random.default_rng(0))
    return World(models.Transformer(start=start), train, test, 6, {"T0.8": Sampling(temperature=0.8)}, 1)


def causal(name: str) -> World:
    """Take any causal language model by name or path, with beams as published.

    Raises:
        UnavailableError: If it is not on this machine.
    """
    transformers = require("transformers", extra="lm")
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(name, local_files_only=True)
    except (OSError, ValueError) as error:
        hint = "nothing is downloaded: give the path of a model, or a name that Hugging Face keeps here"
        raise UnavailableError(f"no tokenizer of {name} here", hint=hint) from error
    numbers = np.array(tokenizer(PLAYS.read_text("utf-8"))["input_ids"], dtype=np.int64)
    blocks = numbers[: len(numbers) // BLOCK * BLOCK].reshape(-1, BLOCK)
    train, test = blocks[:-300], blocks[-300:]
    model = models.CausalLm(name, prompts=train)
    return World(model, train, test, 9, {"beam5": Sampling(beam=5)}, 1, BLOCK - 1)


WORLDS: Mapping[str, Callable[[], World]] = {"ngram": ngram, "transformer": transformer}
ARMS = {"ngram": (("T1", "T0.8"), 3), "transformer": (("T0.8",), 1)}


def arm(model: str, bias: str, share: float, rng: np.random.Generator) -> dict[str, Any]:
    """Run one recursion, and look at each generation with the eyes of the first."""
    world = WORLDS[model]() if model in WORLDS else causal(model)
    sampling, first, eyes = world.biases[bias], list[Fitted](), np.random.default_rng(0)
    middle: list[float] = []
    wanted = world.looked if world.train.ndim == 1 else world.looked // BLOCK

    def perplexities(fitted: Fitted, data: np.ndarray) -> np.ndarray:
        scores = fitted.score(data)
        if scores.size == data.size:  # one score a token
            scores = scores[: scores.size // BLOCK * BLOCK].reshape(-1, BLOCK).sum(axis=1)
        return np.exp(-scores / world.scored)

    def look(fitted: Fitted, data: np.ndarray) -> dict[str, float]:
        first.append(fitted)
        made = perplexities(first[0], fitted.sample(wanted, eyes, sampling=sampling))
        middle.extend(np.quantile(made, (0.05, 0.95)).tolist())
        tested = float(np.exp(np.log(perplexities(fitted, world.test)).mean()))
        counts = np.histogram(np.clip(made, EDGES[0], EDGES[-1]), EDGES)[0] / made.size
        found = {
            "test": tested,
            "below": float((made < middle[0]).mean()),
            "above": float((made > middle[1]).mean()),
        }
        found |= {f"q{q:g}": float(np.quantile(made, q)) for q in QUANTILES}
        return found | {f"bin-{i:02d}": float(c) for i, c in enumerate(counts)}

    block = BLOCK if world.train.ndim == 1 else 1
    bent = [] if sampling.faithful() else [mix.Bias(sampling.temperature, sampling.top_p, sampling.beam)]
    plan = mix.plan(mix.Fresh(share), *bent)
    lab = Lab(Probe(world.model, look), Corpus(world.train, block), len(world.train), world.generations, plan)
    return {name: column[:, 0].tolist() for name, column in run(lab, rng).statistics.items()}


def arms(model: str) -> list[tuple[str, str, float]]:
    """List the cells of a model: name, way of sampling, human share."""
    biases, seeds = ARMS.get(model, (("beam5",), 1))
    return [(f"{b}-{a:g}-seed{i}", b, a) for b in biases for a in SHARES for i in range(seeds)]


def cells(model: str) -> Mapping[str, Work]:
    """List one cell for each way of sampling, human share and seed."""
    return {name.lower(): partial(arm, model, bias, share) for name, bias, share in arms(model)}


def tell(model: str, results: Mapping[str, Mapping[str, Any]]) -> Told:
    """Hold the arms against each other and against what was published."""
    values: dict[str, Value] = {}
    bands: list[Band] = []
    figures: list[Ridgeline] = []
    biases, _ = ARMS.get(model, (("beam5",), 1))
    for bias in biases:
        mean = {a: _mean([results[n.lower()] for n, b, s in arms(model) if b == bias and s == a])
                for a in SHARES}  # fmt: skip
        none, tenth = (mean[a] for a in SHARES)
        steps = np.diff(none["test"])
        values[f"test perplexity, steps up, {bias}, no human data"] = Value(float((steps > 0).mean()))
        for a in SHARES:
            grown = mean[a]["test"]
            name = f"test perplexity, last generation by first, {bias}, {a:.0%} human"
            values[name] = Value(float(grown[-1] / grown[0]))
            bands.append(Band(f"{bias}, {a:.0%} human", tuple(grown.tolist())))
            figures.append(_ridges(bias, a, mean[a]))
        values[f"test perplexity, last generation, 10 % human by none, {bias}"] = Value(
            float(tenth["test"][-1] / none["test"][-1])
        )
        values[f"median perplexity under M0, last generation by first, {bias}, no human data"] = Value(
            float(none["q0.5"][-1] / none["q0.5"][0])
        )
        for side in ("below", "above"):
            gone = none[side][-1] - none[side][0]
            values[f"mass {side} the middle 90 % of generation 0, gained, {bias}"] = Value(float(gone))
    n = len(bands[0].middle)
    fan = Fan("Human text that no generation saw", "perplexity", tuple(range(n)), tuple(bands), log=True)
    return Told(values, (fan, *figures))


def _mean(runs: list[Mapping[str, Any]]) -> dict[str, np.ndarray]:
    return {name: np.mean([r[name] for r in runs], axis=0) for name in runs[0]}


def _ridges(bias: str, share: float, found: Mapping[str, np.ndarray]) -> Ridgeline:
    bins = np.array([found[f"bin-{i:02d}"] for i in range(EDGES.size - 1)]).T
    used = np.flatnonzero(bins.sum(axis=0) > 0)
    cut = slice(int(used[0]), int(used[-1]) + 1)
    edges = tuple(EDGES[cut.start : cut.stop + 1].tolist())
    rows = tuple(tuple(row[cut].tolist()) for row in bins)
    names = tuple(f"generation {g}" for g in range(len(rows)))
    title = f"Text of each generation, {bias}, {share:.0%} human"
    return Ridgeline(title, "perplexity of blocks under generation 0", edges, names, rows)


STUDY = Study(
    title="A language model fed on its own text grows worse on human text; a tenth of human data slows it.",
    paper="Shumailov et al. (2024), Nature 631:755, OPT-125m fine-tuned on wikitext-2.",
    settings=(
        Setting(
            "model", "OPT-125m", "Kneser-Ney trigram, a much smaller model; 0.7M transformer; or --model"
        ),
        Setting("text", "wikitext-2", "206,000 words of plays and poems"),
        Setting("blocks", "64 tokens", f"{BLOCK} words"),
        Setting("sampling", "5-way beam search from each block", "T = 1 and T = 0.8, one stream or blocks"),
        Setting("human data kept", "0 %, 10 %", "0 %, 10 %"),
        Setting("epochs", "5, or 10 with human data", "one fit of the trigram; 2 of the transformer"),
        Setting("each generation starts from", "the base model", "nothing; a base model for the transformer"),
        Setting("generations", "9", "9; 6 of the transformer"),
        Setting("seeds", "5", "3; 1 of the transformer"),
    ),
    cells=cells,
    tell=tell,
    models=("ngram", "transformer", "…"),
    inputs={"plays.txt": PLAYS.read_bytes},
    workers=2,
)

if __name__ == "__main__":
    from headwater.cli.study import main

    main(__file__)
