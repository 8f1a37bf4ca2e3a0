"""The statistical label against its bars: speed and size always, detection where labelled texts are given.

`--data DIR` names a folder of `NAME.jsonl.zst` files whose lines have `text`, `label` (1 for generated),
`domain`, `generator`, `lang` and `group`. Without it those rows are left out, and this is said. The weights
are the shipped ones, which saw none of these texts, so every source is an unseen one; thresholds are those
of the humans of the same source, as the public benchmarks set them. The peers (`make peers`) score the same
texts: lmscan and ZipPy as they ship, fastText's classifier trained on our training texts, which `--cache DIR`
holds or gets. `--lm MODEL` adds likelihood curvature by a causal language model, alone and with our score,
alike and, with `--cache`, weighed by the training texts; `--lm OBSERVER,PERFORMER` adds the ratio of two.
Exit status 1 if a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from statistics import median
from typing import Any
from zlib import crc32

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
from labelled import LEAST_KIND, area, enough, found, labels, lines, sample
from measured import Row, show

from headwater.curate.statistical.features import Features, extract
from headwater.curate.statistical.fit import Example, fit, fit_features
from headwater.curate.statistical.weights import (
    SHIPPED,
    Weights,
    likelihoods,
    scorer,
    scorer_of_features,
    shipped,
    standard,
)
from headwater.extras import require

HERE = Path(__file__).parent
MOST, LEAST_WORDS = 700, 200
MOST_LM, N_WEIGHED = 150, 300


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of labelled texts")
    parser.add_argument("--cache", type=Path, help="package archives of the training texts, for fastText")
    parser.add_argument("--peers", type=Path, default=HERE.parent / ".venv-peers", help="from make peers")
    parser.add_argument("--lm", help="a causal language model: its folder, or a GGUF file; two with a comma")
    parser.add_argument("--most-lm", type=int, default=MOST_LM, help="texts a source that they score")
    parser.add_argument("--scores", type=Path, help="where scores of language models are kept")
    parser.add_argument("--only-lm", action="store_true", help="their rows alone")
    parser.add_argument("--most", type=int, default=MOST, help="texts a source at most; without it, 700")
    parser.add_argument("--against", action="store_true", help="sources and peers alone")
    parser.add_argument("--quick", action="store_true", help="speed and size alone")
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    options = parser.parse_args()
    rows = [speed(), size()]
    if options.data is None or options.quick:
        sys.stderr.write("detection: without --data, rows of detection are left out\n")
        return show(rows, as_json=options.json)
    english = picked(options.data, options.most)
    if options.only_lm:
        return show(list(by_models(english, options)), as_json=options.json)
    rows += [*sources(english), *against(english, options.peers, options.cache)]
    if options.lm:
        rows += by_models(english, options)
    if options.against:
        return show(rows, as_json=options.json)
    return show([*rows, *languages(options.data), *domains(options.data)], as_json=options.json)


def speed() -> Row:
    """Measure documents of 2 kB a CPU second, the best of five."""
    score = scorer(shipped())
    pages = (HERE.parent / "examples" / "generated" / "pages.jsonl").read_text("utf-8").splitlines()[1:]
    joined = " ".join(json.loads(page)["text"] for page in pages)
    texts = [joined[at : at + 2_000] for at in range(0, len(joined) - 2_000, 400)]
    took = []
    for _ in range(5):
        start = time.process_time()
        for text in texts:
            score(text)
        took.append(time.process_time() - start)
    rate = len(texts) / min(took)
    return Row("score a document of 2 kB", rate, "documents/CPU-s", "", rate, ">= 800")


def size() -> Row:
    """Weigh what ships."""
    size_mb = len(files("headwater.curate.statistical").joinpath(SHIPPED).read_bytes()) / 1e6
    return Row("shipped weights", size_mb, "MB", "", size_mb, "<= 10")


Texts = dict[str, list[dict[str, Any]]]


def picked(data: Path, most: int) -> Texts:
    """Pick English prose of 200 words and more, at most so many texts of every source that has both kinds."""
    found: Texts = {}
    for path in sorted(data.glob("*.jsonl.zst")):
        texts = [t for t in lines(path) if t.get("lang") == "en" and len(t["text"].split()) >= LEAST_WORDS]
        if enough(texts):
            found[path.name.partition(".")[0]] = sample(texts, most)
    return found


def sources(english: Texts) -> Iterator[Row]:
    """Score every source."""
    score = scorer(shipped())
    areas, shares = [], []
    for name, texts in english.items():
        scores, label = np.array([score(t["text"])[0] for t in texts]), labels(texts)
        areas.append(area(scores, label))
        shares.append(found(scores, label, 0.01))
        yield Row(f"{name}: AUROC", areas[-1], f"of {label.size}", "", areas[-1], ">= 0")
        yield Row(f"{name}: found at 1 % false", shares[-1], f"of {label.size}", "", shares[-1], ">= 0")
        yield from generators(name, texts, scores)
    yield Row("unseen sources: median AUROC", median(areas), "", "", median(areas), ">= 0.92")
    yield Row("unseen sources: median found at 1 % false", median(shares), "", "", median(shares), ">= 0.5")


def generators(source: str, texts: Sequence[dict[str, Any]], scores: Any) -> Iterator[Row]:
    """Hold each generator's texts against the people of its source, without a bar."""
    named = np.array([text["generator"] if text["label"] else "" for text in texts])
    for generator in sorted({*named.tolist()} - {""}):
        some = (named == generator) | (named == "")
        n = int(np.count_nonzero(named == generator))
        if n >= LEAST_KIND:
            value = area(scores[some], (named == generator)[some].astype(int))
            yield Row(f"{source}, {generator}: AUROC", value, f"of {n}", "", value, ">= 0")


