"""Time and memory of a loop of two arms, `nothing` and `all`, as `headwater loop run` runs them on two cores.

The command runs in a process tree of its own; memory is the greatest sum of proportional set sizes over it.
Exit status 1 if a bar is missed. `--quick` runs generations 0 and 1 alone and extrapolates: what comes before
the first generation counts once, all else, the start of the workers too, as often as there are generations.
What is compiled for this machine is compiled by a run of its own before, unless `--cold` is given.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from measured import Row, run, show

PLAYS = Path(__file__).resolve().parents[1] / "studies" / "plays.txt"
GENERATIONS = 10
BAR_S, BAR_BYTES = 180.0, 2e9


def loop(out: Path, *, generations: int, more: tuple[str, ...] = ()) -> list[str]:
    """Give the command of a loop."""
    program = str(Path(sys.executable).parent / "headwater")
    arms = ["--arm", "nothing", "--arm", "all", "--workers", "2", "--generations", str(generations)]
    return [program, "loop", "run", str(PLAYS), "--out", str(out), *arms, *more]


def compile_kernels() -> None:
    """Run what is compiled once a machine: the smallest loop."""
    with tempfile.TemporaryDirectory() as folder:
        run(
            loop(
                Path(folder) / "out", generations=1, more=("--written", "4", "--start", "20", "--size", "20")
            )
        )


def rows(*, quick: bool) -> Iterator[Row]:
    """Run the loop, and give its rows."""
    last = 1 if quick else GENERATIONS
    with tempfile.TemporaryDirectory() as folder:
        out, began_s = Path(folder) / "out", time.time()
        cost = run(loop(out, generations=last), sample_memory=True)
        prepared_s = (out / "archive" / "samples" / f"{last:03d}").stat().st_mtime - began_s
    took_s = prepared_s + (cost.wall_s - prepared_s) * (GENERATIONS + 1) / (last + 1)
    name = f"loop, {GENERATIONS} generations, nothing and all, two cores"
    peer = f"{cost.cpu_s:.0f} CPU-s for generations 0 to {last}"
    yield Row(f"{name}{', extrapolated' * quick}", took_s, "s", peer, took_s, f"<= {BAR_S:g}")
    ratio = cost.peak_bytes / BAR_BYTES
    yield Row("peak memory of the loop and its workers", cost.peak_bytes / 1e9, "GB", "2 GB", ratio, "<= 1")


def main() -> int:
    """Print every row, and tell whether all bars are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--quick", action="store_true", help="two generations, extrapolated; under a minute")
    parser.add_argument("--cold", action="store_true", help="compile within the time that is taken")
    chosen = parser.parse_args()
    if not chosen.cold:
        compile_kernels()
    return show(list(rows(quick=chosen.quick)), as_json=chosen.json)


if __name__ == "__main__":
    sys.exit(main())
