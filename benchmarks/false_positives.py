"""How many people a calibration wrongs: realised false positives at nominal 1 % and 5 %, stratum by stratum.

`--data DIR` names labelled texts as `benchmarks/detection.py` does; their human ones are scored by the
shipped weights, and `--scores FILE` keeps the scores for the next time. First, a fifth of the groups at a
time is left out and ranked among the rest, with the kind of text as the writer's group. Then second-language
essays, biomedical abstracts and the languages of the Universal Declaration are ranked by a calibration that
has none of them, under the shift test. Exit status 1 if a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from zlib import crc32

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
from labelled import lines
from measured import Row, show

from headwater.curate.calibrate import LEAST_CONFIDENCE
from headwater.curate.calibration import Calibration, rungs
from headwater.curate.document import bare
from headwater.curate.fuse import abstains
from headwater.curate.labels.language import UNKNOWN as UNKNOWN_LANGUAGE

LEVELS, N_FOLDS, LEAST = (0.01, 0.05), 5, 50
# People's texts that a machine has changed, or repeated from another source.
LEFT_OUT = ("detectrl_attack", "mixset", "mixset_pure", "seqxgpt")


@dataclass(frozen=True, slots=True)
class Human:
    """A text that a person wrote, and its score."""

    source: str
    domain: str
    group: str
    language: str
    form: str
    n_words: int
    score: float

    def names(self, *, known: bool) -> tuple[str, ...]:
        """Give its strata, with its kind as the group of the writer if that is known."""
        return rungs(self.language, self.form, self.n_words, f"{self.source}-{self.domain}" if known else "")


UNKNOWN: Mapping[str, Callable[[Human], bool]] = {
    "second-language essays": lambda text: text.source == "rexshijaku",
    "biomedical abstracts": lambda text: text.domain == "pubmed",
    "Universal Declaration": lambda text: text.source == "udhr_tail",
}


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of labelled texts")
    parser.add_argument("--scores", type=Path, help="where their scores are kept")
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    options = parser.parse_args()
    if options.data is None:
        sys.stderr.write("false_positives: give --data\n")
        return 2
    texts = list(held(options.data, options.scores))
    return show([*left_out(texts), *unknown(texts)], as_json=options.json)


def held(data: Path, scores: Path | None) -> Iterable[Human]:
    """Score the human texts, or read their scores."""
    if scores is not None and scores.exists():
        return [Human(**json.loads(line)) for line in scores.read_text("utf-8").splitlines()]
    found = list(scored(data))
    if scores is not None:
        scores.write_text("".join(json.dumps(asdict(one)) + "\n" for one in found), "utf-8")
    return found


def scored(data: Path) -> Iterator[Human]:
    """Score every human text once."""
    from headwater.curate.labels.language import Language
    from headwater.curate.labels.statistical import Statistical

    statistical, language, seen = Statistical(), Language(), set()
    for path in sorted(data.glob("*.jsonl.zst")):
        source = path.name.partition(".")[0]
        for number, text in enumerate(lines(path)):
            if text["label"] or source in LEFT_OUT or text["text"] in seen:
                continue
            seen.add(text["text"])
            document = bare(text["text"])
            row, guess = statistical.measure(document), language.measure(document)
            yield Human(
                source,
                str(text.get("domain")),
                str(text.get("group") or f"{source}-{number}"),
                str(guess["language"]) if guess["confidence"] >= LEAST_CONFIDENCE else UNKNOWN_LANGUAGE,
                str(row["form"]),
                int(row["n_scored_words"]),
                float(row["score"]),
            )


def calibrated(texts: Iterable[Human], *, known: bool) -> Calibration:
    """Make a calibration of texts."""
    scores: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for text in texts:
        names = text.names(known=known)
        if names:
            scores[names[0]].append((text.score, 1.0))
    return Calibration("", "", {name: sorted(pairs) for name, pairs in scores.items()})


def left_out(texts: Sequence[Human]) -> Iterator[Row]:
    """Rank each fifth of the groups among the others, in the strata of its own kind."""
    p: dict[tuple[float, str], list[float]] = defaultdict(list)
    for fold in range(N_FOLDS):
        mine = [text for text in texts if crc32(text.group.encode()) % N_FOLDS == fold]
        rest = calibrated((t for t in texts if crc32(t.group.encode()) % N_FOLDS != fold), known=True)
        for level in LEVELS:
            for stratum, scores in ranked(mine, rest, level=level, known=True).items():
                p[level, stratum].extend(rest.p_values(stratum, scores).tolist())
    worst = dict.fromkeys(LEVELS, 0.0)
    for (level, stratum), values in sorted(p.items()):
        if len(values) >= LEAST:
            value, bound = rate(values, level), bound_of(level, len(values))
            worst[level] = max(worst[level], value / bound)
            row = f"{stratum}: false at {level:.0%}"
            yield Row(row, value, f"of {len(values)}", f"bound {bound:.3f}", value / bound, "<= 1")
    for level, ratio in worst.items():
        yield Row(f"worst stratum at {level:.0%}, by its bound", ratio, "", "", ratio, "<= 1")
        yield from by_chance(level, [values for (at, _), values in p.items() if at == level])


def by_chance(level: float, strata: Sequence[Sequence[float]]) -> Iterator[Row]:
    """Tell whether the worst stratum is worse than chance makes the worst of so many, and all together."""
    from scipy.stats import binom

    held = [values for values in strata if len(values) >= LEAST]
    called = [int(np.sum(np.array(values) <= level)) for values in held]
    tails = [float(binom.sf(n - 1, len(values), level)) for n, values in zip(called, held, strict=True)]
    least = min(1.0, min(tails) * len(held))
    of = f"least of {len(held)}"
    yield Row(f"worst stratum at {level:.0%}: its exact p, by Bonferroni", least, "", of, least, ">= 0.05")
    n = sum(map(len, held))
    value = sum(called) / n
    yield Row(f"all strata at {level:.0%} together", value, f"of {n}", "", value / level, "<= 1.1")


def ranked(
    texts: Iterable[Human], calibration: Calibration, *, level: float, known: bool
) -> Mapping[str, np.ndarray]:
    """Gather the scores of texts by the stratum they are ranked in; those in none are left alone."""
    found: dict[str, list[float]] = defaultdict(list)
    for text in texts:
        stratum = calibration.stratum(text.names(known=known), level=level)
        if stratum is not None:
            found[stratum].append(text.score)
    return {stratum: np.array(scores) for stratum, scores in found.items()}


def rate(p: Sequence[float], level: float) -> float:
    """Give the share of p-values at a level or below."""
    return float(np.mean(np.array(p) <= level))


def bound_of(level: float, n: int) -> float:
    """Give what a realised rate may be: three standard errors more, never twice the level of 100 or more."""
    bound = level + 3 * math.sqrt(level * (1 - level) / n)
    return min(bound, 2 * level) if n >= 100 else bound


def unknown(texts: Sequence[Human]) -> Iterator[Row]:
    """Rank kinds of text that the calibration has none of, and abstain where the shift test says so."""
    for name, is_one in UNKNOWN.items():
        mine = [text for text in texts if is_one(text)]
        rest = calibrated((text for text in texts if not is_one(text)), known=False)
        for level in LEVELS:
            called, abstained, n_ranked = 0, 0, 0
            for stratum, scores in ranked(mine, rest, level=level, known=False).items():
                n_ranked += scores.size
                if abstains(scores, rest.human(stratum)):
                    abstained += scores.size
                else:
                    called += int(np.sum(rest.p_values(stratum, scores) <= level))
            value = called / len(mine)
            of = f"of {len(mine)}"
            told = f"{n_ranked} ranked, {abstained} abstained from"
            yield Row(f"{name}, not calibrated: false at {level:.0%}", value, of, told, value / level, "<= 1")


if __name__ == "__main__":
    sys.exit(main())