def against(english: Texts, peers: Path, cache: Path | None) -> Iterator[Row]:
    """Hold ours against the peers on the same texts, each where 1 % of a source's humans are passed."""
    score = scorer(shipped())
    ours = [float(score(text["text"])[0]) for texts in english.values() for text in texts]
    python = peers / "bin" / "python"
    if not python.exists():
        sys.stderr.write("detection: no peers; run make peers\n")
        return
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        training = Path(folder) / "training.jsonl"
        if cache is None:
            sys.stderr.write("detection: without --cache, fastText has nothing to be trained on\n")
        else:
            facts = ({"text": e.text, "generated": e.generated} for e in trained_on(cache))
            training.write_text("".join(json.dumps(one) + "\n" for one in facts), "utf-8")
        for peer in ("lmscan", "zippy", *(("fasttext",) if cache else ())):
            theirs = asked(python, peer, english, training if peer == "fasttext" else None)
            mine, other = (medians(english, scores) for scores in (ours, theirs))
            for what, at in (("median AUROC", 0), ("median found at 1 % false", 1)):
                ratio = mine[at] / max(other[at], 1e-9)
                yield Row(f"{what}, against {peer}", mine[at], "", f"{peer} {other[at]:.3f}", ratio, ">= 1")


def asked(python: Path, peer: str, english: Texts, training: Path | None) -> list[float]:
    """Have a peer score all texts."""
    command = [
        str(python),
        str(HERE / "peers" / "detectors_job.py"),
        peer,
        *([str(training)] if training else []),
    ]
    given = "".join(json.dumps(text["text"]) + "\n" for texts in english.values() for text in texts)
    job = subprocess.run(command, input=given, capture_output=True, text=True, check=True, encoding="utf-8")
    return list(map(float, job.stdout.split()))


def medians(english: Texts, scores: Sequence[float]) -> tuple[float, float]:
    """Give the medians over sources: AUROC, and the share found at 1 % false."""
    left, areas, shares = iter(scores), [], []
    for texts in english.values():
        mine = np.array([next(left) for _ in texts])
        areas.append(area(mine, labels(texts)))
        shares.append(found(mine, labels(texts), 0.01))
    return median(areas), median(shares)


