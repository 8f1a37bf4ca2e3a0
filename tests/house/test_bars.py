"""Which missed bars fail the build."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.house.tree import ROOT

MEMORY = {"row": "peak memory", "unit": "MB", "ratio": 400.0, "bar": "<= 500", "met": True}
START = {"row": "start", "unit": "CPU-s", "ratio": 0.2, "bar": "<= 0.3", "met": True}
RATE = {"row": "all of it", "unit": "documents/CPU-s", "ratio": 1.5, "bar": ">= 1.4", "met": True}
STUDY = {"row": "a study, cold", "unit": "CPU-s", "ratio": 6.0, "bar": "<= 5", "met": True}
MISSED = {"met": False}


@pytest.mark.parametrize(
    ("rows", "status", "ends", "says"),
    [
        ([MEMORY, START, RATE], 0, 0, ""),
        ([MEMORY, START, RATE | MISSED], 1, 0, "ci: warning: missed on this machine: all of it: 1.5, "),
        ([MEMORY | MISSED, START, RATE], 1, 1, "ci: FAILED: peak memory: 400.0, the bar is <= 500"),
        ([MEMORY, START | MISSED, RATE | MISSED], 1, 1, "ci: FAILED: start: 0.2"),
        ([MEMORY, START, STUDY | MISSED], 1, 0, "ci: warning: missed on this machine: a study, cold: 6.0, "),
        ([MEMORY, RATE], 0, 1, "ci: FAILED: no row of start-up"),
        ([], 1, 1, "ci: FAILED: no row of memory"),
        ([MEMORY, START, RATE], 1, 1, ""),
        ([MEMORY, START, RATE | MISSED], 3, 1, ""),
    ],
)
def test_memory_and_start_up_fail_the_build_and_timings_warn(
    rows: list[dict[str, object]], status: int, ends: int, says: str
) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / ".ci" / "bars.py"), str(status)],
        input="\n".join(map(json.dumps, rows)),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == ends
    assert says in done.stderr
