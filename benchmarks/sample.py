"""Speed and size of the proof of a sample, against its bars, in CPU seconds of one core.

A mix manifest ties its bundles to the tree with one set of hashes. Each row is the median of several
repetitions; exit status 1 if a bar is missed. `--quick` takes fewer of them, from a smaller log.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import sys
import time
from collections.abc import Iterator

from measured import Row, show

from headwater.log import lanes, sequencer
from headwater.log.checkpoint import Checkpoint
from headwater.log.reader import Reader
from headwater.log.storage import Memory
from headwater.log.tile import ENTRIES, WIDTH, tile_at
from headwater.log.tree import HASH_BYTES
from headwater.reserve import mix, sample

ORIGIN = "reserve.example/benchmark"
MAX_PROOF_BYTES = 1.5  # a document


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, a smaller log")
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    arguments = parser.parse_args()
    size, n = (1 << 18, 5) if arguments.quick else (1 << 20, 15)
    return show(list(rows(size, n)), as_json=arguments.json)


def rows(size: int, n: int) -> Iterator[Row]:
    """Measure samples of a few and of many bundles."""
    storage = Memory()
    sequencer.create(storage, ORIGIN)
    entries = (b"\x01\x01" + hashlib.sha256(at.to_bytes(8, "big")).digest() for at in range(size))
    head = sequencer.append(storage, entries, hasher=lanes.LANES)
    at, reader = Checkpoint(ORIGIN, head.size, head.root), Reader(storage)
    for n_bundles in (40, 400):
        drawn = sample.order(bytes(32), size // WIDTH)[:n_bundles]
        data = {index: reader.tile(tile_at(ENTRIES, index, size)) for index in drawn}
        hashes = mix.prove(drawn, size, reader.nodes(size))
        took = [_cpu_s(data, at, hashes) for _ in range(n)]
        rate = n_bundles * WIDTH / statistics.median(took) / 1e6
        told = f"{n_bundles} bundles of {size} documents"
        yield Row(f"bundle verification, {told}", rate, "M documents/CPU-s", "", rate, ">= 1")
        n_bytes = len(hashes) * HASH_BYTES / (n_bundles * WIDTH)
        yield Row(
            f"proof of a sample, {told}", n_bytes, "bytes/document", "", n_bytes, f"<= {MAX_PROOF_BYTES}"
        )


def _cpu_s(data: dict[int, bytes], at: Checkpoint, hashes: tuple[bytes, ...]) -> float:
    began = time.process_time()
    mix.verify_bundles(data, at, hashes, hasher=lanes.LANES)
    return time.process_time() - began


if __name__ == "__main__":
    sys.exit(main())