def by_models(english: Texts, options: argparse.Namespace) -> Iterator[Row]:
    """Score some texts by language models, by ours, and by both at once."""
    few = {name: sample(texts, options.most_lm) for name, texts in english.items()}
    flat = [str(text["text"]) for texts in few.values() for text in texts]
    observer, _, performer = options.lm.partition(",")
    score = scorer(shipped())
    told = {"shipped": np.array([score(text)[0] for text in flat])}
    told["curvature"] = model_scores(flat, f"curvature:{observer}", options.scores)
    if performer:
        told["ratio"] = model_scores(flat, f"ratio:{options.lm}", options.scores)
    told["both alike"] = np.concatenate(list(added(few, told["shipped"], told["curvature"])))
    if options.cache:
        nats = worth(options.cache, f"curvature:{observer}", options.scores)
        yield Row(
            "a deviation of curvature, by the training texts", nats, "nats of ours", "", nats, ">= -inf"
        )
        told["both weighed"] = told["shipped"] + nats * told["curvature"]
    for name, scores in told.items():
        left, of = iter(scores), f"{options.most_lm} texts a source"
        for source, texts in few.items():
            mine, label = np.array([next(left) for _ in texts]), labels(texts)
            value, share = area(mine, label), found(mine, label, 0.01)
            beside = f"{share:.2f} found at 1 % false"
            yield Row(f"{name}, {source}: AUROC", value, f"of {label.size}", beside, value, ">= 0")
        areas, shares = medians(few, scores.tolist())
        yield Row(f"{name}, {of}: median AUROC", areas, "", "", areas, ">= 0")
        bar = ">= 0" if name == "shipped" else ">= 0.6"
        yield Row(f"{name}, {of}: median found at 1 % false", shares, "", "", shares, bar)


def added(texts: Texts, *scores: Any) -> Iterator[Any]:
    """Add scores of both kinds up, each in deviations of a source's humans, shape (n,) a source."""
    start = 0
    for held in texts.values():
        mine, human = np.stack(scores)[:, start : start + len(held)], labels(held) == 0
        start += len(held)
        yield ((mine.T - mine[:, human].mean(1)) / mine[:, human].std(1)).sum(1)


def worth(cache: Path, option: str, kept: Path | None) -> float:
    """Weigh a detector beside ours on training texts: what a unit of it is worth, in nats of ours.

    Both kinds count alike, sources by the root of their size, and ours is that of weights trained without
    the text's group: a logistic regression over the two.
    """
    from scipy.optimize import minimize

    every = trained_on(cache)
    of: dict[tuple[bool, str], list[int]] = defaultdict(list)
    for at, example in enumerate(every):
        of[example.generated, example.source].append(at)
    draw, picked = random.Random(5), list[int]()
    for kind in (False, True):
        roots = {key: len(held) ** 0.5 for key, held in of.items() if key[0] is kind}
        for key, root in roots.items():
            n = round(N_WEIGHED / 2 * root / sum(roots.values()))
            picked += draw.sample(of[key], min(n, len(of[key])))
    fold = np.array([crc32(f"{e.source}/{e.group}".encode()) % 2 for e in every])
    parts = [scorer(fit([e for e, at in zip(every, fold, strict=True) if at != one])) for one in (0, 1)]
    ours = [parts[fold[at]](every[at].text)[0] for at in picked]
    theirs = model_scores([every[at].text for at in picked], option, kept)
    columns = np.stack([ours, theirs, np.ones(len(picked))], axis=1)
    sign = np.array([1.0 if every[at].generated else -1.0 for at in picked])
    least = minimize(lambda p: float(np.logaddexp(0.0, -sign * (columns @ p)).mean()), np.zeros(3)).x
    return float(least[1] / least[0])


def model_scores(texts: Sequence[str], option: str, kept: Path | None) -> Any:
    """Score texts by a detector, shape (n,), or read the scores that a run before kept."""
    from headwater.curate.detectors.choice import choose

    chosen, score = choose(option), None
    known = json.loads(kept.read_text("utf-8")) if kept and kept.exists() else {}
    keys = [sha256(f"{chosen.identity}\n{text}".encode()).hexdigest() for text in texts]
    for key, text in zip(keys, texts, strict=True):
        if key not in known:
            score = score or chosen.open()
            known[key] = score(text)
            if kept:
                kept.write_text(json.dumps(known), "utf-8")
    return np.array([known[key] for key in keys])


def trained_on(cache: Path) -> list[Example]:
    """Give the training texts of the shipped weights."""
    sys.path.insert(0, str(HERE.parent / "examples"))
    from train_statistical import examples

    return list(examples(cache))


