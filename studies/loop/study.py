"""A web of models and people collapses; with all remedies its models stay as if no model wrote."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from headwater.collapse import web
from headwater.collapse.study import Band, Fan, Plane, Ridgeline, Setting, Study, Told, Value, Work
from headwater.collapse.study.study import mean
from headwater.loop.experiment import run
from headwater.loop.gauge import EDGES
from headwater.loop.people import cut
from headwater.loop.scene import ARMS, Scene
from headwater.loop.twin import mean_field
from headwater.measure.tokens import words
from headwater.watermark.tokenizer import TOKENIZERS
from headwater.watermark.tokenizer.tokenizer import load

PLAYS = Path(__file__).parents[1] / "plays.txt"
SCENE = Scene()
TOLD = ("nothing", "all", "people")
DRIFT = "drift"  # the arm `nothing` with models that leave no word out, for the twin's vocabulary
SEEDS = {"one-seed": 1, "five-seeds": 5, "every-arm": 1}
_THROUGHOUT = "rare words kept, mean of generations 1 to 10"
STEPS = range(1, SCENE.generations + 1)
Runs = Sequence[Sequence[Mapping[str, Any]]]


def arms(model: str) -> tuple[str, ...]:
    """Name the arms of a model of the study."""
    return {"one-seed": TOLD, "five-seeds": (*TOLD, DRIFT), "every-arm": tuple(ARMS)}[model]


def seeds(model: str, arm: str) -> range:
    """Give the seeds of an arm; the twin's vocabulary has one."""
    return range(1 if arm == DRIFT else SEEDS[model])


def play(arm: str, seed: int, _: np.random.Generator) -> dict[str, Any]:
    """Run one arm through real files, in a folder that is gone afterwards; its seed is that of the scene."""
    scene = replace(SCENE, seed=seed, top_p=1.0 if arm == DRIFT else SCENE.top_p)
    name = "nothing" if arm == DRIFT else arm
    with tempfile.TemporaryDirectory(prefix="headwater-loop-") as folder:
        root = Path(folder) / "loop"
        text = [PLAYS.read_text("utf-8")]
        found = run(root, text, scene, arms=(name,), workers=1, show=lambda step, done, total: None)
        return {"generations": [asdict(one) for one in found[name]]}


def cells(model: str) -> Mapping[str, Work]:
    """List one cell for each arm and seed."""
    return {f"{arm}-{seed}": partial(play, arm, seed) for arm in arms(model) for seed in seeds(model, arm)}


def tell(model: str, results: Mapping[str, Mapping[str, Any]]) -> Told:
    """Give every number of the last generation beside the web on which no model publishes."""
    found = {
        arm: [results[f"{arm}-{seed}"]["generations"] for seed in seeds(model, arm)] for arm in arms(model)
    }
    told = tuple(ARMS) if model == "every-arm" else TOLD
    values = {name: value for arm in told for name, value in last(arm, found[arm], found["people"]).items()}
    values |= {f"{_THROUGHOUT}, {arm}": throughout(found[arm], found["people"]) for arm in told}
    if model != "every-arm":
        values |= stages(found["nothing"], found["all"]) | twin(found)
    return Told(values, figures({arm: found[arm] for arm in told}))


def last(arm: str, runs: Runs, people: Runs) -> dict[str, Value]:
    """Measure the last generation of an arm, by that of people alone where it is the same seed's."""
    pairs = list(zip((one[-1] for one in runs), (one[-1] for one in people), strict=True))
    ratios = ("perplexity", "tail_mass")
    names = {"perplexity": "perplexity of human text by that of people alone", "tail_mass": "rare words kept"}
    by = {f"{names[key]}, {arm}": mean([one[key] / beside[key] for one, beside in pairs]) for key in ratios}
    return by | {f"generated share of training, {arm}": mean([one["contaminated"] for one, _ in pairs])}


def throughout(runs: Runs, people: Runs) -> Value:
    """Measure the rare words kept as a mean of all generations but the first: ten times the pages."""
    pairs = [zip(one[1:], beside[1:], strict=True) for one, beside in zip(runs, people, strict=False)]
    return mean([float(np.mean([a["tail_mass"] / b["tail_mass"] for a, b in some])) for some in pairs])


def stages(nothing: Runs, remedied: Runs) -> dict[str, Value]:
    """Count the seeds in which the monitor says what it should."""
    early = [_declines([one["stage"] for one in some]) for some in nothing]
    healthy = [some[-1]["stage"] == "healthy" for some in remedied]
    return {
        "seeds early, then late or noise, nothing": Value(float(np.mean(early))),
        "seeds healthy in the end, all": Value(float(np.mean(healthy))),
    }


