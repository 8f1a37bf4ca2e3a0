"""Speed and memory of the reserve against its bars, in CPU seconds of one core, the two sides in turns.

The archive is of HTML pages of 20 kB, two documentation pages of the shipped sample joined, with words of
their own, and with SHA-1 digests of payload and block as crawlers write them; both the peer's read and ours
include the decompression. Exit status 1 if a bar is missed. `--quick` takes a smaller archive and log.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import crawlcopies
from log import building, cpu_s, reading
from measured import Row, run, show

from headwater.log.algorithm import ED25519, ML_DSA_44
from headwater.log.checkpoint import Signer
from headwater.log.storage import Directory
from headwater.reserve import keyring, seal
from headwater.reserve.gather import Terms
from headwater.reserve.keyring import Keyring
from headwater.reserve.order import Beacon
from headwater.reserve.reserve import create
from headwater.reserve.seal import Plan
from headwater.sources.discover import discover
from headwater.sources.plan import plan

HERE = Path(__file__).resolve().parent
PAGE_BYTES = 20_000
NOW_S = 1_700_000_000
ORIGIN = "reserve.example/benchmark"
COLD = """
import sys, time
from pathlib import Path
from headwater.log.storage import Directory
from headwater.reserve.prove import prove
from headwater.reserve.reserve import open_reserve
start = time.process_time()
data = prove(open_reserve(Directory(Path(sys.argv[1]))), int(sys.argv[2]))
print(time.process_time() - start)
"""


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, smaller inputs")
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    parser.add_argument("--only", choices=["log", "seal", "proof", "memory"], help="these rows alone")
    parser.add_argument(
        "--peers", type=Path, default=HERE.parent / ".venv-peers", help="the peers' environment"
    )
    options = parser.parse_args()
    return show(list(rows(options)), as_json=options.json)


def rows(options: argparse.Namespace) -> Iterator[Row]:
    """Measure what was asked for."""
    n = 3 if options.quick else 7
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.only in {None, "log"}:
            yield from building(n, options.peers)
            yield next(reading(n, n_segments=4))
        if options.only in {None, "seal"}:
            yield from sealing(n, folder, n_pages=1_500 if options.quick else 12_000)
        if options.only in {None, "proof"}:
            yield proof(folder, n_documents=70_000 if options.quick else 1_000_000)
        if options.only in {None, "memory"}:
            yield from memory(folder, n_pages=1_000 if options.quick else 10_000)


def archive(path: Path, n_pages: int) -> Path:
    """Write an archive of pages of 20 kB, one member a record."""
    bodies = [body for _, _, body in crawlcopies.sample_pages()]
    with path.open("wb") as file:
        for at in range(n_pages):
            words = b" page%d</p>" % at
            joined = bodies[at % len(bodies)] + bodies[at * 7 % len(bodies)] + bodies[at * 13 % len(bodies)]
            file.write(member(at, joined.replace(b"</p>", words)[:PAGE_BYTES]))
    return path


def member(number: int, body: bytes) -> bytes:
    """Write one record as crawlers do."""
    block = b"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
    digests = (base64.b32encode(hashlib.sha1(data).digest()).decode() for data in (body, block))
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: 2022-01-01T00:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:{number:08x}-0000-4000-8000-000000000000>\r\n"
        f"Content-Length: {len(block)}\r\nContent-Type: application/http; msgtype=response\r\n"
        f"WARC-Target-URI: https://example.com/page/{number}.html\r\n"
        f"WARC-Payload-Digest: sha1:{next(digests)}\r\nWARC-Block-Digest: sha1:{next(digests)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n", 6, mtime=0)


def keys() -> Keyring:
    """Make keys that anyone can see."""
    names = (ORIGIN, f"{ORIGIN}/registry")
    rings = (tuple(Signer(name, kind, bytes(32)) for kind in (ED25519, ML_DSA_44)) for name in names)
    return Keyring(*rings)


def seal_files(files: list[Path], folder: Path, *, mode: str) -> None:
    """Seal files into a new reserve; the hash of each whole file is part of it."""
    shards = plan(discover([str(file) for file in files]), shard_bytes=2**60)
    held = create(Directory(folder), keys().manifest)
    seal.seal(held, Plan(tuple(shards), Terms(mode), Beacon(), folder / "staging", NOW_S), keys())


def read_and_hash(path: Path) -> None:
    """Read an archive with fastwarc and hash each payload: what nobody who seals can do without."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    with path.open("rb") as file:
        for record in ArchiveIterator(file, record_types=WarcRecordType.response, parse_http=True):
            hashlib.sha256(record.reader.read()).digest()


def read_and_digest(path: Path) -> None:
    """Do what any sealer that checks digests must: inflate, hash the file, and each payload twice."""
    hash_file(path)
    for payloads in batches(path):
        for payload in payloads:
            hashlib.sha256(payload).digest()
            hashlib.sha1(payload, usedforsecurity=False).digest()


