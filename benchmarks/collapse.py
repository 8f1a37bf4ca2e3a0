"""Speed of the collapse engines against their bars, in CPU seconds, as ratios measured in one run.

Each row is the median of several repetitions, in which the two sides take turns. Exit status 1 if a bar
is missed. `--quick` takes fewer repetitions and leaves out the study of a language model. The peer NLTK
runs in an environment of its own (`make peers`); without it its row is left out, and this is said.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from measured import Row, middle, show
from measured import run as command_cost

from headwater.collapse import Corpus, Lab, Normal, models, run, theory
from headwater.collapse.engines.moments import GaussianLoop, simulate
from headwater.collapse.engines.multinomial import compact, step
from headwater.collapse.models import zipf
from headwater.collapse.study.text import read
from headwater.measure import kneser_ney

REPLICATES, GENERATIONS = 10_000, 1_000
TYPES, TOKENS = 50_000, 1_000_000
HERE = Path(__file__).resolve().parent
PLAYS = HERE.parent / "studies" / "plays.txt"
# NLTK's cost of a token grows with the vocabulary, so that a small text is to its advantage.
SMALL = 5_000
# Copies of the plays in each of eight files; each copy of a piece is a document of its own.
COPIES = 20


def cpu_s(work: Callable[[], object]) -> float:
    """Measure the CPU seconds of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def rounds(*works: Callable[[], object], n: int) -> list[list[float]]:
    """Let several pieces of work take turns, and give the CPU seconds of each in every round."""
    for work in works:
        work()  # compile, and touch the memory
    return [[cpu_s(work) for work in works] for _ in range(n)]


def medians(*works: Callable[[], object], n: int) -> list[float]:
    """Let several pieces of work take turns, and give the median CPU seconds of each."""
    return [statistics.median(column) for column in zip(*rounds(*works, n=n), strict=True)]


def gaussian(n: int) -> Iterator[Row]:
    """Compare full Gaussian trajectories with bare draws and with brute force."""
    rng = np.random.default_rng(0)
    n_steps = REPLICATES * GENERATIONS

    def trajectories() -> None:
        simulate(GaussianLoop(10_000), rng, generations=GENERATIONS - 1, replicates=REPLICATES)

    def draws() -> None:
        rng.standard_normal(n_steps)
        rng.chisquare(9_999, n_steps)

    def brute() -> None:
        # A hundredth of a percent of the steps: 1,000 fits to 10,000 samples each.
        mean, sd = np.zeros(50), np.ones(50)
        for _ in range(20):
            x = mean[:, None] + sd[:, None] * rng.standard_normal((50, 10_000))
            mean, sd = x.mean(axis=1), x.std(axis=1)

    times = rounds(trajectories, draws, brute, n=n)
    ours, _, some = (statistics.median(column) for column in zip(*times, strict=True))
    # A busy machine slows whole rounds, so that the two sides are compared round by round.
    ratio = statistics.median(own / bare for own, bare, _ in times)
    name = f"gaussian, {REPLICATES} replicates x {GENERATIONS} generations, trajectories kept"
    yield Row(name, ours * 1e3, "CPU-ms", "numpy draws of as many normals and chi-squares", ratio, "<= 1.5")
    whole = some * (n_steps / 1_000)
    yield Row(f"{name}, M = 10000", ours * 1e3, "CPU-ms", "brute force, extrapolated", whole / ours, ">= 500")


def vocabulary(n: int) -> Iterator[Row]:
    """Time the branching solver on Zipf counts, and where no two counts are equal."""
    counts = np.maximum(1.0, np.round(TOKENS * zipf(TYPES)))
    distinct = counts + np.random.default_rng(0).random(TYPES)
    for name, c in (("Zipf counts", counts), ("no two counts equal", distinct)):

        def solve(c: np.ndarray = c) -> None:
            theory.expected_types(c, GENERATIONS)

        (took,) = medians(solve, n=n)
        row = f"expected vocabulary, {TYPES} types x {GENERATIONS} generations, {name}"
        yield Row(row, took * 1e3, "CPU-ms", "", took, "<= 2")


