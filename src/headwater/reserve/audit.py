"""An audit: bundles that a beacon chose, checked level by level, with a result for the registry.

`tree` checks that a bundle's entries stand in the log; `record` that each record opens its entry; `content`
that each document is there as it was sealed. A beacon chooses, so that nobody knows beforehand what need not
be kept well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from headwater.errors import FormatError, InputError, UnavailableError, VerificationError
from headwater.log import bundle, segment
from headwater.log.checkpoint import Checkpoint
from headwater.log.segment import SEGMENT_ENTRIES
from headwater.log.tile import ENTRIES, WIDTH, tile_at
from headwater.reserve import content, leaf, sample, verify
from headwater.reserve.entry import Entry, moment
from headwater.reserve.order import Beacon
from headwater.reserve.records import Row
from headwater.reserve.reserve import CONTENT_ROWS, Reserve
from headwater.sources.shard import Limits

KIND = "audit"
LEVELS = ("tree", "record", "content")
MAX_FAULTS = 500
_SEED = b"headwater-reserve-audit-1\x00"


@dataclass(frozen=True, slots=True)
class Fault:
    """A document that is not as it was sealed.

    Attributes:
        index: Its place in the log.
        detail: What is wrong, in one line.
    """

    index: int
    detail: str


@dataclass(frozen=True, slots=True)
class Result:
    """What an audit found.

    Attributes:
        level: How deep it went.
        bundles: What was looked at, in the order of the draw.
        n_documents: How many documents are in these.
        n_redacted: How many of them were taken down, as the registry says.
        faults: What is wrong.
    """

    level: str
    bundles: tuple[int, ...]
    n_documents: int
    n_redacted: int
    faults: tuple[Fault, ...]


def seed(at: Checkpoint, beacon: Beacon) -> bytes:
    """Derive the seed of an audit.

    Args:
        at: The checkpoint of the log.
        beacon: Known after it was published.
    """
    return hashlib.sha256(_SEED + hashlib.sha256(at.text.encode()).digest() + beacon.value).digest()


def audit(reserve: Reserve, beacon: Beacon, *, n_bundles: int, level: str) -> Result:
    """Check bundles that a beacon chooses.

    Args:
        reserve: The reserve.
        beacon: What chooses.
        n_bundles: How many; all of them if there are no more.
        level: One of `LEVELS`; each holds the ones before.

    Returns:
        What was found.

    Raises:
        InputError: If there is nothing to audit, or no such level.
        VerificationError: If the reserve's signatures or its registry are not true.
    """
    if level not in LEVELS or n_bundles < 1:
        raise InputError(f"no level of an audit: {level!a}", hint=f"levels are {', '.join(LEVELS)}")
    at = verify.heads(reserve)
    chosen = sample.order(seed(at, beacon), -(-at.size // WIDTH))[:n_bundles]
    found = [(index, *_bundle(reserve, index, at, level)) for index in chosen]
    n = sum(min(WIDTH, at.size - index * WIDTH) for index in chosen)
    faults = tuple(fault for _, _, some in found for fault in some)
    return Result(level, tuple(chosen), n, sum(n_gone for _, n_gone, _ in found), faults)


def entry(result: Result, reserve: Reserve, beacon: Beacon, *, now_s: int) -> Entry:
    """Make the registry's entry of an audit.

    Args:
        result: What was found; of more than `MAX_FAULTS` faults the first are listed.
        reserve: What was audited.
        beacon: What chose.
        now_s: Now, in POSIX seconds.

    Raises:
        InputError: If the reserve has no checkpoint.
    """
    if reserve.checkpoint is None:
        raise InputError("there is nothing to audit")
    fields = {
        "beacon": beacon.name,
        "beacon_value": beacon.value.hex(),
        "faults": [[one.index, one.detail[:80]] for one in result.faults[:MAX_FAULTS]],
        "level": result.level,
        "n_bundles": len(result.bundles),
        "n_documents": result.n_documents,
        "n_faults": len(result.faults),
        "n_redacted": result.n_redacted,
        "root": reserve.checkpoint.root.hex(),
        "size": reserve.checkpoint.size,
    }
    return Entry(KIND, moment(now_s), fields)


def _bundle(reserve: Reserve, index: int, at: Checkpoint, level: str) -> tuple[int, list[Fault]]:
    """Check one bundle: how many documents were redacted, and what is wrong."""
    first, stop = index * WIDTH, min((index + 1) * WIDTH, at.size)
    numbers = range(first, stop)
    try:
        data = reserve.log.tile(tile_at(ENTRIES, index, at.size))
        proof = reserve.log.prove_bundle(index, at)
        ((*entries,),) = bundle.verify_proof([(index, data, proof)], at.size, at.root)
    except (FormatError, VerificationError) as error:
        return 0, [Fault(number, f"tree: {error}") for number in numbers]
    if level == "tree":
        return 0, []
    try:
        rows = reserve.rows(first, stop)
    except (FormatError, VerificationError) as error:
        return 0, [Fault(number, f"record: {error}") for number in numbers]
    problems = (
        _problem(reserve, number, (sealed, row), level)
        for number, sealed, row in zip(numbers, entries, rows, strict=True)
    )
    faults = [Fault(number, told) for number, told in zip(numbers, problems, strict=True) if told]
    return sum(number in reserve.redactions for number in numbers), faults


def _problem(reserve: Reserve, number: int, found: tuple[bytes, Row], level: str) -> str:
    """Say what is wrong with a document; empty if nothing is."""
    sealed, row = found
    redacted = number in reserve.redactions
    if row.is_redacted:
        return "" if redacted else "record: gone, and no entry of the registry says why"
    try:
        said = leaf.verify(sealed, row.record, row.salt)
    except (FormatError, VerificationError) as error:
        return f"record: {error}"
    if level == "record" or redacted:
        return ""
    try:
        where = content.extent(reserve, number, row, said)
        content.check(reserve, number, (said, row, where), limits=Limits())
    except (FormatError, UnavailableError, VerificationError) as error:
        return f"content: {error}"
    return ""


def objects(reserve: Reserve, faults: Iterable[Fault]) -> Iterator[str]:
    """Name the objects of a reserve that faults may lie in, each once.

    Args:
        reserve: The reserve.
        faults: Of an audit.

    Yields:
        Paths below the reserve.
    """
    yield from dict.fromkeys(path for fault in faults for path in _objects(reserve, fault.index))


def all_objects(reserve: Reserve) -> Iterator[str]:
    """Name every object that documents lie in, each once.

    Args:
        reserve: The reserve.

    Yields:
        Paths below the reserve.
    """
    firsts = (at for pack in reserve.packs for at in range(pack.first, pack.first + pack.n, CONTENT_ROWS))
    yield from dict.fromkeys(path for at in firsts for path in _objects(reserve, at))


def _objects(reserve: Reserve, index: int) -> list[str]:
    """Name the objects a document lies in, in the order they must be sound."""
    pack = reserve.pack(index)
    found = ["log/" + segment.path(reserve.log.segment(index // SEGMENT_ENTRIES)), pack.records]
    if pack.mode == "ingest":
        found += [f"dictionary/{pack.dictionary}"] if pack.dictionary else []
        found.append(pack.content(index))
    return found