def digest_abreast(path: Path) -> None:
    """Do the same with our kernels: what of a seal is not Python."""
    from headwater.log.lanes import SHA256, digests
    from headwater.reserve.sha1 import SHA1

    hash_file(path)
    for payloads in batches(path):
        digests(payloads, SHA256, SHA1)


def hash_file(path: Path) -> None:
    """Hash a whole file."""
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256")


def batches(path: Path) -> Iterator[list[memoryview]]:
    """Inflate an archive's members and find their payloads, as little as can be done, 64 at a time."""
    import deflate

    data, magic = path.read_bytes(), b"\x1f\x8b\x08\x00\x00\x00\x00\x00"
    at, held = 0, []
    while at < len(data):
        stop = data.find(magic, at + 18)
        stop = stop if stop > 0 else len(data)
        record = bytes(deflate.gzip_decompress(data[at:stop]))
        body = record.index(b"\r\n\r\n", record.index(b"\r\n\r\n") + 4) + 4
        held.append(memoryview(record)[body:-4])
        at = stop
        if len(held) == 64:
            yield held
            held = []
    yield held


def sealing(n: int, folder: Path, *, n_pages: int) -> Iterator[Row]:
    """Compare sealing in place, payload digests checked, with reading and hashing alone; then ingest."""
    path = archive(folder / "pages.warc.gz", n_pages)
    took: dict[str, list[float]] = {"peer": [], "floor": [], "abreast": [], "in-place": [], "ingest": []}
    for at in range(n + 1):
        took["peer"].append(cpu_s(lambda: read_and_hash(path)))
        took["floor"].append(cpu_s(lambda: read_and_digest(path)))
        took["abreast"].append(cpu_s(lambda: digest_abreast(path)))
        for mode in ("in-place", "ingest"):
            out = folder / f"{mode}{at}"
            took[mode].append(cpu_s(lambda out=out, mode=mode: seal_files([path], out, mode=mode)))  # type: ignore[misc]
    peer, here, stored = (
        took[name][1:] for name in ("peer", "in-place", "ingest")
    )  # The first one warms up.
    rate = n_pages / statistics.median(here)
    name = "sealing a .warc.gz in place, 20 kB pages, digests checked"
    yield Row(name, rate, "documents/CPU-s", "", rate, ">= 8000")
    ratio = statistics.median(theirs / ours for theirs, ours in zip(peer, here, strict=True))
    yield Row(name, rate, "documents/CPU-s", "fastwarc and SHA-256 alone", ratio, ">= 0.75")
    for name, what in (("floor", "by hashlib"), ("abreast", "sixteen abreast")):
        rate = n_pages / statistics.median(took[name][1:])
        name = f"inflate, SHA-256 and SHA-1 {what}, SHA-256 of the file, and nothing else"
        yield Row(name, rate, "documents/CPU-s", "", rate, ">= 0")
    rate = n_pages / statistics.median(stored)
    yield Row("the same, stored in the reserve", rate, "documents/CPU-s", "", rate, ">= 0")


def proof(folder: Path, *, n_documents: int) -> Row:
    """Measure the proof of one document, in a process that has just started, nothing read before."""
    path = folder / "rows.jsonl"
    with path.open("w") as file:
        file.writelines(
            f'{{"text":"words {at}","url":"https://example.com/{at}"}}\n' for at in range(n_documents)
        )
    seal_files([path], folder / "large", mode="ingest")
    took = []
    for at in range(0, n_documents, n_documents // 9):
        command = [sys.executable, "-c", COLD, str(folder / "large"), str(at)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        took.append(float(done.stdout) * 1e3)
    name = f"proof of one document of {n_documents}, cold"
    return Row(name, statistics.median(took), "CPU-ms", "", statistics.median(took), "<= 50")


def memory(folder: Path, *, n_pages: int) -> Iterator[Row]:
    """Measure the peak of the whole command, both modes, on an archive and on one eight times as large."""
    keyring.generate(folder / "keys", ORIGIN)
    for times in (1, 8):
        path = archive(folder / f"memory{times}.warc.gz", n_pages * times)
        for mode, option in (("in place", ["--in-place"]), ("into the reserve", [])):
            out = str(folder / f"memory{times}{bool(option)}")
            command = [sys.executable, "-m", "headwater", "reserve", "seal", out, str(path), *option]
            cost = run([*command, "--keys", str(folder / "keys"), "--workers", "1"], sample_memory=True)
            peak = cost.peak_bytes / 2**20
            name = f"peak memory of sealing {n_pages * times} pages of 20 kB {mode}"
            yield Row(name, peak, "MiB", "", peak, "<= 500")


if __name__ == "__main__":
    sys.exit(main())