def multinomial(n: int) -> Iterator[Row]:
    """Compare one generation of a token recursion with drawing every token's parent."""
    rng = np.random.default_rng(0)
    counts = rng.multinomial(TOKENS, zipf(TYPES))
    tokens = np.repeat(np.arange(TYPES), counts)
    human = compact(counts)

    def recursion() -> None:
        alive = human
        for _ in range(GENERATIONS):
            alive = step(alive, TOKENS, rng)

    def with_unique() -> None:
        np.unique(tokens[rng.integers(0, TOKENS, TOKENS)], return_counts=True)

    def with_bincount() -> None:
        np.bincount(tokens[rng.integers(0, TOKENS, TOKENS)], minlength=TYPES)

    def loop() -> None:
        found = np.zeros(TYPES, dtype=np.int64)
        for _ in range(10_000):
            found[tokens[rng.integers(0, TOKENS)]] += 1

    many, first, unique, bincount, tenth = medians(
        recursion, lambda: step(human, TOKENS, rng), with_unique, with_bincount, loop, n=n
    )
    name = f"multinomial, {TYPES} types, {TOKENS} tokens"
    took = many / GENERATIONS
    mean, one = f"{name}, mean of {GENERATIONS} generations", f"{name}, first generation"
    peer = "numpy, every token's parent, "
    yield _faster(mean, took, peer + "np.unique", unique, bar=">= 50")
    yield _faster(mean, took, peer + "np.bincount", bincount, bar=">= 25")
    yield _faster(one, first, "numpy, a loop over tokens", tenth * 100.0, bar=">= 50")
    yield _faster(one, first, peer + "np.unique", unique, bar=">= 10")


def engines(n: int) -> Iterator[Row]:
    """Compare the chosen engines with the generic one on the same recursion."""
    corpus = Corpus(np.repeat(np.arange(2_000), np.round(20_000 * zipf(2_000)).astype(np.int64) + 1))
    labs = {
        "gaussian, M = 1000": Lab(models.Gaussian(), Normal(), 1_000, 20, replicates=100),
        "categorical, 2000 types": Lab(models.Categorical(), corpus, len(corpus.data), 20, replicates=20),
    }
    for (name, lab), bar in zip(labs.items(), (">= 100", ">= 5"), strict=True):

        def chosen(lab: Lab = lab) -> None:
            run(lab, np.random.default_rng(0))

        def generic(lab: Lab = lab) -> None:
            run(lab, np.random.default_rng(0), engine="generic")

        ours, theirs = medians(chosen, generic, n=n)
        yield _faster(f"chosen engine, {name}", ours, "generic engine", theirs, bar=bar)


def ngram(n: int, peers: Path) -> Iterator[Row]:
    """Train, sample and score a Kneser-Ney trigram, and let NLTK do so with the same few words."""
    text = read(PLAYS)

    def work(tokens: np.ndarray) -> Callable[[], object]:
        def all_three() -> None:
            model = kneser_ney.fit(tokens, n_types=len(text.types), discount=0.75)
            model.sample(tokens.size, rng=np.random.default_rng(0))
            model.score(tokens)

        return all_three

    whole, few = medians(work(text.tokens), work(text.tokens[:SMALL]), n=n)
    rate = text.tokens.size / whole / 1e3
    name = "Kneser-Ney trigram, train + sample + score"
    yield Row(f"{name}, {text.tokens.size} words", rate, "k tokens/CPU-s", "", rate, ">= 100")
    theirs = nltk_s(peers, text.spell(text.tokens[: SMALL + 20]))
    if theirs:
        yield Row(name, SMALL / few / 1e3, "k tokens/CPU-s", "NLTK", theirs * SMALL / few, ">= 100")


