"""Which missed bars of a benchmark fail the build: those of memory and start-up; the others only warn."""

from __future__ import annotations

import json
import sys
from typing import Any

# Bytes, and the CPU time of one short command, are the same on a busy machine. A ratio of two timings is
# not: somebody else's work falls on one side of it. So a missed ratio is printed, and people judge it.
HARD = {"memory": "peak memory", "start-up": "start"}  # What the names of their rows begin with.


def main(status: int) -> int:
    """Judge rows of `benchmarks/NAME.py --json` on standard input.

    Args:
        status: How the benchmark ended: 0 for all bars met, 1 for one missed.

    Returns:
        1 if a hard bar is missed or not there, or the benchmark failed otherwise; 0 if not.
    """
    rows = [json.loads(line) for line in sys.stdin if line.startswith("{")]
    missed = [row for row in rows if not row["met"]]
    for row in missed:
        weight = "FAILED" if is_hard(row) else "warning: missed on this machine"
        sys.stderr.write(f"ci: {weight}: {row['row']}: {row['ratio']}, the bar is {row['bar']}\n")
    unmeasured = [what for what, name in HARD.items() if not any(row["row"].startswith(name) for row in rows)]
    for what in unmeasured:
        sys.stderr.write(f"ci: FAILED: no row of {what}\n")
    crashed = status > 1 or (status == 1 and not missed)
    return int(crashed or bool(unmeasured) or any(map(is_hard, missed)))


def is_hard(row: dict[str, Any]) -> bool:
    """Tell whether a row is of memory or of start-up."""
    return row["row"].startswith(tuple(HARD.values()))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
