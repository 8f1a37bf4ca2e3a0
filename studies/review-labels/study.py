"""How many judgements a detector needs by what is asked, and whether its errors are told honestly."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from headwater.collapse.study import Band, Fan, Setting, Study, Told, Value, Work
from headwater.curate.extract import EXTRACTORS, open_document
from headwater.curate.labels.language import UNKNOWN, Language
from headwater.curate.statistical.weights import scorer, shipped
from headwater.record import Record
from headwater.review.embedding import EMBEDDINGS
from headwater.review.select import SELECTORS
from headwater.review.select.batch import Drawn
from headwater.review.select.chunk import Chunk, chunk
from headwater.review.select.sketch import scan
from headwater.review.select.strata import Centroids, centroids
from headwater.review.share import share
from headwater.sources import SOURCES, Limits
from headwater.sources.discover import discover
from headwater.sources.plan import plan

CRAWL = Path(__file__).resolve().parents[2] / "examples" / "crawl"
FULL = "full"
WINDOW = 500  # characters of a text
FIRST, ROUND, N_ROUNDS, N_STRATA = 40, 40, 10, 48
ARMS = ("simple-1", "entropy-1", "active-1", "active-2", "active-3")
SEEDS = {"quick": 3, FULL: 10}
DRAWS = {"quick": 60, FULL: 1_000}
BATCH, LEVEL = 300, 0.05
_SCALE = 3.0  # Of the score among what the detector sees.

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """Hold labelled texts.

    Attributes:
        vector: Where texts lie and what the statistical label says of them, shape (n, d).
        score: Of the statistical label, shape (n,).
        generated: Shape (n,).
        page: Number of the page each was cut from, shape (n,).
        kind: Number of the language and collection of the page, shape (n,).
        language: Of the page, as the label of languages guesses it; n of them, empty where it cannot.
    """

    vector: npt.NDArray[np.float32]
    score: Floats
    generated: npt.NDArray[np.bool_]
    page: npt.NDArray[np.int64]
    kind: npt.NDArray[np.int64]
    language: npt.NDArray[np.str_]


@cache
def pages() -> tuple[tuple[str, bool, str, str], ...]:
    """Give text, origin, kind and guessed language of every page whose origin is known, none twice."""
    rows = {
        one["url"]: one for one in map(json.loads, (CRAWL / "truth.jsonl").read_text("utf-8").splitlines())
    }
    found: dict[str, tuple[str, bool, str, str]] = {}
    label = Language()
    for shard in plan(discover([str(CRAWL)]), shard_bytes=1 << 25):
        for one in SOURCES[shard.kind].read(shard, Limits()):
            told = rows.get(one.url or "") if isinstance(one, Record) else None
            if isinstance(one, Record) and told and told["origin"] in {"human", "generated"}:
                document = open_document(one, EXTRACTORS["main"])
                text, language = document.text, str(label.measure(document)["language"])
                kind = f"{told['language']} {str(told['source']).partition('==')[0]}"
                known = "" if language == UNKNOWN else language
                found.setdefault(text, (text, told["origin"] == "generated", kind, known))
    return tuple(found.values())


@cache
def world() -> World:
    """Cut pages into texts, at most six a page."""
    score, kinds = scorer(shipped()), sorted({kind for _, _, kind, _ in pages()})
    texts, generated, page, kind, language = [], [], [], [], []
    for number, (text, made, name, spoken) in enumerate(pages()):
        for at in range(0, min(max(len(text) - WINDOW // 2, 1), 6 * WINDOW), WINDOW):
            texts.append(text[at : at + WINDOW])
            generated.append(made)
            page.append(number)
            kind.append(kinds.index(name))
            language.append(spoken)
    scores = np.array([score(text)[0] for text in texts])
    vector = EMBEDDINGS["hashed-1"]("").embed(texts)
    vector /= np.maximum(np.linalg.norm(vector, axis=1, keepdims=True), 1e-9)
    columns = (np.array(column) for column in (generated, page, kind, language))
    return World(vector, scores, *columns)


def detector(
    vector: Floats, generated: npt.NDArray[np.bool_], prior: Floats, *, ridge: float = 1.0
) -> Floats:
    """Fit a logistic regression from a detector that is there already.

    What is penalised is the distance to its weights; the last weight is the intercept.

    Raises:
        ArithmeticError: If the fit does not converge.
    """
    design = np.concatenate([vector, np.ones((len(vector), 1))], axis=1)

    def loss(found: Floats) -> tuple[float, Floats]:
        odds, away = design @ found, found - prior
        nats = np.logaddexp(0.0, odds).sum() - odds[generated].sum() + 0.5 * ridge * away @ away
        return float(nats), design.T @ (expit(odds) - generated) + ridge * away

    fit = minimize(loss, prior, jac=True, method="L-BFGS-B", options={"maxiter": 2_000})
    if not fit.success:
        raise ArithmeticError(f"the detector does not converge: {fit.message}")
    return np.asarray(fit.x)


def shipped_at(n_generated: int, n: int, width: int) -> Floats:
    """Give the shipped detector as weights, at the share of generated texts of a random sample.

    Its score is in nats, so it counts as it is; the odds of its training set are replaced.
    """
    prior = np.zeros(width + 1)
    prior[-2:] = _SCALE, np.log((n_generated + 0.5) / (n - n_generated + 0.5))
    return prior


def seen(one: World) -> Floats:
    """Give what the detector sees: the place of a text, and the score of the statistical label."""
    return np.concatenate([3.0 * one.vector, np.clip(one.score, -6, 6)[:, None] / _SCALE], axis=1)


def error(score: Floats, generated: npt.NDArray[np.bool_]) -> Floats:
    """Give for each human text the share of generated ones that it scores above; the mean is 1 - AUROC."""
    machine = np.sort(score[generated])
    at = [np.searchsorted(machine, score[~generated], side=side) for side in ("left", "right")]
    return np.asarray((at[0] + at[1]) / (2.0 * machine.size))


def over_kinds(wrong: Floats, kind: npt.NDArray[np.int64]) -> float:
    """Give the mean over kinds, rare ones counting as much as common ones."""
    n = np.bincount(kind)
    return float((np.bincount(kind, weights=wrong)[n > 0] / n[n > 0]).mean())


def choose(arm: str, free: Chunk, judged: Chunk, among: Centroids, *, seed: str) -> Drawn:
    """Choose a batch as the product does: one scan, one draw."""
    among = among.judged(judged)
    selector = SELECTORS[arm](among)
    return selector.draw(
        scan([free], selector.rate, among=among, seed=seed), ROUND, np.random.default_rng(11)
    )


def learn(arm: str, seed: int, rng: np.random.Generator) -> dict[str, Any]:
    """Judge texts round by round, and give the error on pages held out, and which kinds were found."""
    one, features = world(), seen(world())
    dealt = np.random.default_rng(seed).random(one.page.max() + 1) < 0.5  # alike for all arms
    pool, test = np.flatnonzero(dealt[one.page]), np.flatnonzero(~dealt[one.page])
    taken = np.random.default_rng(seed).choice(pool, FIRST, replace=False)
    prior = shipped_at(int(one.generated[taken].sum()), FIRST, features.shape[1])
    errors, kinds_errors, n_labels, places = [], [], [], np.arange(one.page.size)
    whole = chunk(pool, one.vector[pool], np.full(pool.size, 0.5))
    among = centroids(whole, N_STRATA, rng=np.random.default_rng(7))
    for number in range(N_ROUNDS + 1):
        weights = detector(features[taken], one.generated[taken], prior)
        score = features @ weights[:-1] + weights[-1]
        wrong = error(score[test], one.generated[test])
        errors.append(float(wrong.mean()))
        kinds_errors.append(over_kinds(wrong, one.kind[test][~one.generated[test]]))
        n_labels.append(int(taken.size))
        free = np.setdiff1d(pool, taken)
        p = 1.0 / (1.0 + np.exp(np.clip(score, -30, 30)))
        chunks = [
            chunk(places[rows], one.vector[rows], p[rows], language=one.language[rows].tolist())
            for rows in (free, taken)
        ]
        drawn = choose(arm, chunks[0], chunks[1], among, seed=f"{seed}/{number}/{rng.integers(2**32)}")
        taken = np.concatenate([taken, drawn.documents.id.astype(np.int64)])
    kinds = np.bincount(one.kind[pool], minlength=int(one.kind.max()) + 1)
    rare = np.flatnonzero((kinds > 0) & (kinds <= np.median(kinds[kinds > 0])))
    human = taken[~one.generated[taken]]
    found = float(np.isin(rare, one.kind[human]).mean())
    return {"error": errors, "over kinds": kinds_errors, "n": n_labels, "rare": found}


def cover(part: int, n: int, rng: np.random.Generator) -> dict[str, Any]:
    """Recalibrate on a batch drawn by weight, and see whether intervals hold the true share of errors.

    The threshold of the statistical label is put where, by 1/pi, `LEVEL` of human texts of the active slice
    lie above, and the share above it is estimated on the audit slice and by all texts with a pi. Whoever
    knows of no weights does both without: threshold and interval are those of the texts that were chosen by
    weight, each counted once.
    """
    del part
    one = world()
    p = 1.0 / (1.0 + np.exp(np.clip(one.score, -30, 30)))
    flat = np.random.default_rng(5).standard_normal((one.vector.shape[1], 32)).astype(np.float32)
    every = chunk(np.arange(p.size), one.vector @ flat, p)
    among = centroids(every, N_STRATA, rng=np.random.default_rng(7))
    selector = SELECTORS["active-1"](among)
    human = one.score[~one.generated]
    found: dict[str, list[float]] = {name: [] for name in ("audit", "all", "naive", "fpr", "fpr-naive")}
    for _ in range(n):
        seed = f"{rng.integers(2**62)}"
        sketch = scan([every], selector.rate, among=among, seed=seed)
        drawn = selector.draw(sketch, BATCH, rng)
        rows, part_of = drawn.documents.id.astype(np.int64), np.array(drawn.part)
        is_human, audit = ~one.generated[rows], part_of == "audit"
        floor = audit.sum() / p.size
        active = (part_of == "active") & is_human
        threshold = quantile(one.score[rows[active]], 1.0 / (drawn.pi[active] - floor))
        naive = quantile(one.score[rows[active]], np.ones(int(active.sum())))
        truth = float((human > threshold).mean())
        found["fpr"].append(truth)
        found["fpr-naive"].append(float((human > naive).mean()))
        above = one.score[rows] > threshold
        told = {
            "audit": share(above[audit & is_human], np.ones(int((audit & is_human).sum()))),
            "all": share(above[(part_of != "probe") & is_human], drawn.pi[(part_of != "probe") & is_human]),
        }
        for name, interval in told.items():
            found[name].append(float(interval.low <= truth <= interval.high))
        told_naive = share(one.score[rows[active]] > naive, np.ones(int(active.sum())))
        found["naive"].append(float(told_naive.low <= found["fpr-naive"][-1] <= told_naive.high))
    return dict(found)


def quantile(score: Floats, weight: Floats) -> float:
    """Give the score that `LEVEL` of the weight lies above."""
    order = np.argsort(score)
    above = 1.0 - np.cumsum(weight[order]) / weight.sum()
    return float(score[order][np.argmax(above <= LEVEL)])


def cells(model: str) -> Mapping[str, Work]:
    """List one cell for each arm and seed, and the draws in parts."""
    found: dict[str, Work] = {
        f"{arm}-{seed}": partial(learn, arm, seed) for arm in ARMS for seed in range(SEEDS[model])
    }
    parts = 1 if model == "quick" else 10
    return found | {f"draws-{part}": partial(cover, part, DRAWS[model] // parts) for part in range(parts)}


def needed(n: list[int], errors: Floats, target: float) -> float:
    """Give the labels from which on the mean error is at most the target, between rounds by line."""
    best = np.minimum.accumulate(errors)
    if best[-1] > target:
        return float(n[-1])
    at = int(np.argmax(best <= target))
    if at == 0:
        return float(n[0])
    step = (best[at - 1] - target) / (best[at - 1] - best[at])
    return float(n[at - 1] + step * (n[at] - n[at - 1]))


def tell(model: str, results: Mapping[str, Mapping[str, Any]]) -> Told:
    """Compare labels at the error that a random choice ends with, and count intervals that hold."""
    runs = {arm: [results[f"{arm}-{seed}"] for seed in range(SEEDS[model])] for arm in ARMS}
    n = runs["simple-1"][0]["n"]
    mean: dict[tuple[str, str], Any] = {}
    labels: dict[tuple[str, str], float] = {}
    for what in ("error", "over kinds"):
        for arm, some in runs.items():
            mean[what, arm] = np.mean([one[what] for one in some], axis=0)
        target = float(mean[what, "simple-1"].min())
        labels |= {(what, arm): needed(n, mean[what, arm], target) for arm in ARMS}
    rare = {arm: float(np.mean([one["rare"] for one in some])) for arm, some in runs.items()}
    draws = {
        name: np.concatenate([one[name] for key, one in results.items() if key.startswith("draws-")])
        for name in ("audit", "all", "naive", "fpr", "fpr-naive")
    }
    values = {
        "labels at equal error, active by random": ratio(labels, "active-3", "simple-1"),
        "labels at equal error, active by entropy": ratio(labels, "active-3", "entropy-1"),
        "labels at equal error, entropy by random": ratio(labels, "entropy-1", "simple-1"),
        "labels at equal error, active-1 by random": ratio(labels, "active-1", "simple-1"),
        "labels at equal error, active-2 by random": ratio(labels, "active-2", "simple-1"),
        "labels at equal error over kinds, active by random": ratio(
            labels, "active-3", "simple-1", what="over kinds"
        ),
        "rare kinds with a human text found, active less random": Value(rare["active-3"] - rare["simple-1"]),
        "rare kinds with a human text found, active less entropy": Value(
            rare["active-3"] - rare["entropy-1"]
        ),
        "rare kinds with a human text found, active-1 less random": Value(
            rare["active-1"] - rare["simple-1"]
        ),
        "rare kinds with a human text found, active-2 less random": Value(
            rare["active-2"] - rare["simple-1"]
        ),
        "error at the end, active by random": Value(
            float(mean["error", "active-3"][-1] / mean["error", "simple-1"][-1])
        ),
        "intervals that hold, audit slice": coverage(draws["audit"]),
        "intervals that hold, all by 1/pi": coverage(draws["all"]),
        "intervals that hold, all without weights": coverage(draws["naive"]),
        "false positives at a nominal 0.05, by 1/pi": Value(float(draws["fpr"].mean())),
        "false positives at a nominal 0.05, without weights": Value(float(draws["fpr-naive"].mean())),
    }
    bands = tuple(Band(arm, tuple(mean["error", arm].tolist())) for arm in ARMS)
    figure = Fan("Error by labels", "1 - AUROC", tuple(map(float, n)), bands, across="labels")
    return Told(values, (figure,))


def ratio(labels: Mapping[tuple[str, str], float], arm: str, other: str, *, what: str = "error") -> Value:
    """Give the labels that one arm needs by those of another."""
    return Value(labels[what, arm] / labels[what, other])


def coverage(holds: Floats) -> Value:
    """Give a share with its standard error."""
    value = float(holds.mean())
    return Value(value, float(np.sqrt(max(value * (1 - value), 1e-4) / holds.size)))


def digest_of_pages() -> bytes:
    """Give the labelled text, whose digest stands in expected.json."""
    return hashlib.sha256(
        "\0".join(f"{made} {kind} {text}" for text, made, kind, _ in pages()).encode()
    ).digest()


STUDY = Study(
    title="What is asked decides how many judgements a detector needs, and 1/pi keeps its errors honest.",
    paper="No paper: the product's own selection and recalibration, on labelled pages of the sample crawl.",
    settings=(
        Setting("texts", "none", "500 characters, at most six a page; pages are dealt to pool and test"),
        Setting(
            "detector",
            "none",
            "logistic regression on hashed n-grams and the score of statistical-1, from which it starts",
        ),
        Setting("labels", "none", "40 at random, then ten rounds of 40"),
        Setting("people", "none", "always right: the labels are those of the sample"),
        Setting("seeds and draws", "none", "3 and 60; 10 and 1,000 with --model full"),
    ),
    cells=cells,
    tell=tell,
    models=("quick", FULL),
    inputs={"labelled pages": digest_of_pages},
    workers=1,
    parts=("collapse", "review", "curate"),
)

if __name__ == "__main__":
    from headwater.cli.study import main

    main(__file__)
