"""Which missed bars of a benchmark fail the build: those of memory and start-up; the others only warn."""

from __future__ import annotations

import json
import sys

# Bytes, and the CPU time of one short command, are the same on a busy machine. A ratio of two timings is
# not: somebody else's work falls on one side of it. So a missed ratio is printed, and people judge it.
HARD_UNITS = {"MB": "memory", "CPU-s": "start-up"}


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
        weight = "FAILED" if row["unit"] in HARD_UNITS else "warning: missed on this machine"
        sys.stderr.write(f"ci: {weight}: {row['row']}: {row['ratio']}, the bar is {row['bar']}\n")
    unmeasured = HARD_UNITS.keys() - {row["unit"] for row in rows}
    for unit in sorted(unmeasured):
        sys.stderr.write(f"ci: FAILED: no row of {HARD_UNITS[unit]}\n")
    crashed = status > 1 or (status == 1 and not missed)
    return int(crashed or bool(unmeasured) or any(row["unit"] in HARD_UNITS for row in missed))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
