"""Sealing: from sources to documents in the log, resumed by the same call wherever it was cut off.

The order of writes: the intent is published; sources are gathered to a staging folder; objects are written,
which nobody's log names yet; the log's head is swapped; the registry says what was sealed; the log is
published. A reader believes a seal when the log's checkpoint covers it, and not before.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from headwater import canonical
from headwater.errors import ConsistencyError, FormatError, InputError
from headwater.log import sequencer
from headwater.log.head import Head
from headwater.reserve import build, content, entry, leaf, order, reading, repeats
from headwater.reserve.build import Batch
from headwater.reserve.entry import Entry, moment
from headwater.reserve.gather import COPY, DROPPED, Job, Run, Terms, gather
from headwater.reserve.imprint import Imprint
from headwater.reserve.keyring import Keyring
from headwater.reserve.lock import alone
from headwater.reserve.order import Beacon
from headwater.reserve.reserve import Pack, Reserve, open_reserve, packs
from headwater.sources.shard import Limits, Shard

REPEATED = "record-id-repeated"
Show = Callable[[str, int, int], None]
T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be sealed, and how.

    Attributes:
        shards: One a source, covering it.
        terms: What is said of every document.
        beacon: Drawn after the intent was published; none if there was none.
        staging: Folder for what is not yet sealed; not in the reserve.
        time_s: Now, in POSIX seconds.
        workers: Processes to work in.
    """

    shards: tuple[Shard, ...]
    terms: Terms
    beacon: Beacon
    staging: Path
    time_s: int
    workers: int = 1
    limits: Limits = field(default_factory=Limits)


def intend(reserve: Reserve, plan: Plan, keys: Keyring) -> tuple[Reserve, int]:
    """Publish what is to be sealed, before a beacon decides the order.

    Args:
        reserve: The reserve.
        plan: What is to be sealed.
        keys: Its keys.

    Returns:
        The reserve, and the index of the registry's entry; the one that is there, if there is one.

    Raises:
        InputError: If there is no source, one cannot be sealed where it lies, or they were sealed before.
    """
    if not plan.shards:
        raise InputError(
            "there is nothing to seal", hint="name WARC, WET, JSON lines, Parquet or MediaWiki files"
        )
    if plan.terms.mode == "in-place" and any(one.kind != "warc" for one in plan.shards):
        raise InputError("only WARC files are sealed in place", hint="leave --in-place out to ingest")
    fields = {
        "mode": plan.terms.mode,
        "n_sources": len(plan.shards),
        "sources_sha256": sources_digest(plan.shards),
        "start": reserve.size,
    }
    reserve = reserve.settled(keys.registry, time_s=plan.time_s)
    _check_new(reserve, fields)
    for number in reversed(range(len(reserve.entries))):
        one = reserve.entries[number]
        if one.kind == "seal-intent" and one.fields == fields:
            return reserve, number
    made = Entry("seal-intent", moment(plan.time_s), fields)
    reserve = reserve.append([made], keys.registry, time_s=plan.time_s)
    return reserve, len(reserve.entries) - 1


def _check_new(reserve: Reserve, fields: Mapping[str, Any]) -> None:
    """Check that no seal holds the same sources, so that a command given twice doubles nothing.

    Raises:
        InputError: If one does.
    """
    for one in reserve.entries:
        if one.kind == "seal" and one["size"] <= reserve.size:
            before = reserve.entries[one["intent"]]
            if all(before[name] == fields[name] for name in ("mode", "sources_sha256")):
                raise InputError(
                    f"these sources were sealed before, as documents {one['start']} to {one['size'] - 1}",
                    hint="name those that are new",
                )


def sources_digest(shards: Iterable[Shard]) -> str:
    """Name a set of sources by the digests and sizes of the files."""
    return canonical.digest(sorted([one.digest, one.size] for one in shards))


