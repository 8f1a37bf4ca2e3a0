"""`headwater curate` against datatrove and against a bare process pool, on the same WARC files, in one run.

Peers run in an environment of their own (`make peers`), since datatrove's dependencies replace one of ours.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from crawlcopies import write
from measured import Cost, Row, middle, run, show

from headwater.errors import UnavailableError

HERE = Path(__file__).parent
LABELS = ("capture-1", "language-1", "quality-1", "disclosure-1")
WORKERS = 2


def main() -> int:
    """Measure, print, and say by the exit status whether every bar is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--quick", action="store_true", help="small input, one repetition, under a minute")
    parser.add_argument(
        "--peers", type=Path, default=HERE.parent / ".venv-peers", help="the peers' environment"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        bench = Bench(Path(folder), options.peers, quick=options.quick)
        return show([*bench.throughput(), *bench.memory(), help_row()], as_json=options.json)


class Bench:
    """The jobs, each writing to a folder of its own."""

    def __init__(self, folder: Path, peers: Path, *, quick: bool) -> None:
        """Write the input."""
        self._python = str(peers / "bin" / "python")
        if not Path(self._python).exists():
            raise UnavailableError(f"no peers in {peers}", hint="make peers")
        self._folder = folder
        self._repeats = 1 if quick else 5
        self._copies = 1 if quick else 6
        self._quick = quick
        self._input = folder / "input"
        self._n = write(self._input, copies=self._copies)
        self._serial = 0

    def _out(self) -> str:
        self._serial += 1
        return str(self._folder / f"out{self._serial}")

    def ours(self) -> Cost:
        """Run the whole command line with the labels of the bar, all three passes and the report."""
        return self._curate(self._input, LABELS, sample_memory=False)

    def _curate(self, source: Path, names: Sequence[str], *, sample_memory: bool) -> Cost:
        labels = [part for name in names for part in ("--label", name)]
        program = str(Path(sys.executable).with_name("headwater"))
        command = [program, "curate", str(source), "--out", self._out(), *labels]
        return run([*command, "--workers", str(WORKERS)], sample_memory=sample_memory)

    def pool(self) -> Cost:
        """Run the bare process pool."""
        files = sorted(map(str, self._input.iterdir()))
        return run([self._python, str(HERE / "peers" / "pool_job.py"), self._out(), str(WORKERS), *files])

    def datatrove(self, extractor: str) -> Cost:
        """Run datatrove."""
        script = str(HERE / "peers" / "datatrove_job.py")
        return run([self._python, script, self._out(), str(WORKERS), extractor, str(self._input)])

    def throughput(self) -> list[Row]:
        """Measure all in turn, several times over, so that what else the machine does hits all alike."""
        jobs: dict[str, Callable[[], Cost]] = {
            "ours": self.ours,
            "pool": self.pool,
            "datatrove": lambda: self.datatrove("resiliparse"),
        }
        costs: dict[str, list[Cost]] = {name: [] for name in jobs}
        for _ in range(self._repeats):
            for name, job in jobs.items():
                costs[name].append(job())
        slow = self.datatrove("trafilatura")
        ours_cpu, ours_wall = middle(costs["ours"], "cpu_s"), middle(costs["ours"], "wall_s")
        their_cpu, pool_wall = middle(costs["datatrove"], "cpu_s"), middle(costs["pool"], "wall_s")
        pool_cpu = middle(costs["pool"], "cpu_s")
        rate, unit = self._n / ours_cpu, "documents/CPU-s"
        what = "read+extract+language+facts+disclosure+write"
        return [
            Row(
                what,
                rate,
                unit,
                f"datatrove+resiliparse {self._n / their_cpu:.0f}",
                their_cpu / ours_cpu,
                ">= 1.4",
            ),
            Row(
                what,
                rate,
                unit,
                f"datatrove default {self._n / slow.cpu_s:.1f}",
                slow.cpu_s / ours_cpu,
                ">= 12",
            ),
            Row(
                f"wall clock, {WORKERS} workers, {self._n} pages",
                ours_wall,
                "s",
                f"bare process pool {pool_wall:.2f} s ({self._n / pool_cpu:.0f} documents/CPU-s)",
                ours_wall / pool_wall,
                "<= 1.15",
            ),
        ]

    def memory(self) -> list[Row]:
        """Sample the tree's memory at one and at eight times the input, with every label there is."""
        big = self._folder / "input8"
        write(big, copies=8 * (1 if self._quick else self._copies), n_files=16)
        small_bytes = self._curate(self._input, (), sample_memory=True).peak_bytes
        big_bytes = self._curate(big, (), sample_memory=True).peak_bytes
        megabytes = big_bytes / 1e6
        return [
            Row("peak memory at 8x input, whole process tree", megabytes, "MB", "", megabytes, "<= 500"),
            Row(
                "peak memory, 8x over 1x input",
                megabytes,
                "MB",
                f"1x {small_bytes / 1e6:.0f} MB",
                big_bytes / small_bytes,
                "<= 1.15",
            ),
        ]


def help_row() -> Row:
    """Measure the start of the command line."""
    program = str(Path(sys.executable).with_name("headwater"))
    subprocess.run([program, "--help"], stdout=subprocess.DEVNULL, check=True)
    cpu_s = middle([run([program, "--help"]) for _ in range(7)], "cpu_s")
    return Row("start of headwater --help", cpu_s, "CPU-s", "", cpu_s, "<= 0.3")


if __name__ == "__main__":
    sys.exit(main())
