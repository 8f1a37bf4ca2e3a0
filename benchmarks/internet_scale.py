"""The pipeline at 100 billion pages, on paper: rates measured here, multiplied, and checked by a simulation.

Nothing here ran at that size. Rates are marginal ones: what twice the work costs more. The simulation lets
workers take shards of unequal length, die and be replaced, and is held against the division that a
spreadsheet would do.
"""

from __future__ import annotations

import argparse
import heapq
import json
import sys
import tempfile
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from crawlcopies import sample_pages, web_pages, write
from measured import Row, run, show

from headwater.curate.layout import FOLDERS, LEDGER, Layout
from headwater.loop import archive

HERE = Path(__file__).parent
PAGES = 100e9
CORES = 10_000
SHARD_BYTES = 128 * 1024**2  # of compressed input
DAY_S, YEAR_S = 86_400.0, 31_557_600.0
_CLUSTERS = """
import resource, sys
import numpy as np, pyarrow as pa
from headwater.curate import cluster
n = int(sys.argv[1])
ids = np.char.mod("%032x", np.arange(n))
signature = np.random.default_rng(0).integers(0, 2**32, (n // 2, 112), dtype=np.uint32).repeat(2, axis=0)
table = pa.table({"id": ids, "key": np.arange(n) // 2, "signature": [row.tobytes() for row in signature]})
import daft
frame = daft.from_arrow(table)
near = cluster.similar(frame, cluster.buckets(frame, daft.col("key")), 0.8)
assert len(cluster.components([near])) == n
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


@dataclass(frozen=True, slots=True)
class Rates:
    """Hold what one page costs.

    Attributes:
        page_bytes: Of a page in a compressed crawl.
        cpu_s: Of the whole main job, all labels.
        text_bytes: Of corpus, quarantine and excluded texts.
        label_bytes: Of all labels.
        ledger_bytes: Of the ledger.
        shard_bytes: Of one shard in the plan of a run, which one process reads whole.
        clustered_bytes: Memory of one process for each page that has a near-copy.
        seal_cpu_s: Of sealing a page in a reserve.
        leaf_bytes: Of the reserve's log for each page, its text apart.
        vote_bytes: Of one signed vote.
    """

    page_bytes: float
    cpu_s: float
    text_bytes: float
    label_bytes: float
    ledger_bytes: float
    shard_bytes: float
    clustered_bytes: float
    seal_cpu_s: float
    leaf_bytes: float
    vote_bytes: float


def main() -> int:
    """Measure rates, multiply, simulate, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--quick", action="store_true", help="smaller inputs, a minute")
    parser.add_argument(
        "--peers", type=Path, default=HERE.parent / ".venv-peers", help="where the web pages are"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        rates = measure(Path(folder), options.peers, n_copies=2 if options.quick else 8)
    return show([*paper(rates), *simulated(rates)], as_json=options.json)


def measure(folder: Path, peers: Path, *, n_copies: int) -> Rates:
    """Measure what a page costs."""
    pages = web_pages(peers / "pages") if (peers / "pages").is_dir() else sample_pages()
    small, big = (_job(folder / f"crawl{n}", pages, n) for n in (1, 1 + n_copies))
    n = big["pages"] - small["pages"]
    each = {name: (big[name] - small[name]) / n for name in big}
    light, heavy = (_sealed(folder / f"seal{n}", n) for n in (400, 400 + 400 * n_copies))
    per_leaf = {name: (heavy[name] - light[name]) / (heavy["n"] - light["n"]) for name in heavy}
    ends = (20_000, 20_000 * (1 + n_copies))
    memory = [_clustered(n) for n in ends]
    votes = json.loads((HERE.parent / "vectors" / "review" / "judgement.json").read_text("utf-8"))["tests"]
    return Rates(
        page_bytes=each["input"],
        cpu_s=each["cpu_s"],
        text_bytes=each["texts"],
        label_bytes=each["labels"],
        ledger_bytes=each["ledger"],
        shard_bytes=big["plan"] / big["shards"],
        clustered_bytes=(memory[1] - memory[0]) / (ends[1] - ends[0]),
        seal_cpu_s=per_leaf["cpu_s"],
        leaf_bytes=per_leaf["log"],
        vote_bytes=float(np.mean([len(one["envelope"]) for one in votes])),
    )


def _job(folder: Path, pages: list[tuple[str, str, bytes]], copies: int) -> dict[str, float]:
    """Run the main job, without watermarks and membership, and weigh it."""
    n = write(folder / "in", pages, copies=copies)
    out = folder / "out"
    program = str(Path(sys.executable).with_name("headwater"))
    cost = run([program, "curate", str(folder / "in"), "--out", str(out), "--workers", "2"])
    shards = json.loads(Layout(out).plan.read_text("utf-8"))["shards"]
    return {
        "pages": n,
        "cpu_s": cost.cpu_s,
        "input": _weigh(folder / "in"),
        "texts": sum(_weigh(out / name) for name in FOLDERS.values()),
        "labels": _weigh(out / "labels"),
        "ledger": (out / LEDGER).stat().st_size,
        "plan": len(json.dumps(shards)),
        "shards": len(shards),
    }


def _sealed(folder: Path, n: int) -> dict[str, float]:
    """Seal documents of 2 kB, and weigh the log."""
    folder.mkdir()
    rng, source = np.random.default_rng(n), folder / "texts.jsonl"
    texts = (" ".join(map(str, rng.integers(10**9, size=200))) for _ in range(n))
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), "utf-8")
    start = time.process_time()
    archive.build(folder / "reserve", source)
    cpu_s = time.process_time() - start
    held = folder / "reserve" / "reserve"
    return {"n": float(n), "cpu_s": cpu_s, "log": _weigh(held) - _weigh(held / "content")}