def seal(
    reserve: Reserve, plan: Plan, keys: Keyring, *, show: Show = lambda step, done, total: None
) -> tuple[Reserve, dict[str, Any]]:
    """Seal documents.

    Args:
        reserve: The reserve.
        plan: What and how.
        keys: Its keys.
        show: Called with a step's name, units done and units in all.

    Returns:
        The reserve with the documents, and the report: what was read, sealed and skipped.

    Raises:
        InputError: If there is nothing to seal, or another seal is unfinished.
        FormatError: If a record is lost and the terms are strict.
        UnavailableError: If a disk fails, or another writer is at work.
    """
    with alone(plan.staging):
        reserve = reserve.settled(keys.registry, time_s=plan.time_s)
        if not (plan.staging / "plan").exists():
            reserve, number = intend(reserve, plan, keys)
            _remember(plan, number)
        else:
            plan, number = _resumed(plan)
        if done := _finished(reserve, plan, number):
            return reserve, done
        seed = order.seed(entry.encode(reserve.entries[number]), plan.beacon)
        dictionary = _dictionary(reserve, plan)
        jobs = [
            Job(one, plan.terms, seed, moment(plan.time_s), dictionary, plan.staging, plan.limits)
            for one in plan.shards
        ]
        try:
            accounts = list(_spread(gather, jobs, plan.workers, partial(show, "gather")))
            batch = _batch(reserve, plan, accounts)
        except (FormatError, InputError):
            _forget(plan)  # The same sources lead here again: nothing is unfinished.
            raise
        report = _report(plan, accounts, batch, reserve)
        made = _Made(batch, report, dictionary, number)
        reserve = _write(reserve, plan, made, keys, show=show)
        _forget(plan)
    return reserve, report


def _batch(reserve: Reserve, plan: Plan, accounts: Sequence[dict[str, Any]]) -> Batch:
    """Collect the rows of all sources, without repeats.

    Raises:
        InputError: If there is none.
        FormatError: If a record is named twice and the terms are strict.
    """
    runs = [Run.parse(run) for account in accounts for run in account["runs"]]
    if not runs:
        raise InputError(
            "no document was found that can be sealed",
            hint="headwater curate tells what it reads in these sources, and why not",
        )
    repeats.mark(runs)
    if plan.terms.strict and (record := repeats.record(runs, DROPPED)):
        place = leaf.parse(record).place
        unit = next(one.unit for one in plan.shards if one.digest == place.file_sha256)
        where = f"{place.file}, {unit} {place.offset}"
        raise FormatError(f"{where}: {REPEATED}", hint="without --strict it is skipped and counted")
    if plan.terms.mode == "ingest":
        repeats.mark_copies(runs, reserve.storage, reserve.packs)
    return Batch(runs, reserve.size, build.kept(runs), n_hashed=sum(run.n for run in runs))


def _report(plan: Plan, accounts: Sequence[dict[str, Any]], batch: Batch, reserve: Reserve) -> dict[str, Any]:
    """Say what was read: every record is sealed or skipped, under a reason."""
    skips: dict[str, list[int]] = {}
    for account in accounts:
        for reason, counts in account["skips"].items():
            held = skips.setdefault(reason, [0, 0, counts[2]])
            held[:2] = held[0] + counts[0], held[1] + counts[1]
    if n_dropped := repeats.count(batch.runs, DROPPED):
        skips[REPEATED] = [n_dropped, 0, 1]
    named = ("n_records", "length", "lost")
    return {
        "format": "headwater-seal-report-1",
        "mode": plan.terms.mode,
        "n_copies": repeats.count(batch.runs, COPY),
        "n_read": batch.n + sum(counts[0] for counts in skips.values()),
        "n_sealed": batch.n,
        "skips": {reason: dict(zip(named, counts, strict=True)) for reason, counts in skips.items()},
        "sources": [{"name": one.source, "sha256": one.digest, "size": one.size} for one in plan.shards],
        "start": reserve.size,
    }


@dataclass(frozen=True, slots=True)
class _Made:
    """What the first pass gave."""

    batch: Batch
    report: dict[str, Any]
    dictionary: bytes
    intent: int


def _finished(reserve: Reserve, plan: Plan, number: int) -> dict[str, Any] | None:
    """Give the report of a seal that was published already, before its staging was cleared."""
    for one in reserve.entries:
        if one.kind == "seal" and one["intent"] == number and one["size"] <= reserve.size:
            _forget(plan)
            return dict(canonical.parse(reserve.storage.read(f"report/{one['start']:012d}") or b"{}"))
    return None


