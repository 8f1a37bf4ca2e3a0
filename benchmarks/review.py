"""Speed of review, from choosing documents to aggregating votes, as ratios measured in one run.

Exit status 1 if a bar is missed. `--quick` takes a tenth of the documents, `--part` one part of it, or
several. The peers crowd-kit and scikit-activeml run in an environment of their own (`make peers`); without it
their rows are left out, and this is said.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
from measured import Cost, Row, show
from measured import run as command_cost

from headwater.errors import UnavailableError
from headwater.log import envelope
from headwater.log.algorithm import ED25519
from headwater.log.checkpoint import Signer
from headwater.review.agreement import AGGREGATORS, dawid_skene
from headwater.review.agreement.consensus import evidence
from headwater.review.attest import Interaction, Judgement, judgement, ledger
from headwater.review.select import SELECTORS
from headwater.review.select.chunk import Chunk, chunk
from headwater.review.select.sketch import scan
from headwater.review.select.strata import centroids
from headwater.review.store import Committer, Item, Ticket, add, cast, lease, open_store
from headwater.review.votes import votes

HERE = Path(__file__).resolve().parent
D, N_TOPICS, N_STRATA, BATCH = 384, 2_000, 512, 1_000
AT_ONCE = 10_000
N_ITEMS, PER_ITEM, N_VALIDATORS = 200_000, 5, 2_000
N_CLIENTS, VOTES_EACH = 16, 250


def main() -> int:
    """Print every row, and tell whether all bars are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--quick", action="store_true", help="fewer documents, under a minute")
    parser.add_argument("--part", action="append", choices=PARTS, help="repeat; without it, all")
    parser.add_argument("--peers", type=Path, default=HERE.parent / ".venv-peers", help="their environment")
    parser.add_argument("--choose", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.choose:
        return choose(chosen.choose)
    rows = (row for name in chosen.part or PARTS for row in PARTS[name](chosen.quick, chosen.peers))
    # Each row is printed when it is known: whoever stops a long run keeps what was measured.
    return max([show([row], as_json=chosen.json) for row in rows], default=0)


def aggregation(peers: Path) -> Iterator[Row]:
    """Aggregate a million votes of validators of every kind, and let crowd-kit do so."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, N_ITEMS)
    item = np.repeat(np.arange(N_ITEMS), PER_ITEM)
    who = rng.integers(0, N_VALIDATORS // PER_ITEM, item.size) * PER_ITEM + np.tile(
        np.arange(PER_ITEM), N_ITEMS
    )
    kind = rng.random(N_VALIDATORS)
    # Seven in ten are good, some mediocre, some always say the same, some say anything.
    skill = np.select([kind < 0.7, kind < 0.85], [rng.uniform(0.75, 0.95, N_VALIDATORS), 0.6], 0.5)
    label = np.where(rng.random(item.size) < skill[who], truth[item], 1 - truth[item])
    label = np.where(kind[who] > 0.95, 1, label)

    def ours() -> float:
        start = time.process_time()
        cast = votes(item, who, label, n_labels=2)
        found = AGGREGATORS[dawid_skene.NAME](cast, evidence(cast))
        took = time.process_time() - start
        accuracies.append(float((found.label == truth).mean()))
        return took

    accuracies: list[float] = []
    ours()  # compile, and touch the memory
    took = median(ours() for _ in range(5))
    name = f"Dawid-Skene, {item.size} votes"
    yield Row(name, took * 1e3, "CPU-ms", "", took, "<= 1")
    theirs = _crowdkit(peers, item=item, validator=who, label=label, truth=truth)
    if theirs:
        slow, accuracy = theirs
        yield Row(name, took * 1e3, "CPU-ms", "crowd-kit", slow / took, ">= 10")
        points = 100 * (accuracies[-1] - accuracy)
        peer = f"crowd-kit, {100 * accuracy:.2f} %"
        yield Row(f"{name}, accuracy", 100 * accuracies[-1], "%", peer, points, ">= -0.5")


def _crowdkit(peers: Path, **columns: np.ndarray) -> tuple[float, float] | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "votes.npz"
        np.savez(path, allow_pickle=False, **columns)
        command = [str(peers / "bin" / "python"), str(HERE / "peers" / "crowdkit_dawid_skene.py"), str(path)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            print("review: crowd-kit is not there, so its rows are left out; make peers", file=sys.stderr)
            return None
    took, accuracy = json.loads(done.stdout.splitlines()[-1])
    return float(took), float(accuracy)


def queue(n: int) -> Iterator[Row]:
    """Let sixteen threads lease and vote on SQLite, every vote signed before and durable after."""
    texts = (f"text {at}" for at in range(n))
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(str(Path(folder) / "campaign.sqlite"))
        with store.transaction() as db:
            add(db, (_item(text, at) for at, text in enumerate(texts)))
        shared = Committer(store)
        start = time.monotonic()
        with ThreadPoolExecutor(N_CLIENTS) as pool:
            waits = [
                wait for waited in pool.map(partial(_client, shared), range(N_CLIENTS)) for wait in waited
            ]
        took = time.monotonic() - start
        shared.close()
        with store.transaction() as db:
            n_kept = db.exec_driver_sql("SELECT count(*) FROM entry").scalar() or 0
        store.close()
    name = f"lease + vote, {N_CLIENTS} clients, {n} items, SQLite"
    yield Row(name, len(waits) / took, "a second", "", len(waits) / took, ">= 400")
    p99 = float(np.quantile(waits, 0.99)) * 1e3
    yield Row(f"{name}, 99 % within", p99, "ms", "", p99, "<= 250")
    yield Row(
        f"{name}, votes lost", float(len(waits) - n_kept), "votes", "", abs(len(waits) - n_kept), "<= 0"
    )


def _item(text: str, rank: int) -> Item:
    return Item("bb" * 32, hashlib.sha256(text.encode()).hexdigest(), text, 0.5, float(rank), 3)


def _client(shared: Committer, client: int) -> list[float]:
    """Lease and vote, and give how long each pair waited; signing is the validator's, and not counted."""
    who = Signer(f"review.example/{client}", ED25519, bytes([client]) * 32)
    waits = []
    for at in range(VOTES_EACH):
        token = f"{(client << 32) + at:032x}"
        start = time.monotonic()
        got = shared.run(partial(lease, validator=who.name, token=token, now_s=0.0, ttl_s=1e6))
        leased_s = time.monotonic() - start
        if got is None:
            break
        one = got.item
        told = (one.document, "dd" * 32, "human", None, (), "99" * 32, one.batch, one.pi, token)
        said = Judgement(*told, 0, 0, Interaction(), "none")
        payload = judgement.statement(said)
        leaf = ledger.entry(envelope.seal(payload, [who]), now_s=0)
        mine = Ticket(leaf, hashlib.sha256(payload).hexdigest(), who.name)
        start = time.monotonic()
        shared.run(partial(cast, ticket=mine, said=said, token=token))
        waits.append(leased_s + time.monotonic() - start)
    return waits


def screen(n: int) -> Iterator[Row]:
    """Vote by keys in headless Chromium, and time from each key to the next document on screen."""
    sys.path.insert(0, str(HERE.parent))  # The campaign and the browser are those of the tests.
    try:
        from tests.review.serve import chromium

        with tempfile.TemporaryDirectory() as folder, chromium.browser() as started:
            for how in ("passkey", "no key"):
                texts = [f"{at}. {how}. " + "The weir was loud that spring. " * 60 for at in range(n + 3)]
                with chromium.running(Path(folder) / how, texts) as world:
                    waits = chromium.key_waits(started, world, n, with_passkey=how == "passkey")
                name = f"next document on screen after a key, {how}, median of {n}"
                yield Row(name, median(waits), "ms", "", median(waits), "<= 200")
    except ModuleNotFoundError as error:
        print(f"review: {error.name} is not there, so the screen is left out", file=sys.stderr)


def selection(n: int, peers: Path) -> Iterator[Row]:
    """Choose a batch from one pass over a file of vectors, and let scikit-activeml choose as many."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vectors.f32"
        _write(path, n)
        ours = command_cost([sys.executable, __file__, "--choose", str(path)], sample_memory=True)
        name = f"choosing {BATCH} of {n} x {D}"
        yield Row(name, ours.cpu_s, "CPU-s", "", ours.cpu_s, "<= 40")
        yield Row(f"{name}, memory", ours.peak_bytes / 1e9, "GB", "", ours.peak_bytes / 1e9, "<= 1")
        theirs = _activeml(peers, path)
    if theirs:
        peer, name = "choosing as many as we do", f"scikit-activeml's k-center of {n} x {D}"
        yield Row(name, theirs.cpu_s, "CPU-s", peer, theirs.cpu_s / ours.cpu_s, ">= 1")
        ratio = theirs.peak_bytes / ours.peak_bytes
        yield Row(f"{name}, memory", theirs.peak_bytes / 1e9, "GB", peer, ratio, ">= 1")


def _activeml(peers: Path, path: Path) -> Cost | None:
    script = str(HERE / "peers" / "activeml_kcenter.py")
    command = [str(peers / "bin" / "python"), script, str(path), str(D), str(BATCH)]
    try:
        return command_cost(command, sample_memory=True)
    except (OSError, UnavailableError):
        print("review: scikit-activeml is not there, so it is left out; make peers", file=sys.stderr)
        return None


def _write(path: Path, n: int) -> None:
    """Write vectors around topics that follow Zipf's law."""
    rng = np.random.default_rng(1)
    centre = rng.standard_normal((N_TOPICS, D), dtype=np.float32)
    law = 1.0 / np.arange(1, N_TOPICS + 1)
    with path.open("wb") as file:
        for _ in range(0, n, AT_ONCE):
            topic = rng.choice(N_TOPICS, size=AT_ONCE, p=law / law.sum())
            (centre[topic] + rng.standard_normal((AT_ONCE, D), dtype=np.float32)).tofile(file)


def _read(path: Path) -> Iterator[Chunk]:
    """Read vectors in pieces, with chances, deficits and costs that a seed gives."""
    rng, at = np.random.default_rng(2), 0
    with path.open("rb") as file:
        while data := file.read(AT_ONCE * D * 4):
            vector = np.frombuffer(data, dtype=np.float32).reshape(-1, D)
            n = len(vector)
            ids = np.arange(at, at + n, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
            deficit, cost_s = rng.standard_normal(n), rng.lognormal(3.0, 0.5, n)
            yield chunk(ids, vector, rng.beta(0.5, 0.5, (n, 2)), deficit=deficit, cost_s=cost_s)
            at += n


def choose(path: Path) -> int:
    """Choose a batch from a file, in one pass after a sample for the strata."""
    among = centroids(next(_read(path)), N_STRATA, rng=np.random.default_rng(3))
    selector = SELECTORS["active-1"](among)
    sketch = scan(_read(path), selector.rate, among=among, seed="benchmark")
    drawn = selector.draw(sketch, BATCH, np.random.default_rng(4))
    return 0 if len(drawn.documents) == BATCH else 1


# From whether it is quick, and where peers are, to rows.
PARTS: Mapping[str, Callable[[bool, Path], Iterator[Row]]] = {
    "aggregation": lambda _, peers: aggregation(peers),
    "queue": lambda quick, _: queue(100_000 if quick else 1_000_000),
    "screen": lambda quick, _: screen(15 if quick else 60),
    "selection": lambda quick, peers: selection(100_000 if quick else 1_000_000, peers),
}

if __name__ == "__main__":
    sys.exit(main())