def nltk_s(peers: Path, words: str) -> float:
    """Measure the CPU seconds a token takes NLTK, in all three; 0 if it is not there."""
    command = [str(peers / "bin" / "python"), str(HERE / "peers" / "nltk_ngram.py")]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "words.txt"
        path.write_text(words, "utf-8")
        sizes = [str(SMALL), "10", "20"]
        try:
            done = subprocess.run([*command, str(path), *sizes], capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            print("collapse: NLTK is not there, so its row is left out; make peers", file=sys.stderr)
            return 0.0
    return float(sum(json.loads(done.stdout)))


def reading(n: int) -> Iterator[Row]:
    """Time `headwater measure` on 190 MB of English, in eight files and in one, start-up included."""
    text = PLAYS.read_text("utf-8").splitlines()
    pieces = ["\n".join(text[at : at + 60]) for at in range(0, len(text), 60)]
    with tempfile.TemporaryDirectory() as folder:
        for at in range(8):
            rows = [json.dumps({"text": f"copy{at}x{n} {p}"}) for n in range(COPIES) for p in pieces]
            (Path(folder) / f"{at}.jsonl").write_text("\n".join(rows), "utf-8")
        yield _profiled("text profiled on two cores", folder, n)
        yield _bounded(folder)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "one.txt").write_text("\n".join(8 * COPIES * text), "utf-8")
        yield _profiled("text profiled on two cores, one plain file", folder, n)


def _profile(*names: str) -> list[str]:
    """Give the command that only reads and profiles, as `monitor` does with each of its corpora."""
    return [str(Path(sys.executable).parent / "headwater"), "measure", *names, "--no-sample", "--json"]


def _bounded(folder: str) -> Row:
    """Hold the peak memory of profiling a corpus of eight files against that of two of them."""
    with tempfile.TemporaryDirectory() as part:
        for name in ("0.jsonl", "1.jsonl"):
            (Path(part) / name).symlink_to(Path(folder) / name)
        few, all_ = (command_cost(_profile(place), sample_memory=True) for place in (part, folder))
    peer = f"{few.peak_bytes / 1e6:.0f} MB for a quarter of the text"
    row = "peak memory of profiling text, two cores"
    return Row(row, all_.peak_bytes / 1e6, "MB", peer, all_.peak_bytes / few.peak_bytes, "<= 1.25")


def _profiled(name: str, folder: str, n: int) -> Row:
    size_bytes = sum(path.stat().st_size for path in Path(folder).iterdir())
    costs = [command_cost(_profile(folder)) for _ in range(max(1, n // 5))]
    rate = size_bytes / 1e6 / middle(costs, "wall_s")
    return Row(name, rate, "MB/s", f"{size_bytes / 1e6 / middle(costs, 'cpu_s'):.1f} MB/CPU-s", rate, ">= 20")


def lab(n: int) -> Iterator[Row]:
    """Time a study from its command to its page, in a process and a folder of its own."""
    command = [str(Path(sys.executable).parent / "headwater"), "lab", "run", "shumailov-gaussian", "--out"]
    costs = []
    for _ in range(max(1, n // 5)):
        with tempfile.TemporaryDirectory() as folder:
            costs.append(command_cost([*command, folder]))
    took = middle(costs, "cpu_s")
    yield Row("headwater lab run shumailov-gaussian, cold", took * 1e3, "CPU-ms", "", took, "<= 5")


def language_model() -> Iterator[Row]:
    """Time the study of a language model, wall, on two cores, from nothing to its page."""
    command = [str(Path(sys.executable).parent / "headwater"), "lab", "run", "shumailov-lm", "--out"]
    with tempfile.TemporaryDirectory() as folder:
        cost = command_cost([*command, folder])
    peer = f"{cost.cpu_s:.0f} CPU-s"
    yield Row("headwater lab run shumailov-lm, wall", cost.wall_s, "s", peer, cost.wall_s, "<= 300")


def _faster(row: str, ours: float, peer: str, theirs: float, *, bar: str) -> Row:
    return Row(row, ours * 1e3, "CPU-ms", peer, theirs / ours, bar)


def main() -> int:
    """Print every row, and tell whether all bars are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, under a minute")
    parser.add_argument("--peers", type=Path, default=HERE.parent / ".venv-peers", help="NLTK's environment")
    chosen = parser.parse_args()
    n = 3 if chosen.quick else 15
    parts = (gaussian, vocabulary, multinomial, engines, lab)
    rows = [row for part in parts for row in part(n)]
    rows += ngram(n, chosen.peers)
    rows += reading(n)
    if not chosen.quick:
        rows += language_model()
    return show(rows, as_json=chosen.json)


if __name__ == "__main__":
    sys.exit(main())