def _write(reserve: Reserve, plan: Plan, made: _Made, keys: Keyring, *, show: Show) -> Reserve:
    """Write the objects of a seal, and make it part of the log.

    Raises:
        ConsistencyError: If the log has grown by something else meanwhile.
    """
    storage, start, size = reserve.storage, reserve.size, reserve.size + made.batch.n
    head = reserve.log.head()
    digest = hashlib.sha256(made.dictionary).hexdigest() if made.dictionary else ""
    if head.size == start:
        head = _grow(
            reserve, plan, made.batch, packs(start, size, plan.terms.mode, dictionary=digest), show=show
        )
    if head.size != size:
        raise ConsistencyError(
            f"the log has {head.size} entries where this seal ends at {size}",
            hint="another seal was decided and not published; give its command again",
        )
    told = canonical.encode(made.report)
    storage.create(f"report/{start:012d}", told)
    fields = {
        "beacon": plan.beacon.name,
        "beacon_value": plan.beacon.value.hex(),
        "dictionary": digest,
        "intent": made.intent,
        "mode": plan.terms.mode,
        "report_sha256": hashlib.sha256(told).hexdigest(),
        "root": head.root.hex(),
        "size": size,
        "start": start,
    }
    if not any(one.kind == "seal" and one.fields == fields for one in reserve.entries):
        reserve.append([Entry("seal", moment(plan.time_s), fields)], keys.registry, time_s=plan.time_s)
    sequencer.publish(reserve.log_storage, keys.documents, time_s=plan.time_s)
    return open_reserve(storage)


def _grow(reserve: Reserve, plan: Plan, batch: Batch, wanted: Sequence[Pack], *, show: Show) -> Head:
    """Build the segments of a seal and append them."""
    if plan.terms.mode == "in-place":
        for one in plan.shards:
            content.register(reserve.storage, one.digest, one.path)
    tail = sequencer.recover(reserve.log_storage).tail
    first = [tail, *[b""] * (len(wanted) - 1)]
    jobs = [(reserve, batch, pack, name) for pack, name in zip(wanted, first, strict=True)]
    built = list(_spread(_build, jobs, plan.workers, partial(show, "build")))
    return sequencer.append_segments(reserve.log_storage, [root for root, _ in built])


def _build(job: tuple[Reserve, Batch, Pack, bytes]) -> tuple[bytes, int]:
    reserve, batch, pack, tail = job
    return build.build(reserve.storage, batch, pack, tail)


def _spread(
    work: Callable[[T], U], jobs: Sequence[T], workers: int, show: Callable[[int, int], None]
) -> Iterator[U]:
    """Do some work on each job, in processes if there are to be several; results in order."""
    if workers == 1 or len(jobs) == 1:
        for done, job in enumerate(jobs):
            show(done, len(jobs))
            yield work(job)
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            for done, result in enumerate(pool.map(work, jobs)):
                show(done, len(jobs))
                yield result
    show(len(jobs), len(jobs))


def _dictionary(reserve: Reserve, plan: Plan) -> bytes:
    """Give the dictionary of the content: the last seal's, or one trained on the first documents."""
    if plan.terms.mode != "ingest":
        return b""
    used = [pack for pack in reserve.packs if pack.dictionary]
    if used:
        return content.read_dictionary(reserve.storage, used[-1])
    held = plan.staging / "dictionary"
    if not held.exists():
        documents = (one for shard in plan.shards for one in reading.read(shard, plan.limits))
        some = islice((bytes(one.payload) for one in documents if isinstance(one, Imprint)), 2_000)
        held.with_suffix(".new").write_bytes(content.train(list(some)))
        held.with_suffix(".new").replace(held)
    data = held.read_bytes()
    if data:
        reserve.storage.create(f"dictionary/{hashlib.sha256(data).hexdigest()}", data)
    return data


def _plan_json(plan: Plan) -> dict[str, Any]:
    beacon = [plan.beacon.name, plan.beacon.value.hex()]
    return {"beacon": beacon, "sources": sources_digest(plan.shards), "terms": asdict(plan.terms)}


def _remember(plan: Plan, number: int) -> None:
    data = canonical.encode({"intent": number, "time_s": plan.time_s, **_plan_json(plan)})
    staged = plan.staging / ".plan"
    staged.write_bytes(data)
    staged.replace(plan.staging / "plan")


def _resumed(plan: Plan) -> tuple[Plan, int]:
    """Go on with the clock and the intent of the seal that was cut off.

    Raises:
        InputError: If that was another seal.
    """
    held = json.loads((plan.staging / "plan").read_bytes())
    number, time_s = held.pop("intent"), held.pop("time_s")
    if held != _plan_json(plan):
        raise InputError(
            "another seal of this reserve is unfinished",
            hint=f"give its command again, or give it up: remove {plan.staging}",
        )
    return replace(plan, time_s=time_s), number


def _forget(plan: Plan) -> None:
    for path in plan.staging.iterdir():
        if path.name != ".lock":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
