"""Gathering, the first pass of a seal: from one source to runs of rows, sorted by the order's key, on disk.

A run holds some thousands of rows, what is of one size of all of them before the rest, and the places where
each of 1,024 ranges of keys begins in it, so that the second pass reads the rows of any stretch of the log
from every run in two pieces. A source is gathered when its account is written, which is last: who dies
before begins it anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from headwater import canonical
from headwater.errors import FormatError
from headwater.record import Skip
from headwater.reserve import content, order, reading
from headwater.reserve.imprint import Imprint
from headwater.reserve.leaf import MAX_RECORD_BYTES, SALT_BYTES
from headwater.reserve.records import MAX_HEAD_BYTES
from headwater.sources.shard import Limits, Shard

N_RANGES = 1024
RUN_ROWS = 16_384
_LANES_FROM_BYTES = 2**26  # Of a smaller archive, starting the fast hasher takes longer than it saves.
EARLIEST = "1990-01-01T00:00:00Z"

# Key, salt, payload digest, digest of the record id, where the content begins and its length, then the
# lengths of head and record, which stand behind all rows of the run.
ROW = struct.Struct(">16s16s32s16sQIII")
COLUMNS = np.dtype(
    [
        *((name, f"V{n}") for name, n in (("key", 16), ("salt", 16), ("payload", 32), ("named", 16))),
        *((name, f">u{n}") for name, n in (("start", 8), ("length", 4), ("n_head", 4), ("n_record", 4))),
    ]
)
NO_ID = bytes(16)
KEPT, COPY, DROPPED = range(3)
Numbers = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Terms:
    """What is said of every document of a seal.

    Attributes:
        mode: `in-place` or `ingest`.
        archive: Who keeps the sources; empty where nobody is named.
        licence: An SPDX expression, or `unknown`.
        licence_basis: Where the licence stands.
        language: Of documents whose source does not declare one.
        strict: Whether a lost record stops the seal.
    """

    mode: str
    archive: str = ""
    licence: str = "unknown"
    licence_basis: str = ""
    language: str = ""
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """One source to gather.

    Attributes:
        shard: All of it.
        terms: What is said of its documents.
        seed: Of the order.
        now: RFC 3339; what claims to be later is skipped.
        dictionary: For the content; empty for none.
        staging: Folder to write to.
        limits: Bounds on one record.
    """

    shard: Shard
    terms: Terms
    seed: bytes
    now: str
    dictionary: bytes
    staging: Path
    limits: Limits = field(default_factory=Limits)

    def path(self, suffix: str) -> Path:
        """Give the path of one of its files."""
        return self.staging / f"{self.shard.digest}.{suffix}"


class Line(NamedTuple):
    """A row of a run; lines sort by their keys.

    Attributes:
        key: Of the order.
        salt: Drawn for it.
        payload: Digest of the payload.
        start: Where the content begins in `frames`.
        length: Its length there.
        head: The head; empty in place.
        record: The canonical record.
        frames: File of the content; empty for none.
        is_copy: Whether another row holds the content.
    """

    key: bytes
    salt: bytes
    payload: bytes
    start: int
    length: int
    head: bytes
    record: bytes
    frames: str
    is_copy: bool


class Run(NamedTuple):
    """Sorted rows on disk.

    Attributes:
        path: Their file.
        frames: File of the content; empty for none.
        cuts: Where each range of keys begins in what stands behind the rows, and its end, `N_RANGES` + 1
            numbers of bytes.
        counts: Rows in each range.
    """

    path: str
    frames: str
    cuts: Numbers
    counts: Numbers

    @classmethod
    def parse(cls, value: dict[str, Any]) -> Run:
        """Read a run from an account."""
        cuts, counts = (np.array(value[name], dtype=np.uint32) for name in ("cuts", "counts"))
        return cls(value["path"], value["frames"], cuts, counts)

    @property
    def n(self) -> int:
        """Give the number of rows."""
        return int(self.counts.sum())

    @property
    def marks(self) -> Path:
        """Give the file of marks, a byte a row: `KEPT`, `COPY` or `DROPPED`."""
        return Path(self.path).with_suffix(f"{Path(self.path).suffix}.marks")

    def columns(self) -> npt.NDArray[np.void]:
        """Read what is of one size of all rows."""
        return np.fromfile(self.path, dtype=COLUMNS, count=self.n)

    def lines(self, low: int, high: int) -> Iterator[Line]:
        """Read the rows in some ranges of keys, in order; no dropped ones."""
        first, stop = (int(self.counts[:at].sum()) for at in (low, high))
        begin, end = int(self.cuts[low]), int(self.cuts[high])
        with Path(self.path).open("rb") as file:
            file.seek(first * ROW.size)
            fixed = file.read((stop - first) * ROW.size)
            file.seek(self.n * ROW.size + begin)
            rest = file.read(end - begin)
        marks = np.fromfile(self.marks, dtype=np.uint8, count=stop - first, offset=first).tolist()
        at = 0
        for mark, row in zip(marks, ROW.iter_unpack(fixed), strict=True):
            key, salt, payload, _, start, length, n_head, n_record = row
            middle, at = at + n_head, at + n_head + n_record
            if mark != DROPPED:
                head, record = rest[middle - n_head : middle], rest[middle:at]
                yield Line(key, salt, payload, start, length, head, record, self.frames, mark == COPY)


def gather(job: Job) -> dict[str, Any]:
    """Gather a source, unless that was done.

    Args:
        job: What to gather.

    Returns:
        Its account: runs, number of documents, and skips by reason.

    Raises:
        FormatError: If a record is lost and the terms are strict.
        UnavailableError: If the source cannot be read.
    """
    done = job.path("account")
    if done.exists():
        return dict(json.loads(done.read_bytes()))
    skips: dict[str, list[int]] = {}
    rows: list[bytes] = []
    runs: list[dict[str, Any]] = []
    n_documents = 0
    with job.path("frames").open("wb") as frames:
        make = _maker(job, frames)
        for item in _documents(job, skips):
            row = make(item)
            if isinstance(row, str):
                _count(job, skips, Skip(job.shard.source, item.offset, item.length, row, item.uri))
                continue
            n_documents += 1
            rows.append(row)
            if len(rows) == RUN_ROWS:
                runs.append(_write_run(job, rows, len(runs)))
                rows = []
    if rows:
        runs.append(_write_run(job, rows, len(runs)))
    account = {"runs": runs, "n_documents": n_documents, "skips": skips}
    _write(done, canonical.encode(account))
    return account


def _documents(job: Job, skips: dict[str, list[int]]) -> Iterator[Imprint]:
    lanes = job.shard.size >= _LANES_FROM_BYTES
    for item in reading.read(job.shard, job.limits, lanes=lanes):
        if isinstance(item, Skip):
            _count(job, skips, item)
        else:
            yield item


def _count(job: Job, skips: dict[str, list[int]], skip: Skip) -> None:
    """Count a skip.

    Raises:
        FormatError: If it is lost and the terms are strict.
    """
    if skip.lost and job.terms.strict:
        where = f"{skip.source}, {job.shard.unit} {skip.offset}"
        raise FormatError(f"{where}: {skip.reason}", hint="without --strict it is skipped and counted")
    found = skips.setdefault(skip.reason, [0, 0, int(skip.lost)])
    found[0] += skip.n_records
    found[1] += skip.length


def _maker(job: Job, frames: BinaryIO) -> Callable[[Imprint], bytes | str]:
    """Make the function from imprints to rows; all that is the same for all of them is done once."""
    shard, terms, seed, quote = job.shard, job.terms, job.seed, encode_basestring
    file_sha256 = bytes.fromhex(shard.digest)
    # Canonical JSON (RFC 8785), its keys in order; `leaf.parse` is what tests hold it against.
    place = (
        f'"place":{{"archive":{quote(terms.archive)},"file":{quote(shard.source)},'
        f'"file_sha256":"{shard.digest}","length":'
    )
    licence = f'"licence":{quote(terms.licence)},"licence_basis":{quote(terms.licence_basis)}'
    is_here = terms.mode == "ingest"
    compress = content.compressor(job.dictionary).compress
    salts = iter(lambda: os.urandom(SALT_BYTES), None)
    at = 0

    def make(one: Imprint) -> bytes | str:
        nonlocal at
        if problem := _problem(one, job.now, is_here=is_here):
            return problem
        text = (
            f'{{"captured":"{one.captured}","captured_from":{quote(one.captured_from)},'
            f'"language":{quote(one.language or terms.language)},{licence},'
            f'"media_type":{quote(one.media_type)},"payload_form":"{one.payload_form}",'
            f'"payload_sha1":"{one.payload_sha1}","payload_sha256":"{one.payload_sha256.hex()}",'
            f'{place}{one.length},"offset":{one.offset}}},"record_id":{quote(one.record_id)},'
            f'"record_sha256":"{one.record_sha256.hex()}","refers_to":"","size_bytes":{len(one.payload)},'
            f'"truncated":{quote(one.truncated)},"uri":{quote(one.uri)}}}'
        )
        try:
            record = text.encode()
        except UnicodeEncodeError:
            return "record-text-invalid"
        if len(record) > MAX_RECORD_BYTES:
            return "record-too-long"
        key = order.key(seed, one.record_sha256, file_sha256, one.offset)
        named = hashlib.sha256(one.record_id.encode()).digest()[:16] if one.record_id else NO_ID
        start, length, head = 0, 0, b""
        if is_here:
            frame, head = compress(one.payload), one.head
            frames.write(frame)
            start, length, at = at, len(frame), at + len(frame)
        fixed = ROW.pack(key, next(salts), one.payload_sha256, named, start, length, len(head), len(record))
        return fixed + head + record

    return make


def _problem(one: Imprint, now: str, *, is_here: bool) -> str:
    """Name the reason why a document is not sealed; empty if it is."""
    if one.captured and one.captured < EARLIEST:
        return "date-before-1990"
    if one.captured > now:
        return "date-in-future"
    if is_here:
        return "head-too-long" if len(one.head) > MAX_HEAD_BYTES else ""
    return "member-shared" if one.is_shared or not one.length else ""


def _write_run(job: Job, rows: list[bytes], number: int) -> dict[str, Any]:
    rows.sort()
    fixed = b"".join(row[: ROW.size] for row in rows)
    columns = np.frombuffer(fixed, dtype=COLUMNS)
    places = ranges_of(columns)
    counts = np.bincount(places, minlength=N_RANGES)
    lengths = columns["n_head"].astype(np.int64) + columns["n_record"]
    sizes = np.bincount(places, weights=lengths, minlength=N_RANGES)
    cuts = np.concatenate([[0], np.cumsum(sizes)])
    path = job.path(f"run{number:05d}")
    _write(path, b"".join((fixed, *(row[ROW.size :] for row in rows))))
    frames = str(job.path("frames")) if job.terms.mode == "ingest" else ""
    return {
        "path": str(path),
        "frames": frames,
        "cuts": cuts.astype(int).tolist(),
        "counts": counts.tolist(),
    }


def ranges_of(columns: npt.NDArray[np.void]) -> npt.NDArray[np.int64]:
    """Give the range that the key of each row falls into."""
    return columns["key"].copy().view(">u2").reshape(-1, 8)[:, 0].astype(np.int64) >> 6


def _write(path: Path, data: bytes) -> None:
    """Write a file so that it is whole or not there."""
    staged = path.with_name(f".{path.name}")
    staged.write_bytes(data)
    staged.replace(path)
