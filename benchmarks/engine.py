"""The whole job on a process pool against the same job mapped by Daft's native runner, in one run."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from crawlcopies import sample_pages, write
from measured import Cost, Row, middle, run, show

_JOB = """
import sys
from pathlib import Path
from headwater.curate.config import Config
from headwater.curate.engine import plan
from headwater.curate.engine.native import NativeEngine
from headwater.curate.run import Setting, curate
from headwater.sources.discover import discover
from headwater.sources.plan import plan as shards_of

class OnDaft(NativeEngine):
    def map(self, task, items):
        return plan.run_map(task, items, workers=2)

if __name__ == "__main__":
    engine = {"pool": NativeEngine, "daft": OnDaft}[sys.argv[1]](workers=2)
    config = Config()
    shards = shards_of(discover([sys.argv[2]]), shard_bytes=config.shard_bytes)
    setting = Setting(engine, lambda summary: summary.run_id, lambda *step: None)
    curate(shards, Path(sys.argv[3]), config=config, setting=setting)
"""


def main() -> int:
    """Measure in turn, several times over, and print the medians' ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--quick", action="store_true", help="small input, one repetition, under a minute")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as name:
        folder = Path(name)
        script = folder / "job.py"
        script.write_text(_JOB)
        n_pages = write(folder / "input", sample_pages(), copies=1 if options.quick else 4)
        costs: dict[str, list[Cost]] = {"pool": [], "daft": []}
        for turn in range(1 if options.quick else 5):
            for engine, list_ in costs.items():
                out = folder / f"{engine}{turn}"
                list_.append(run([sys.executable, str(script), engine, str(folder / "input"), str(out)]))
    rows = [
        Row(
            f"process pool, {what}, {n_pages} pages, 2 workers",
            middle(costs["pool"], figure),
            unit,
            f"Daft native map {middle(costs['daft'], figure):.2f} {unit}",
            middle(costs["pool"], figure) / middle(costs["daft"], figure),
            "<= 1.0",
        )
        for what, figure, unit in (("CPU", "cpu_s", "CPU-s"), ("wall clock", "wall_s", "s"))
    ]
    return show(rows, as_json=options.json)


if __name__ == "__main__":
    sys.exit(main())