def _declines(named: Sequence[str]) -> bool:
    """Tell whether a set is called early, and from some later one on late or noise."""
    if "early" not in named:
        return False
    after = named[named.index("early") + 1 :]
    return bool(after) and after[-1] in {"late", "noise"}


def twin(found: Mapping[str, Runs]) -> dict[str, Value]:
    """Hold the mean field against what happened: mean absolute error over generations."""
    values = {}
    for arm in ("nothing", "all"):
        expected = web.flow(mean_field(SCENE, ARMS[arm])).human_share[0, 1:]
        seen = np.mean([[1.0 - one["contaminated"] for one in some[1:]] for some in found[arm]], axis=0)
        values[f"human share, error of the twin, {arm}"] = Value(float(np.abs(seen - expected).mean()))
    if DRIFT not in found:
        return values
    flowed = web.flow(mean_field(SCENE, ARMS["nothing"]))
    for unit, key, cut_up in (("tokens", "n_tokens", _tokens), ("words", "n_types", words)):
        kept = web.vocabulary(flowed, counts(cut_up))[0]
        types, beside = (
            np.mean([[one[key] for one in some] for some in found[arm]], axis=0) for arm in (DRIFT, "people")
        )
        error = float(np.abs(types[1:] / beside[1:] - kept[1:] / kept[0]).mean())
        values[f"vocabulary, error of the twin, {unit}, none left out"] = Value(error)
    return values


def counts(cut_up: Callable[[str], Iterable[Hashable]]) -> np.ndarray:
    """Count what occurs in as much human text as a model is trained on."""
    pages = list(cut([PLAYS.read_text("utf-8")], page_chars=SCENE.page_chars))[:: len(TOLD)][: SCENE.size]
    return np.array(list(Counter(one for page in pages for one in cut_up(page)).values()))


def _tokens(text: str) -> list[int]:
    told: list[int] = load(TOKENIZERS[SCENE.tokenizer]).tokens([text]).tokens.tolist()
    return told


def figures(found: Mapping[str, Runs]) -> tuple[Any, ...]:
    """Draw what became of models, what they were fed, what they wrote, and where the monitor saw it."""
    one = {arm: runs[0] for arm, runs in found.items()}
    names = tuple(str(number) for number in range(SCENE.generations + 1))
    ridges = tuple(
        Ridgeline(
            f"{arm}: how strange its pages are to the first model, seed 0",
            "perplexity a token",
            EDGES,
            names,
            tuple(tuple(each["written"]) for each in one[arm]),
        )
        for arm in ("nothing", "all")
    )
    paths = tuple(
        tuple((each["tail_loss"], each["drift"], each["stage"]) for each in one[arm]) for arm in one
    )
    return (
        _fan("Perplexity of human text", "perplexity a token", "perplexity", found),
        _fan("Rare words in what models write", "of those of human text", "tail_mass", found),
        _fan("Generated share of the training set", "share of pages", "contaminated", found),
        _fan("Words that a model is taught", "distinct words", "n_types", found),
        _fan("Tokens that people use, of what a model is taught", "distinct tokens", "n_tokens", found),
        *ridges,
        Plane("Where the monitor sees the training sets, seed 0", tuple(one), paths),
    )


def _fan(title: str, unit: str, key: str, found: Mapping[str, Runs]) -> Fan:
    bands = []
    for arm, runs in found.items():
        seen = np.array([[one[key] for one in some] for some in runs])
        edges = (_row(seen.min(axis=0)), _row(seen.max(axis=0))) if len(runs) > 1 else ((), ())
        bands.append(Band(arm, _row(seen.mean(axis=0)), *edges))
    across = tuple(map(float, range(SCENE.generations + 1)))
    return Fan(title, unit, across, tuple(bands), edges="the least and the greatest of five seeds")


def _row(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


STUDY = Study(
    title="A web of models and people collapses; with all remedies its models stay as if no model wrote.",
    paper="No paper: the experiment of `headwater loop`, and the mean field of the web beside it.",
    settings=(
        Setting("models", "none", "n-grams of order 3 with Kneser-Ney smoothing, over 50,257 tokens"),
        Setting("human text", "none", "plays and poems, in pages of 800 characters"),
        Setting("reviewers", "none", "simulated: 90 % of generated pages and 5 % of human ones called so"),
        Setting("beacon of the reserve's samples", "none", "simulated by the seed"),
    ),
    cells=cells,
    tell=tell,
    models=("one-seed", "five-seeds", "every-arm"),
    inputs={"plays.txt": PLAYS.read_bytes},
    workers=2,
    parts=("loop", "curate", "review", "reserve", "watermark", "collapse", "measure", "stats"),
)

if __name__ == "__main__":
    from headwater.cli.study import main

    main(__file__)
