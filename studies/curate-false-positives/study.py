"""How many people of the sample crawl a calibration on its other pages wrongs, kind by kind."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

import numpy as np

from headwater.collapse.study import Setting, Study, Told, Value, Work

CRAWL = Path(__file__).resolve().parents[2] / "examples" / "crawl"
ARCHIVES = ("sample-00000.warc.gz", "sample-00001.warc.gz")
LEVELS, N_FOLDS, LEAST = (0.01, 0.05), 5, 300
WORDS, MOST = 150, 12
Passage = list[Any]  # page, form, words, score


def passages() -> Iterator[tuple[str, str, str]]:
    """Yield site, page and text of passages of 150 words, at most 12 a page, of English pages by people."""
    from headwater.curate.extract import main_text
    from headwater.record import Record
    from headwater.sources import SOURCES, Limits
    from headwater.sources.discover import discover
    from headwater.sources.plan import plan

    rows = map(json.loads, (CRAWL / "truth.jsonl").read_text("utf-8").splitlines())
    wanted = {
        row["url"]
        for row in rows
        if row["origin"] == "human" and row["language"] == "en" and row["duplicate_group"] is None
    }
    for shard in plan(discover([str(CRAWL)]), shard_bytes=1 << 25):
        for found in SOURCES[shard.kind].read(shard, Limits()):
            if isinstance(found, Record) and found.url in wanted:
                words = (main_text(found) or "").split(" ")
                for at in range(0, min(len(words) - WORDS, WORDS * MOST), WORDS):
                    yield urlsplit(found.url).netloc, found.url, " ".join(words[at : at + WORDS])


def score(rng: np.random.Generator) -> dict[str, list[Passage]]:
    """Score all passages by the weights that ship."""
    from headwater.curate.document import bare
    from headwater.curate.labels.statistical import Statistical

    del rng
    label, found = Statistical(), defaultdict[str, list[Passage]](list)
    for site, page, text in passages():
        row = label.measure(bare(text))
        found[site].append([page, row["form"], row["n_scored_words"], row["score"]])
    return {site: held for site, held in sorted(found.items()) if len(held) >= LEAST}


def calibrated(held: Iterable[Passage]) -> Any:
    """Make a calibration of passages."""
    from headwater.curate.calibration import Calibration, rungs

    scores: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for _, form, n_words, value in held:
        names = rungs("en", form, n_words)
        if names:
            scores[names[0]].append((value, 1.0))
    return Calibration("", "", {name: sorted(pairs) for name, pairs in scores.items()})


def called(mine: list[Passage], rest: Any, level: float, *, known: bool) -> tuple[int, int]:
    """Count the passages that are ranked, and those called; of a kind that is not known, unless abstained."""
    from headwater.curate.calibration import rungs
    from headwater.curate.fuse import abstains

    groups: dict[str, list[float]] = defaultdict(list)
    for _, form, n_words, value in mine:
        stratum = rest.stratum(rungs("en", form, n_words), level=level)
        if stratum is not None:
            groups[stratum].append(value)
    n = n_called = 0
    for stratum, values in groups.items():
        n += len(values)
        if known or not abstains(np.array(values), rest.human(stratum)):
            n_called += int(np.sum(rest.p_values(stratum, values) <= level))
    return n, n_called


def bound(level: float, n: int) -> float:
    """Give what a realised rate may be: three standard errors more, never twice the level of 100 or more."""
    most = level + 3 * math.sqrt(level * (1 - level) / max(n, 1))
    return min(most, 2 * level) if n >= 100 else most


def cells(model: str) -> Mapping[str, Work]:
    """Score once."""
    return {"scores": score}


def tell(model: str, results: Mapping[str, Mapping[str, Any]]) -> Told:
    """Rank passages among those of other pages of their site, and whole sites among the others."""
    sites, values = results["scores"], {}
    for site, held in sites.items():
        for level in LEVELS:
            n = n_called = 0
            for fold in range(N_FOLDS):
                mine = [one for one in held if crc32(one[0].encode()) % N_FOLDS == fold]
                rest = calibrated(one for one in held if crc32(one[0].encode()) % N_FOLDS != fold)
                some = called(mine, rest, level, known=True)
                n, n_called = n + some[0], n_called + some[1]
            name = f"{site}, other pages calibrated, false at {level:.0%} by its bound"
            values[name] = Value(n_called / max(n, 1) / bound(level, n))
            rest = calibrated(one for other, some in sites.items() if other != site for one in some)
            _, n_called = called(held, rest, level, known=False)
            values[f"{site}, not calibrated, false at {level:.0%} by the level"] = Value(
                n_called / len(held) / level
            )
    return Told(values, ())


STUDY = Study(
    title="A calibration wrongs no more people than it says, where it knows their kind.",
    paper="No paper: the promise of `headwater curate --calibration`, on the pages of the sample crawl.",
    settings=(
        Setting("text", "none", f"English pages by people, passages of {WORDS} words, at most {MOST} a page"),
        Setting("kinds", "none", f"sites of at least {LEAST} passages"),
        Setting("folds", "none", f"{N_FOLDS}, no page on both sides"),
        Setting("weights", "none", "those that ship, which saw none of these pages"),
    ),
    cells=cells,
    tell=tell,
    inputs={name: (CRAWL / name).read_bytes for name in ARCHIVES},
    parts=("curate", "stats", "sources"),
)

if __name__ == "__main__":
    from headwater.cli.study import main

    main(__file__)
