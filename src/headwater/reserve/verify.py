"""Verifying: whether each document is as it was sealed, redacted, or missing, and where the fault lies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from headwater.errors import (
    ConsistencyError,
    FormatError,
    HeadwaterError,
    SealError,
    UnavailableError,
    VerificationError,
)
from headwater.log import checkpoint, segment
from headwater.log.checkpoint import Checkpoint, Policy
from headwater.log.segment import SEGMENT_ENTRIES, SEGMENT_HEIGHT
from headwater.log.tile import WIDTH
from headwater.log.tree import PLAIN, Hasher, Range, fold
from headwater.reserve import content, entry, index, leaf, order, payloads, records, registry
from headwater.reserve.content import Extent
from headwater.reserve.leaf import Leaf
from headwater.reserve.order import Beacon
from headwater.reserve.records import Row
from headwater.reserve.reserve import Pack, Reserve
from headwater.sources.shard import Limits

VERIFIED, REDACTED, CORRUPT = "verified", "redacted", "missing or corrupt"


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of a document, or of a run of them that one fault took.

    Attributes:
        first: Index of the first document.
        n: How many.
        outcome: `VERIFIED`, `REDACTED` or `CORRUPT`.
        entry: The registry's entry that redacts it; -1 for none.
        where: Which bytes of which file are at fault; None if none are.
        detail: What is wrong, in one line.
    """

    first: int
    n: int
    outcome: str
    entry: int = -1
    where: Extent | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a whole reserve.

    Attributes:
        checkpoint: The verified checkpoint.
        n_verified: Documents that are as they were sealed.
        redacted: Each redacted document.
        corrupt: Each fault.
    """

    checkpoint: Checkpoint
    n_verified: int
    redacted: tuple[Finding, ...] = field(repr=False)
    corrupt: tuple[Finding, ...] = field(repr=False)


def heads(reserve: Reserve, *, quorum: Policy | None = None) -> Checkpoint:
    """Check signatures, keys and registry, and that seals cover the log.

    Args:
        reserve: The reserve.
        quorum: A policy whose witnesses must have signed too; None for none.

    Returns:
        The checkpoint of the log.

    Raises:
        SignatureError: If a checkpoint is not signed by the keys that were valid.
        ConsistencyError: If the registry is not what its checkpoint says, or does not cover the log.
        UnavailableError: If nothing was published.
    """
    _, entries = registry.verify(reserve.registry_storage, reserve.manifest)
    at, signed = reserve.log.checkpoint()
    policy = registry.policy(reserve.manifest, entries, at.size)
    if quorum is not None:
        policy = Policy(policy.origin, policy.keys, quorum.witnesses, quorum.quorum)
    checkpoint.verify(signed, policy)
    size = 0
    for one in entries:
        if one.kind == "seal" and one["size"] <= at.size:
            if one["start"] != size:
                raise ConsistencyError(f"a seal begins at {one['start']}, and the one before ended at {size}")
            size = one["size"]
    if size != at.size:
        raise ConsistencyError(f"the registry knows of {size} documents, and the log of {at.size}")
    return at


def document(reserve: Reserve, number: int, *, limits: Limits | None = None) -> Finding:
    """Verify one document: its entry in the log, its record, its content.

    Args:
        reserve: The reserve, its heads verified.
        number: Index of the document.
        limits: Bounds on one record.

    Returns:
        What became of it.

    Raises:
        InputError: If there is no such document.
    """
    pack = reserve.pack(number)
    sealed = _entry(reserve, number)
    if isinstance(sealed, Finding):
        return sealed
    try:
        row = reserve.row(number)
    except (VerificationError, FormatError) as error:
        return _corrupt(number, _in_records(reserve, pack, number), str(error))
    found = _record(reserve, number, sealed, row)
    if isinstance(found, Finding):
        return found
    return _content(_Check(reserve, limits or Limits()), number, row, found)


def whole(
    reserve: Reserve,
    *,
    hasher: Hasher = PLAIN,
    limits: Limits | None = None,
    show: Callable[[str, int, int], None] = lambda step, done, total: None,
) -> Report:
    """Verify every signature, entry, record, document and order.

    Args:
        reserve: The reserve.
        hasher: What hashes.
        limits: Bounds on one record.
        show: Called with a step's name, documents done and documents in all.

    Returns:
        What became of the documents.

    Raises:
        VerificationError: If the logs themselves are not true.
    """
    at = heads(reserve)
    _check_root(reserve, at)
    findings: list[Finding] = []
    check = _Check(reserve, limits or Limits(), hasher)
    for pack in reserve.packs:
        show("verify", pack.first, at.size)
        findings += _pack(check, pack)
    show("verify", at.size, at.size)
    redacted = tuple(one for one in findings if one.outcome == REDACTED)
    corrupt = tuple(one for one in findings if one.outcome == CORRUPT)
    if not corrupt:  # Else it may be the damage that leads to another root.
        _check_seals(reserve, at)
    return Report(at, sum(one.n for one in findings if one.outcome == VERIFIED), redacted, corrupt)


def _check_root(reserve: Reserve, at: Checkpoint) -> None:
    """Check that the segments' names lead to the head's root, and that the head continues the checkpoint.

    Raises:
        ConsistencyError: If they do not.
    """
    head = reserve.log.head()
    names = [reserve.log.segment(number) for number in range(-(-head.size // SEGMENT_ENTRIES))]
    tree = Range()
    for name in names[: head.size // SEGMENT_ENTRIES]:
        tree = tree.grow(name, height=SEGMENT_HEIGHT)
    rest = names[head.size // SEGMENT_ENTRIES :]
    if (fold((*tree.hashes, *rest)) if rest else tree.root) != head.root:
        raise ConsistencyError("the segments of the log do not lead to its root")
    reserve.log.prove_growth(at, head)


def _check_seals(reserve: Reserve, at: Checkpoint) -> None:
    """Check that each seal names the root that the log has at its size.

    Raises:
        ConsistencyError: If one does not.
    """
    for one in reserve.entries:
        if one.kind == "seal" and one["size"] <= at.size:
            then = Checkpoint(at.origin, one["size"], bytes.fromhex(one["root"]))
            reserve.log.prove_growth(then, at)


@dataclass(frozen=True, slots=True)
class _Check:
    """A reserve that is being verified."""

    reserve: Reserve
    limits: Limits
    hasher: Hasher = PLAIN
    last: dict[int, bytes] = field(default_factory=dict)  # Key of the last document seen of each seal.


def _pack(check: _Check, pack: Pack) -> Iterator[Finding]:
    """Verify a run of documents."""
    sound: list[tuple[int, Row, Leaf]] = []
    for first, entries, rows in _blocks(check, pack):
        if isinstance(rows, Finding):
            yield rows
            continue
        for number, (sealed, row) in enumerate(zip(entries, rows, strict=True), first):
            if isinstance(sealed, Finding):
                yield sealed
            elif isinstance(found := _record(check.reserve, number, sealed, row), Finding):
                yield found
            elif late := _out_of_order(check, pack, found):
                yield Finding(number, 1, CORRUPT, detail=late)
            else:
                sound.append((number, row, found))
    yield from _contents(check, pack, sound)
    yield from _index(check.reserve, pack, sound)


def _blocks(
    check: _Check, pack: Pack
) -> Iterator[tuple[int, Sequence[bytes | Finding], Sequence[Row] | Finding]]:
    """Yield a run in pieces of up to 256: first index, entries and rows, or what is wrong with them."""
    reserve = check.reserve
    name = reserve.log.segment(pack.first // SEGMENT_ENTRIES)
    try:
        held: list[bytes] | None = segment.verify(reserve.log_storage, name, hasher=check.hasher)
    except (SealError, FormatError):
        held = None
    data = reserve.storage.read(pack.records)
    for number in range(-(-pack.n // WIDTH)):
        first, n = pack.first + number * WIDTH, min(WIDTH, pack.n - number * WIDTH)
        yield first, _entries(reserve, held, first, n), _rows(reserve, pack, data, number)


def _entries(reserve: Reserve, held: list[bytes] | None, first: int, n: int) -> Sequence[bytes | Finding]:
    at = first % SEGMENT_ENTRIES
    if held is not None:
        return held[at : at + n]
    return [_entry(reserve, number) for number in range(first, first + n)]


def _entry(reserve: Reserve, number: int) -> bytes | Finding:
    """Read an entry of the log, and prove it."""
    try:
        reserve.log.prove(number)
        return reserve.log.entry(number)
    except (VerificationError, FormatError) as error:
        return _corrupt(number, _in_log(reserve, number), str(error))


def _rows(reserve: Reserve, pack: Pack, data: bytes | None, number: int) -> Sequence[Row] | Finding:
    first, n = pack.first + number * WIDTH, min(WIDTH, pack.n - number * WIDTH)
    problem = f"{pack.records} is not there" if data is None else ""
    try:
        if data is not None and records.n_rows(data) == pack.n:
            return records.parse_block(data, number)
    except FormatError as error:
        problem = str(error)
    where = _in_records(reserve, pack, first)
    detail = problem or f"{pack.records} does not hold {pack.n} records"
    return Finding(first, n, CORRUPT, where=where, detail=detail)


def _record(reserve: Reserve, number: int, sealed: bytes, row: Row) -> Leaf | Finding:
    if row.is_redacted:
        for at, one in enumerate(reserve.entries):
            if (one.kind, one.fields.get("index"), one.fields.get("scope")) == (
                "redaction",
                number,
                "content+metadata",
            ):
                return Finding(number, 1, REDACTED, at)
        where = _in_records(reserve, reserve.pack(number), number)
        return _corrupt(number, where, "the record is gone, and no entry of the registry says why")
    try:
        return leaf.verify(sealed, row.record, row.salt)
    except (SealError, FormatError) as error:
        return _corrupt(number, _in_records(reserve, reserve.pack(number), number), str(error))


def _content(check: _Check, number: int, row: Row, found: Leaf) -> Finding:
    reserve = check.reserve
    if number in reserve.redactions:
        return Finding(number, 1, REDACTED, reserve.redactions[number])
    where: Extent | None = None
    try:
        where = content.extent(reserve, number, row, found)
        content.check(reserve, number, (found, row, where), limits=check.limits)
    except (SealError, FormatError, UnavailableError) as error:
        return _corrupt(number, where, str(error))
    return Finding(number, 1, VERIFIED)


def _contents(check: _Check, pack: Pack, sound: Sequence[tuple[int, Row, Leaf]]) -> Iterator[Finding]:
    """Verify the content of documents whose records are sound, each file read from front to back."""
    gone = check.reserve.redactions
    yield from (Finding(number, 1, REDACTED, gone[number]) for number, _, _ in sound if number in gone)
    kept = [one for one in sound if one[0] not in gone]
    for one in payloads.read(check.reserve, pack, kept, limits=check.limits):
        if one.fault:
            yield _corrupt(one.index, one.where, one.fault)
        else:
            yield Finding(one.index, 1, VERIFIED)


def _out_of_order(check: _Check, pack: Pack, found: Leaf) -> str:
    """Say what is wrong with the place of a document in its seal; empty if nothing is."""
    reserve, last = check.reserve, check.last
    seal = [one for one in reserve.entries if one.kind == "seal"][pack.seal]
    intent = entry.encode(reserve.entries[seal["intent"]])
    seed = order.seed(intent, Beacon(seal["beacon"], bytes.fromhex(seal["beacon_value"])))
    digests = bytes.fromhex(found.record_sha256), bytes.fromhex(found.place.file_sha256)
    key = order.key(seed, *digests, found.place.offset)
    before, last[pack.seal] = last.get(pack.seal, b""), key
    return "the document does not stand where the order of its seal puts it" if key < before else ""


def _index(reserve: Reserve, pack: Pack, sound: Sequence[tuple[int, Row, Leaf]]) -> Iterator[Finding]:
    """Verify the index of a run as far as its records are sound; a fault of it touches no document."""
    try:
        rows = set(index.parse(index.read(reserve.storage, pack)))
    except HeadwaterError as error:
        yield Finding(pack.first, 0, CORRUPT, where=Extent(pack.index, 0, 0), detail=str(error))
        return
    wanted = {(bytes.fromhex(found.payload_sha256), number - pack.first) for number, _, found in sound}
    if not wanted <= rows:
        yield Finding(
            pack.first, 0, CORRUPT, where=Extent(pack.index, 0, 0), detail="the index lacks documents"
        )


def _corrupt(number: int, where: Extent | None, detail: str) -> Finding:
    return Finding(number, 1, CORRUPT, where=where, detail=detail)


def _in_log(reserve: Reserve, number: int) -> Extent | None:
    """Say where the entry of a document lies."""
    try:
        name = reserve.log.segment(number // SEGMENT_ENTRIES)
        path = f"log/{segment.path(name)}"
        at = number % SEGMENT_ENTRIES // WIDTH
        return Extent(path, *segment.bundle_range(reserve.log_storage, name, at))
    except HeadwaterError:
        return None


def _in_records(reserve: Reserve, pack: Pack, number: int) -> Extent:
    """Say where the record of a document lies."""
    try:
        table = reserve.storage.read(pack.records, stop=records.table_bytes(pack.n)) or b""
        start, stop = records.block_range(table, (number - pack.first) // WIDTH)
        return Extent(pack.records, start, stop)
    except FormatError:
        return Extent(pack.records, 0, records.table_bytes(pack.n))
