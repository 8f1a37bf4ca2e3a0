"""`headwater curate` against datatrove and against a bare process pool, on the same WARC files, in one run.

Peers run in an environment of their own (`make peers`), since datatrove's dependencies replace one of ours.
"""

from __future__ import annotations

import argparse
import compileall
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from crawlcopies import sample_pages, web_pages, write, write_mixed
from measured import Cost, Row, middle, run, show

import headwater
from headwater.errors import UnavailableError

HERE = Path(__file__).parent
LABELS = ("capture-1", "language-1", "quality-1", "disclosure-1")
SOME = "read+extract+language+facts+disclosure+write"
WORKERS = 2


def main() -> int:
    """Measure, print, and say by the exit status whether every bar is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--quick", action="store_true", help="small input, one repetition, under a minute")
    parser.add_argument("--memory", action="store_true", help="memory and start-up alone, at full size")
    parser.add_argument(
        "--documents", type=int, help="memory alone, at so many documents and a tenth of them"
    )
    parser.add_argument(
        "--peers", type=Path, default=HERE.parent / ".venv-peers", help="the peers' environment"
    )
    options = parser.parse_args()
    # Packages are compiled when they are installed, as the peers were; a checkout may never be.
    compileall.compile_dir(str(Path(headwater.__file__).parent), quiet=2)
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        if options.documents:
            return show(scale_rows(Path(folder), options.documents), as_json=options.json)
        rows = [help_row(), *smallest_rows(Path(folder))]
        if not options.memory:
            bench = Bench(Path(folder), options.peers, quick=options.quick)
            rows += [row for name in bench.inputs for row in bench.throughput(name)]
        if not options.quick:
            rows += memory_rows(Path(folder))
        return show(rows, as_json=options.json)


def curate(source: Path, out: Path, names: Sequence[str], *, sample_memory: bool) -> Cost:
    """Run the whole command line, all three passes and the report.

    Args:
        source: Folder of the crawl.
        out: Where to.
        names: Labels; none for all.
        sample_memory: Whether to sample memory.

    Returns:
        What it took.
    """
    labels = [part for name in names for part in ("--label", name)]
    program = str(Path(sys.executable).with_name("headwater"))
    command = [program, "curate", str(source), "--out", str(out), *labels, "--workers", str(WORKERS)]
    return run(command, sample_memory=sample_memory)


class Bench:
    """The jobs, each writing to a folder of its own.

    Attributes:
        inputs: Name -> folder and number of pages.
    """

    def __init__(self, folder: Path, peers: Path, *, quick: bool) -> None:
        """Write the inputs."""
        self._python = str(peers / "bin" / "python")
        if not (Path(self._python).exists() and (peers / "pages").is_dir()):
            raise UnavailableError(f"no peers in {peers}", hint="make peers")
        self._folder = folder
        self._repeats = 1 if quick else 5
        self._serial = 0
        web, sample = web_pages(peers / "pages"), sample_pages()
        self.inputs: dict[str, tuple[Path, int]] = {}
        crawls = [("web pages", web, 1 if quick else 24), ("sample pages", sample, 6)]
        for name, pages, copies in crawls[: 1 if quick else None]:
            size = sum(len(body) for *_, body in pages) / len(pages)
            into = folder / name.replace(" ", "-")
            self.inputs[f"{name} of {size / 1e3:.0f} kB"] = (into, write(into, pages, copies=copies))

    def _out(self) -> str:
        self._serial += 1
        return str(self._folder / f"out{self._serial}")

    def _pool(self, source: Path) -> Cost:
        files = sorted(map(str, source.iterdir()))
        return run([self._python, str(HERE / "peers" / "pool_job.py"), self._out(), str(WORKERS), *files])

    def _datatrove(self, source: Path, extractor: str) -> Cost:
        script = str(HERE / "peers" / "datatrove_job.py")
        return run([self._python, script, self._out(), str(WORKERS), extractor, str(source)])

    def throughput(self, name: str) -> list[Row]:
        """Measure all in turn, several times over, so that what else the machine does hits all alike.

        Args:
            name: Of the input.

        Returns:
            A row against each peer.
        """
        source, n = self.inputs[name]
        jobs: dict[str, Callable[[], Cost]] = {
            "ours": lambda: curate(source, Path(self._out()), LABELS, sample_memory=False),
            "all": lambda: curate(source, Path(self._out()), (), sample_memory=False),
            "pool": lambda: self._pool(source),
            "datatrove": lambda: self._datatrove(source, "resiliparse"),
        }
        costs: dict[str, list[Cost]] = {job: [] for job in jobs}
        for _ in range(self._repeats):
            for job, start in jobs.items():
                costs[job].append(start())
        cpu = {job: middle(costs[job], "cpu_s") for job in jobs}
        cpu["default"] = self._datatrove(source, "trafilatura").cpu_s
        rows = [
            Row(
                f"{what}, {n} {name}",
                n / cpu[job],
                "documents/CPU-s",
                f"datatrove {peer} {n / cpu[against]:.1f}",
                cpu[against] / cpu[job],
                bar,
            )
            for what, job, peer, against, bar in (
                (SOME, "ours", "with resiliparse", "datatrove", ">= 1.4"),
                (SOME, "ours", "by default", "default", ">= 12"),
                ("all labels, all passes", "all", "with resiliparse", "datatrove", ">= 1"),
            )
        ]
        ours_wall = middle(costs["ours"], "wall_s")
        pool_cpu, pool_wall = middle(costs["pool"], "cpu_s"), middle(costs["pool"], "wall_s")
        peer = f"bare process pool {pool_wall:.2f} s ({n / pool_cpu:.0f} documents/CPU-s)"
        what = f"wall clock, {WORKERS} workers, {n} {name}"
        return [*rows, Row(what, ours_wall, "s", peer, ours_wall / pool_wall, "<= 1.15")]


def memory_rows(folder: Path) -> list[Row]:
    """Sample the tree's memory at one and at eight times an input, with every label there is."""
    peaks = []
    for times, n_files in ((1, 8), (8, 16)):
        source = folder / f"memory{times}"
        write(source, sample_pages(), copies=6 * times, n_files=n_files)
        peaks.append(curate(source, folder / f"memory{times}-out", (), sample_memory=True).peak_bytes)
    small, big = peaks
    flat = f"1x {small / 1e6:.0f} MB"
    return [
        Row("peak memory at 8x input, whole process tree", big / 1e6, "MB", "", big / 1e6, "<= 500"),
        Row("peak memory, 8x over 1x input", big / 1e6, "MB", flat, big / small, "<= 1.15"),
    ]


