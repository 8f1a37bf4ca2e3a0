"""The cost of a command as a whole process tree, and rows as the benchmarks print them."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from headwater.errors import UnavailableError

_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took.

    Attributes:
        cpu_s: User and system time of the process and all it waited for.
        wall_s: Elapsed time.
        peak_bytes: Greatest sum of proportional set sizes over the tree; 0 when it was not sampled.
    """

    cpu_s: float
    wall_s: float
    peak_bytes: int


def run(command: Sequence[str], *, sample_memory: bool = False) -> Cost:
    """Run a command to its end.

    Args:
        command: Program and arguments.
        sample_memory: Whether to sample memory twenty times a second, which costs some CPU elsewhere.

    Returns:
        What it took.

    Raises:
        UnavailableError: If it fails.
    """
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    before, start, peak = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic(), 0
    with tempfile.TemporaryFile() as said:
        job = subprocess.Popen(list(command), stdout=subprocess.DEVNULL, stderr=said)
        while sample_memory and job.poll() is None:
            peak = max(peak, sum(_pss(pid) for pid in _tree(job.pid)))
            time.sleep(0.05)
        code, wall_s = job.wait(), time.monotonic() - start
        _reap()
        if code:
            said.seek(0)
            last = said.read().decode(errors="replace").strip().splitlines()[-1:]
            raise UnavailableError(f"{Path(command[0]).name} failed: {last}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu_s, wall_s, peak)


def _reap() -> None:
    """Wait for what the job left running; as their reaper we are charged for it."""
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


def _tree(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return [pid]
    return [pid, *(below for child in text.split() for below in _tree(int(child)))]


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a benchmark.

    Attributes:
        row: What was measured.
        value: The figure.
        unit: Its unit.
        peer: What it is compared with; empty for none.
        ratio: Against the peer, in the sense of the bar.
        bar: Such as `>= 1.4`.
    """

    row: str
    value: float
    unit: str
    peer: str
    ratio: float
    bar: str

    @property
    def met(self) -> bool:
        """Compare the ratio with the bar."""
        sense, bound = self.bar.split()
        return self.ratio >= float(bound) if sense == ">=" else self.ratio <= float(bound)


def show(rows: Sequence[Row], *, as_json: bool) -> int:
    """Print rows, and give the exit status: 1 if a bar is missed."""
    for row in rows:
        if as_json:
            facts = {name: getattr(row, name) for name in Row.__slots__}
            rounded = {
                name: round(fact, 4) if isinstance(fact, float) else fact for name, fact in facts.items()
            }
            print(json.dumps(rounded | {"met": row.met}))
        else:
            verdict = "met" if row.met else "MISSED"
            print(
                f"{row.row:<58} {row.value:>10.3f} {row.unit:<16} ratio {row.ratio:>7.3f}  "
                f"bar {row.bar:<9} {verdict}  {row.peer}"
            )
    return int(not all(row.met for row in rows))


def middle(costs: Sequence[Cost], name: str) -> float:
    """Give the median of one figure."""
    return float(median(getattr(cost, name) for cost in costs))