def _clustered(n: int) -> float:
    """Give the peak memory of a process that clusters n documents, each with one near-copy."""
    import subprocess

    told = subprocess.run(
        [sys.executable, "-c", _CLUSTERS, str(n)], check=True, capture_output=True, text=True, timeout=600
    )
    return float(told.stdout.split()[-1])


def _weigh(folder: Path) -> float:
    return float(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()))


def paper(rates: Rates) -> list[Row]:
    """Multiply."""
    n_shards = PAGES * rates.page_bytes / SHARD_BYTES
    core_years, days = PAGES * rates.cpu_s / YEAR_S, PAGES * rates.cpu_s / CORES / DAY_S
    grey, votes_a_page, votes_an_hour = 0.01, 3.0, 60.0
    votes = PAGES * grey * votes_a_page
    return [
        _told("crawl, compressed", PAGES * rates.page_bytes / 1e15, "PB"),
        _told("main job, without watermarks and membership", core_years, "core-years"),
        _told(f"main job on {CORES:,} cores", days, "days"),
        _told("texts", PAGES * rates.text_bytes / 1e12, "TB"),
        _told("labels", PAGES * rates.label_bytes / 1e12, "TB"),
        _told("ledger", PAGES * rates.ledger_bytes / 1e12, "TB"),
        _told("shards of 128 MiB", n_shards / 1e6, "million"),
        _told("plan of the run, read by one process", n_shards * rates.shard_bytes / 1e9, "GB"),
        _told("memory of the clustering process, a fifth near-copies", _memory(rates, 0.2) / 1e12, "TB"),
        _told(
            "pages of which one process of 64 GB clusters a fifth",
            64e9 / rates.clustered_bytes / 0.2 / 1e6,
            "million",
        ),
        _told(
            "sealing a reserve of 1 % of the pages", PAGES * 0.01 * rates.seal_cpu_s / YEAR_S, "core-years"
        ),
        _told("log of that reserve, texts apart", PAGES * 0.01 * rates.leaf_bytes / 1e12, "TB"),
        _told("votes on a grey zone of 1 %, three a page", votes / 1e9, "billion"),
        _told(
            "reviewers for a year of 1,800 hours, 60 votes an hour",
            votes / votes_an_hour / 1800 / 1e3,
            "thousand",
        ),
        _told("log of the votes", votes * rates.vote_bytes / 1e12, "TB"),
        _told(
            "reviewers for an audit of 100,000 pages", 100_000 * votes_a_page / votes_an_hour / 1800, "people"
        ),
    ]


def _memory(rates: Rates, share: float) -> float:
    return PAGES * share * rates.clustered_bytes


def _told(name: str, value: float, unit: str) -> Row:
    return Row(name, value, unit, "", value, ">= 0")


@dataclass(frozen=True, slots=True)
class Farm:
    """Describe a cluster at work.

    Attributes:
        workers: Cores.
        shards: To be done.
        mean_s: CPU time of a shard.
        spread: Standard deviation of its logarithm.
        mtbf_s: Mean time until a worker dies, its shard to be done again.
        restart_s: Until another stands in its place.
    """

    workers: int
    shards: int
    mean_s: float
    spread: float = 0.5
    mtbf_s: float = 30 * DAY_S
    restart_s: float = 300.0


def simulated(rates: Rates) -> list[Row]:
    """Hold the simulation against the division, for what may happen in a cluster."""
    mean_s = SHARD_BYTES / rates.page_bytes * rates.cpu_s
    # A hundredth of the cluster and of the shards: what is divided by what stays the same.
    farm = Farm(CORES // 100, round(PAGES * rates.page_bytes / SHARD_BYTES / 100), mean_s)
    cases: Mapping[str, Farm] = {
        "workers die once a month": farm,
        "workers die once a day": replace(farm, mtbf_s=DAY_S),
        "shards are very unequal": replace(farm, spread=1.5),
    }
    return [_against(name, case) for name, case in cases.items()]


def _against(name: str, farm: Farm) -> Row:
    took_s = simulate(farm, np.random.default_rng(0)) / DAY_S
    divided = farm.shards * farm.mean_s / farm.workers / DAY_S
    return Row(
        f"days by simulation, {name}", took_s, "days", f"divided {divided:.1f}", took_s / divided, "<= 1.05"
    )


def simulate(farm: Farm, rng: np.random.Generator) -> float:
    """Let workers take shards until all are done.

    Args:
        farm: The cluster.
        rng: Draws lengths and deaths.

    Returns:
        Seconds until the last shard is done.
    """
    lengths = rng.lognormal(np.log(farm.mean_s) - farm.spread**2 / 2.0, farm.spread, farm.shards)
    waiting, free, done_s = deque(lengths.tolist()), [0.0] * farm.workers, 0.0
    while waiting:
        start, length, lives = heapq.heappop(free), waiting.popleft(), rng.exponential(farm.mtbf_s)
        if lives < length:
            waiting.append(length)
            heapq.heappush(free, start + lives + farm.restart_s)
            continue
        done_s = max(done_s, start + length)
        heapq.heappush(free, start + length)
    return done_s


if __name__ == "__main__":
    sys.exit(main())