def languages(data: Path) -> Iterator[Row]:
    """Score languages other than English, without a bar."""
    score, found = scorer(shipped()), defaultdict(list)
    for path in sorted(data.glob("*.jsonl.zst")):
        for text in lines(path):
            if text.get("lang", "en") != "en":
                found[text["lang"]].append(text)
    for language, texts in sorted(found.items()):
        if enough(texts):
            some = sample(texts, MOST)
            value = area(np.array([score(t["text"])[0] for t in some]), labels(some))
            yield Row(f"language {language}: AUROC", value, f"of {len(texts)}", "", value, ">= 0")


def domains(data: Path) -> Iterator[Row]:
    """Leave each domain of L2R out; train on the others, as ours ships and with trees, which do not."""
    path = data / "l2r.jsonl.zst"
    if not path.exists():
        return
    rng = random.Random(7)
    texts = [text for text in lines(path) if len(text["text"]) > 250]
    rng.shuffle(texts)
    frequent = shipped().frequent
    features = [extract(text["text"], frequent) for text in texts]
    examples = [
        Example("", generated=bool(t["label"]), group=str(t["group"]), source=str(t["generator"]))
        for t in texts
    ]
    shares: dict[str, list[float]] = {"": [], ", boosted trees": []}
    for domain in sorted({text["domain"] for text in texts}):
        out = [at for at, text in enumerate(texts) if text["domain"] == domain]
        rest = [at for at, text in enumerate(texts) if text["domain"] != domain][:5_000]
        label = np.array([texts[at]["label"] for at in out])
        for learner, scores in zip(shares, learned(features, examples, rest, out), strict=True):
            share = found(scores, label, 0.01)
            shares[learner].append(share)
            row = f"L2R without {domain}{learner}: found at 1 % false"
            yield Row(row, share, f"of {label.size}", "", share, ">= 0")
    for learner, held in shares.items():
        value = median(held)
        yield Row(f"L2R, unseen domain{learner}: median found at 1 % false", value, "", "", value, ">= 0.55")


def learned(
    features: Sequence[Features], examples: Sequence[Example], rest: Sequence[int], out: Sequence[int]
) -> tuple[Any, Any]:
    """Train on some texts and score others, by the shipped learner and by trees over what it tells.

    The trees read each half of the groups through weights of the other half.

    Returns:
        Scores of both, shape (n_out,).
    """
    grown: Any = require("sklearn.ensemble", extra="lab").HistGradientBoostingClassifier

    def weights_of(some: Sequence[int]) -> Weights:
        held = [features[at] for at in some], [examples[at] for at in some]
        return fit_features(*held, shipped().frequent, n_folds=2, n_steps=30)

    whole, read, label = weights_of(rest), [], []
    halves = [[at for at in rest if crc32(examples[at].group.encode()) % 2 == half] for half in (0, 1)]
    for mine, other in (halves, halves[::-1]):
        read.append(dense_of(weights_of(other), [features[at] for at in mine]))
        label += [examples[at].generated for at in mine]
    upward = [1] * 4 + [0] * (read[0].shape[1] - 4)
    trees = grown(
        max_iter=200, learning_rate=0.06, max_depth=4, min_samples_leaf=30, l2_regularization=5.0,
        monotonic_cst=upward, class_weight="balanced", random_state=0,
    ).fit(np.concatenate(read), label)  # fmt: skip
    score = scorer_of_features(whole)
    linear = np.array([score(features[at]) for at in out])
    return linear, trees.decision_function(dense_of(whole, [features[at] for at in out]))


def dense_of(weights: Weights, features: Sequence[Features]) -> Any:
    """Give scores of the blocks and of the dense features, and these themselves, shape (n, 46)."""
    from headwater.curate.statistical.kernels import N_BUCKETS

    references, rows = (weights.human.scorer(), weights.generated.scorer()), []
    for one in features:
        dense = standard(np.concatenate([one.shape, likelihoods(one, weights.types, references)]), weights)
        grams = weights.grams[one.index] * one.weight * weights.step
        blocks = np.bincount(one.index // N_BUCKETS, grams, minlength=3)
        rows.append([*blocks, dense @ weights.dense, *dense])
    return np.array(rows)


if __name__ == "__main__":
    sys.exit(main())
