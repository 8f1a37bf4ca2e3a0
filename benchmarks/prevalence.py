"""Whether `curate estimate` finds the share that is generated, and how often its intervals cover it.

`--cache DIR` holds the pinned package archives that `examples/train_statistical.py` fetches: weights are
trained on one half of their groups, and mixtures are made of the other. `--data DIR` names labelled texts as
`benchmarks/detection.py` does, scored by the shipped weights. In each of 300 mixtures a share, groups of
texts are dealt anew to what is known and to the crawl, so that no group is on both sides. Exit status 1 if a
bar is missed. `--quick` makes 30 mixtures a share.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
from detection import LEAST_WORDS
from labelled import lines
from measured import Row, show

from headwater.curate.calibration import Calibration, rungs
from headwater.curate.estimate import estimate
from headwater.curate.labels.statistical import form_of
from headwater.curate.sighting import Sighting
from headwater.curate.statistical.fit import Example, fit
from headwater.curate.statistical.weights import Weights, scorer, shipped

SHARES = (0.01, 0.05, 0.2, 0.5)
LEAST_GROUPS, N_CRAWL, N_DRAWS = 250, 1_000, 200


@dataclass(frozen=True, slots=True)
class Scored:
    """A text whose origin is known.

    Attributes:
        group: What may not be dealt to both sides.
        generated: Whether a machine wrote it.
        source: Which, where that is known.
        names: Its strata.
        score: Of the weights.
    """

    group: str
    generated: bool
    source: str
    names: tuple[str, ...]
    score: float


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, help="package archives; fetched if they are not there")
    parser.add_argument("--data", type=Path, help="folder of labelled texts")
    parser.add_argument("--quick", action="store_true", help="30 mixtures a share")
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    options = parser.parse_args()
    n = 30 if options.quick else 300
    rows: list[Row] = []
    if options.cache is not None:
        rows += mixtures("package texts", packaged(options.cache), n)
    for path in sorted(options.data.glob("*.jsonl.zst")) if options.data else ():
        texts = labelled(path)
        if min(len({t.group for t in texts if t.generated is kind}) for kind in (True, False)) > LEAST_GROUPS:
            rows += mixtures(path.name.partition(".")[0], texts, n)
            rows += one_known(path.name.partition(".")[0], texts, max(n // 10, 10))
    if not rows:
        sys.stderr.write("prevalence: give --cache or --data\n")
        return 2
    return show(rows, as_json=options.json)


def packaged(cache: Path) -> list[Scored]:
    """Train on every other group, and score the texts of the others."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))
    from train_statistical import examples

    found = list(examples(cache))
    groups = sorted({example.group for example in found})
    known = {group for at, group in enumerate(np.random.default_rng(3).permutation(groups)) if at % 2}
    weights = fit([example for example in found if example.group in known])
    return scored([example for example in found if example.group not in known], weights)


def labelled(path: Path) -> list[Scored]:
    """Score the English prose of one source."""
    texts = [
        Example(text["text"], bool(text["label"]), str(text["group"]), str(text["generator"]))
        for text in lines(path)
        if text.get("lang") == "en" and len(text["text"].split()) >= LEAST_WORDS
    ]
    return scored(texts, shipped())


def scored(examples: Sequence[Example], weights: Weights) -> list[Scored]:
    """Score texts."""
    score, found = scorer(weights), []
    for example in examples:
        value, n_words = score(example.text)
        names = rungs("en", form_of(example.text), n_words)
        if names:
            found.append(Scored(example.group, example.generated, example.source, names, value))
    return found


def mixtures(name: str, texts: Sequence[Scored], n: int) -> Iterator[Row]:
    """Estimate known shares, and count how often the interval covers."""
    by_group: dict[str, list[Scored]] = defaultdict(list)
    for text in texts:
        by_group[text.group].append(text)
    for share in SHARES:
        covered, errors = [], []
        for seed in range(n):
            rng = np.random.default_rng([seed, round(1_000 * share)])
            found = mixed(by_group, share, rng=rng)
            if found:
                low, value, high, true = found
                covered.append(low <= true <= high)
                errors.append(abs(value - true))
        of = f"of {len(covered)} spoken of"
        spoken = len(covered) / n
        yield Row(f"{name}, share {share:.0%}: mixtures spoken of", spoken, f"of {n}", "", spoken, ">= 0")
        if not covered:
            continue
        cover, error = float(np.mean(covered)), 100 * float(np.median(errors))
        yield Row(f"{name}, share {share:.0%}: intervals that cover", cover, of, "", cover, ">= 0.93")
        yield Row(f"{name}, share {share:.0%}: median error", error, "points", "", error, "<= 2")


def one_known(name: str, texts: Sequence[Scored], n: int) -> Iterator[Row]:
    """Estimate a share of a fifth when only one generator's texts are known: the bias, without a bar."""
    by_group: dict[str, list[Scored]] = defaultdict(list)
    for text in texts:
        by_group[text.group].append(text)
    for source in sorted({text.source for text in texts if text.generated}):
        found = [mixed(by_group, 0.2, rng=np.random.default_rng(seed), known_of=source) for seed in range(n)]
        values = [one[1] for one in found if one]
        if values:
            value = float(np.median(values))
            row = f"{name}, share 20%, only {source} known: median estimate"
            yield Row(row, value, f"of {len(values)}", "", value, ">= 0")


def mixed(
    by_group: dict[str, list[Scored]], share: float, *, rng: np.random.Generator, known_of: str = ""
) -> tuple[float, float, float, float] | None:
    """Deal groups to what is known and to a crawl, and estimate its share of generated texts.

    Returns:
        Low end, value, high end and the true share; None when nothing is said.
    """
    groups = rng.permutation(sorted(by_group))
    known = [text for group in groups[::2] for text in by_group[group]]
    other = [text for group in groups[1::2] for text in by_group[group]]
    human = [text for text in other if not text.generated]
    machine = [text for text in other if text.generated]
    n_crawl = int(min(N_CRAWL, len(human) / (1 - share), len(machine) / share))
    n_generated = rng.binomial(n_crawl, share)
    crawl = [*taken(human, n_crawl - n_generated, rng), *taken(machine, n_generated, rng)]
    scores: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for text in known:
        if not text.generated:
            scores[text.names[0]].append((text.score, 1.0))
    calibration = Calibration("", "", {name: sorted(pairs) for name, pairs in scores.items()})
    found = estimate(
        [sighting(text) for text in crawl],
        calibration,
        generated=[sighting(t) for t in known if t.generated and t.source.startswith(known_of)],
        rng=rng,
        n_draws=N_DRAWS,
    )
    if not found.parts or found.silent:
        return None
    whole = found.parts[0]
    return whole.low, whole.value, whole.high, n_generated / len(crawl)


def taken(texts: Sequence[Scored], n: int, rng: np.random.Generator) -> list[Scored]:
    """Take n texts at random."""
    return [texts[at] for at in rng.permutation(len(texts))[:n]]


def sighting(text: Scored) -> Sighting:
    """Give a text as the estimate sees it."""
    return Sighting(text.group, "en", "", text.names, text.score)


if __name__ == "__main__":
    sys.exit(main())
