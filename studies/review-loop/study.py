"""A collapse loop in which people check a fixed number of documents a generation: what is asked decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from headwater.collapse import models
from headwater.collapse.models.categorical import zipf
from headwater.collapse.study import Band, Fan, Setting, Study, Told, Value, Work
from headwater.review.promotion import tail_of
from headwater.review.select import SELECTORS
from headwater.review.select.chunk import Chunk, chunk
from headwater.review.select.sketch import scan
from headwater.review.select.strata import centroids

FULL = "full"
HUMAN, SHARE, D = 0.2, 0.2, 16
ARMS = ("none", "random", "active, no weights", "active", "active-2")
SEEDS = 5

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Size:
    """Say how large a loop is.

    Attributes:
        n_topics: Topics, by Zipf's law.
        web: Documents of a generation's web.
        train: Documents that the next model learns from its predecessor.
        budget: Documents that people check.
        generations: How many.
    """

    n_topics: int = 2_000
    web: int = 20_000
    train: int = 5_000
    budget: int = 1_000
    generations: int = 25


SIZES = {"quick": Size(500, 4_000, 1_500, 250, 8), FULL: Size()}


def checked(arm: str, web: Chunk, n: int, rng: np.random.Generator) -> tuple[Longs, Floats]:
    """Choose what people check, and give its places and what each is to count."""
    if arm == "random":
        rows = rng.choice(len(web), n, replace=False)
        return rows.astype(np.int64), np.ones(n)
    among = centroids(web.take(np.arange(min(len(web), 4_000))), 256, rng=rng)
    selector = SELECTORS["active-2" if arm == "active-2" else "active-1"](among)
    sketch = scan([web], selector.rate, among=among, seed=f"{rng.integers(2**62)}")
    drawn = selector.draw(sketch, n, rng)
    # A probe stands for itself.
    worth = np.where(np.isnan(drawn.pi), 1.0, 1.0 / drawn.pi)
    return drawn.documents.id.astype(np.int64), np.ones(n) if arm == "active, no weights" else worth


def loop(arm: str, seed: int, model: str, rng: np.random.Generator) -> dict[str, Any]:
    """Let a model learn from what it wrote and, for a share, from what people took for human."""
    size = SIZES[model]
    rng = np.random.default_rng([seed, 2026])  # alike for all arms
    truth = zipf(size.n_topics)
    place = rng.standard_normal((size.n_topics, D)).astype(np.float32)
    tail, law = tail_of(truth), truth
    alive, distance = [1.0], [0.0]
    for _ in range(size.generations):
        wrote = rng.choice(size.n_topics, size.train, p=law)
        counts = np.bincount(wrote, minlength=size.n_topics).astype(np.float64)
        law = counts / counts.sum()
        if arm != "none":
            law = (1.0 - SHARE) * law + SHARE * found(arm, size, (truth, law), place, rng=rng)
        p = models.Categorical().fit(np.arange(size.n_topics), rng=rng, weights=law).p
        alive.append(float((p[tail] > 0).mean()))
        distance.append(float(np.abs(p - truth).sum() / 2.0))
    return {"alive": alive, "distance": distance}


def found(
    arm: str,
    size: Size,
    laws: tuple[Floats, Floats],
    place: npt.NDArray[np.float32],
    *,
    rng: np.random.Generator,
) -> Floats:
    """Give the law of topics of what people took for human on a web that is mostly generated."""
    truth, law = laws
    is_human = rng.random(size.web) < HUMAN
    topic = np.where(
        is_human, rng.choice(size.n_topics, size.web, p=truth), rng.choice(size.n_topics, size.web, p=law)
    )
    # A detector that is often wrong: its log odds are normal around +-1.
    p_human = 1.0 / (1.0 + np.exp(-(rng.standard_normal(size.web) + np.where(is_human, 1.0, -1.0))))
    vector = place[topic] + 0.3 * rng.standard_normal((size.web, D)).astype(np.float32)
    web = chunk(np.arange(size.web), vector, p_human)
    rows, worth = checked(arm, web, size.budget, rng)
    human = is_human[rows]
    total = np.bincount(topic[rows[human]], weights=worth[human], minlength=size.n_topics)
    return np.asarray(total / total.sum())


def cells(model: str) -> Mapping[str, Work]:
    """List one cell for each arm and seed."""
    return {
        f"{arm.replace(', ', '-').replace(' ', '-')}-{seed}": partial(loop, arm, seed, model)
        for arm in ARMS
        for seed in range(SEEDS)
    }


def tell(model: str, results: Mapping[str, Mapping[str, Any]]) -> Told:
    """Compare what is left at the end, paired over seeds."""
    runs = {
        arm: [results[f"{arm.replace(', ', '-').replace(' ', '-')}-{seed}"] for seed in range(SEEDS)]
        for arm in ARMS
    }
    alive = {arm: np.array([one["alive"][-1] for one in some]) for arm, some in runs.items()}
    distance = {arm: np.array([one["distance"][-1] for one in some]) for arm, some in runs.items()}
    values = {"tail alive, none": at(alive["none"])}
    gap = alive["active"] - alive["random"]
    values["tail alive, active less random, least of five seeds"] = Value(float(gap.min()))
    values["distance, active by random"] = Value(float(distance["active"].mean() / distance["random"].mean()))
    sharp = alive["active-2"] - alive["random"]
    values["tail alive, active-2 less random, least of five seeds"] = Value(float(sharp.min()))
    values["distance, active without weights by random"] = Value(
        float(distance["active, no weights"].mean() / distance["random"].mean())
    )
    bands = tuple(
        Band(arm, tuple(np.mean([one["alive"] for one in some], axis=0).tolist()))
        for arm, some in runs.items()
    )
    steps = tuple(map(float, range(SIZES[model].generations + 1)))
    return Told(values, (Fan("Tail alive", "share of tail topics", steps, bands, across="generation"),))


def at(values: Floats) -> Value:
    """Give a mean over seeds with its standard error."""
    return Value(float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.size)))


STUDY = Study(
    title="With a fixed number of checks, active selection with weights keeps more tail alive than random.",
    paper="No paper: the product's selection in a loop of topics by Zipf's law, five seeds.",
    settings=(
        Setting("topics", "none", "2,000 by Zipf's law; 500 in the quick size"),
        Setting("web of a generation", "none", "20,000 documents, a fifth human; 4,000 in the quick size"),
        Setting(
            "training set", "none", "5,000 of the last model's, and a fifth of the weight what people found"
        ),
        Setting("checks", "none", "1,000 a generation, 25 generations; 250 and 8 in the quick size"),
        Setting("people", "none", "always right"),
        Setting("detector", "none", "log odds normal around +-1"),
    ),
    cells=cells,
    tell=tell,
    models=("quick", FULL),
    workers=1,
    parts=("collapse", "review"),
)

if __name__ == "__main__":
    from headwater.cli.study import main

    main(__file__)
