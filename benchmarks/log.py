"""Speed of the log against its bars, in CPU seconds of one core, the two sides in turns.

Each row is the median of several repetitions. Exit status 1 if a bar is missed. `--quick` takes fewer of
them. The peer, pymerkle, runs in an environment of its own (`make peers`); without it its rows are left out,
and this is said.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from measured import Row, show

from headwater.log import bundle, lanes, sequencer, tree
from headwater.log.algorithm import ED25519, ML_DSA_44
from headwater.log.checkpoint import Signer
from headwater.log.reader import Reader
from headwater.log.segment import SEGMENT_ENTRIES
from headwater.log.storage import Directory
from headwater.log.tile import ENTRIES, WIDTH, tile_at

HERE = Path(__file__).resolve().parent
ENTRY_BYTES = 34  # a salted commitment with its type
ORIGIN = "log.example/benchmark"


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, a smaller log")
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    parser.add_argument(
        "--peers", type=Path, default=HERE.parent / ".venv-peers", help="the peers' environment"
    )
    options = parser.parse_args()
    n = 3 if options.quick else 9
    rows = [*building(n, options.peers), *reading(n, n_segments=4 if options.quick else 16)]
    return show(rows, as_json=options.json)


def cpu_s(work: Callable[[], object]) -> float:
    """Measure the CPU seconds of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def building(n: int, peers: Path) -> Iterator[Row]:
    """Compare building all tiles of a segment with appending as many entries to the peer's tree."""
    entries = [at.to_bytes(ENTRY_BYTES, "big") for at in range(SEGMENT_ENTRIES)]

    def build(hasher: tree.Hasher) -> Callable[[], object]:
        return lambda: tree.rise(hasher.leaves(entries), 16, hasher)

    works = {"": build(lanes.LANES), ", hashlib alone": build(tree.PLAIN)}
    for work in works.values():
        work()
    rounds = [[cpu_s(work) for work in works.values()] + [peer_s(peers)] for _ in range(n)]
    for at, name in enumerate(works):
        took = statistics.median(one[at] for one in rounds) / SEGMENT_ENTRIES
        row = f"tile building, {ENTRY_BYTES} byte entries{name}"
        if not name:
            yield Row(row, 1e-6 / took, "M entries/CPU-s", "", 1e-6 / took, ">= 0.6")
        ratio = statistics.median(one[-1] / (one[at] / SEGMENT_ENTRIES) for one in rounds)
        if ratio:
            bar = ">= 5" if name else ">= 8"
            yield Row(row, 1e-6 / took, "M entries/CPU-s", "pymerkle, append in memory", ratio, bar)


def peer_s(peers: Path, n: int = 50_000) -> float:
    """Measure the CPU seconds an entry takes the peer; 0 if it is not there."""
    command = [str(peers / "bin" / "python"), str(HERE / "peers" / "merkle_append.py")]
    try:
        done = subprocess.run(
            [*command, str(n), str(ENTRY_BYTES)], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        print("log: pymerkle is not there, so its rows are left out; make peers", file=sys.stderr)
        return 0.0
    return float(done.stdout) / n


def reading(n: int, *, n_segments: int) -> Iterator[Row]:
    """Measure proofs and whole bundles out of a log on disk."""
    size = n_segments * SEGMENT_ENTRIES
    with tempfile.TemporaryDirectory() as folder:
        storage = Directory(Path(folder) / "log")
        sequencer.create(storage, ORIGIN)
        entries = (at.to_bytes(ENTRY_BYTES, "big") for at in range(size))
        sequencer.append(storage, entries, hasher=lanes.LANES)
        signers = [Signer(ORIGIN, kind, bytes(32)) for kind in (ED25519, ML_DSA_44)]
        sequencer.publish(storage, signers, time_s=0)
        yield bundles(n, Reader(storage))
        step = size // (20 * n)
        reader = Reader(storage)
        took = [cpu_s(partial(reader.prove, at)) * 1e3 for at in range(0, size, step)]
        row = f"proof of one entry of {size}, from disk, nothing kept"
        yield Row(row, statistics.median(took), "CPU-ms", "", statistics.median(took), "<= 50")


def bundles(n: int, reader: Reader) -> Row:
    """Measure checking whole bundles, entries parsed, against a root."""
    at = reader.checkpoint()[0]
    indices = range(0, at.size // WIDTH, at.size // WIDTH // 200)
    some = [
        (index, reader.tile(tile_at(ENTRIES, index, at.size)), reader.prove_bundle(index, at))
        for index in indices
    ]
    n_entries = len(some) * WIDTH
    n_bytes = sum(len(proof) for _, _, proof in some) * tree.HASH_BYTES / n_entries

    def check() -> None:
        bundle.verify_proof(some, at.size, at.root, hasher=lanes.LANES)

    check()
    took = statistics.median(cpu_s(check) for _ in range(3 * n)) / n_entries
    row = f"bundle verification, {len(some)} bundles, {n_bytes:.2f} bytes of proof an entry"
    return Row(row, 1e-6 / took, "M entries/CPU-s", "", 1e-6 / took, ">= 1")


if __name__ == "__main__":
    sys.exit(main())