def scale_rows(folder: Path, n: int) -> list[Row]:
    """Sample memory, and take the rate, over many documents of real text and over a tenth of them."""
    costs = []
    for some in (n // 10, n):
        source = folder / f"mixed{some}"
        write_mixed(source, sample_pages(), some)
        costs.append(curate(source, folder / f"mixed{some}-out", (), sample_memory=True))
    small, big = (cost.peak_bytes for cost in costs)
    what = f"{n:,} documents, every label"
    rate = n / costs[1].cpu_s
    flat = f"{n // 10:,} documents {small / 1e6:.0f} MB"
    return [
        Row(f"peak memory, {what}", big / 1e6, "MB", flat, big / small, "<= 1.15"),
        Row(f"rate, {what}", rate, "documents/CPU-s", "", rate, ">= 0"),
    ]


def smallest_rows(folder: Path) -> list[Row]:
    """Measure what a run costs before its first page and after its last: one of a single page."""
    source = folder / "single"
    write(source, sample_pages()[:1], copies=1, n_files=1)
    rows = []
    for what, names in (("four labels", LABELS), ("all labels", ())):
        outs = [folder / f"single-{len(names)}-{at}" for at in range(4)]
        costs = [curate(source, out, names, sample_memory=False) for out in outs]
        cpu_s, wall_s = (middle(costs[1:], name) for name in ("cpu_s", "wall_s"))
        rows.append(Row(f"a run of one page, {what}", cpu_s, "CPU-s", f"{wall_s:.2f} s", cpu_s, ">= 0"))
    return rows


def help_row() -> Row:
    """Measure the start of the command line."""
    program = str(Path(sys.executable).with_name("headwater"))
    subprocess.run([program, "--help"], stdout=subprocess.DEVNULL, check=True)
    cpu_s = middle([run([program, "--help"]) for _ in range(7)], "cpu_s")
    return Row("start of headwater --help", cpu_s, "CPU-s", "", cpu_s, "<= 0.3")


if __name__ == "__main__":
    sys.exit(main())
