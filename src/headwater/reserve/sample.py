"""A sample that nobody chose: intent first, then a beacon, then whole bundles in the order of a digest.

The intent says how many documents, of which strata, out of which checkpoint, and the registry publishes it.
Then a beacon's next round is known. The seed is a digest of both; bundles are taken in the order of a digest
of the seed and their index. A reserve sealed in shuffled order makes each bundle a random sample.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from headwater.errors import ConsistencyError, InputError, SealError, UnavailableError, VerificationError
from headwater.log import bundle as bundles_format
from headwater.log import checkpoint, proof
from headwater.log.checkpoint import Checkpoint, Policy
from headwater.log.reader import Reader
from headwater.log.tile import ENTRIES, WIDTH, tile_at
from headwater.log.tree import PLAIN, Hasher
from headwater.reserve import entry as entries_format
from headwater.reserve import leaf as leaves
from headwater.reserve import mix as mixes
from headwater.reserve import records
from headwater.reserve.dating import dated, numbered
from headwater.reserve.entry import Entry, moment
from headwater.reserve.leaf import Leaf
from headwater.reserve.mix import Drawn, Mix
from headwater.reserve.order import Beacon
from headwater.reserve.records import Row
from headwater.reserve.reserve import Reserve

KIND = "sample-intent"
STRATA = ("evidence", "lang", "media")
_SEED = b"headwater-reserve-sample-1\x00"
_NONE = "-"


@dataclass(frozen=True, slots=True)
class Opened:
    """One entry of a drawn bundle, with what lies beside it.

    Attributes:
        index: Of the document.
        row: Record and salt; none of either once it was redacted.
        leaf: What is sealed of it; None once it was redacted, be it the content alone.
    """

    index: int
    row: Row
    leaf: Leaf | None


@dataclass(frozen=True, slots=True)
class Handed:
    """What goes to a third party with a manifest.

    Attributes:
        bundles: Index -> bytes of each drawn bundle.
        rows: Index -> the records and salts of its documents.
    """

    bundles: Mapping[int, bytes]
    rows: Mapping[int, Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Trust:
    """What a third party needs of a reserve to check a sample of it.

    Attributes:
        policy: Who signs the log of documents.
        registry_policy: Who signs the registry.
        entries: The registry's, verified; needed where a stratum is a grade, or a document was redacted.
    """

    policy: Policy
    registry_policy: Policy
    entries: Sequence[Entry] = ()


def intend(reserve: Reserve, n: int, *, strata: Sequence[str] = (), purpose: str = "", now_s: int) -> Entry:
    """Make the entry that says what will be drawn.

    Args:
        reserve: Published.
        n: How many documents, 1 to the size of the reserve.
        strata: Names out of `STRATA`; the sample has each combination in its share of the reserve.
        purpose: What for, for people.
        now_s: Now, in POSIX seconds.

    Returns:
        The entry, for the registry; publish it before the beacon's round is known.

    Raises:
        InputError: If there are not so many documents, or a stratum is unknown.
    """
    if reserve.checkpoint is None or not 0 < n <= reserve.size:
        raise InputError(f"the reserve holds {reserve.size} documents; {n} cannot be drawn")
    unknown = sorted(set(strata) - set(STRATA))
    if unknown:
        raise InputError(f"no stratum is named {unknown[0]!a}", hint=f"strata are {', '.join(STRATA)}")
    fields = {
        "n": n,
        "purpose": purpose,
        "quotas": _quotas(reserve, n, strata) if strata else {"": n},
        "root": reserve.checkpoint.root.hex(),
        "size": reserve.size,
        "strata": sorted(set(strata)),
    }
    return Entry(KIND, moment(now_s), fields)


def seed(intent: bytes, beacon: Beacon) -> bytes:
    """Derive the seed of a draw.

    Args:
        intent: The registry's entry, its bytes.
        beacon: Known after it was published.

    Returns:
        32 bytes.
    """
    return hashlib.sha256(_SEED + hashlib.sha256(intent).digest() + beacon.value).digest()


def order(seed: bytes, n_bundles: int) -> list[int]:
    """Give all bundles of a log in the order of a draw.

    Args:
        seed: 32 bytes.
        n_bundles: How many there are.
    """
    begun = hashlib.sha256(seed)

    def key(index: int) -> bytes:
        state = begun.copy()
        state.update(index.to_bytes(8, "big"))
        return state.digest()

    return sorted(range(n_bundles), key=key)


def draw(reserve: Reserve, number: int, beacon: Beacon, *, share: float = 1.0) -> Mix:
    """Draw a sample.

    Args:
        reserve: The reserve.
        number: The registry's entry that says the intent.
        beacon: What was not known when that was published.
        share: Share of a training set that it is meant to be.

    Returns:
        The manifest.

    Raises:
        InputError: If the entry is no intent.
        UnavailableError: If the checkpoint it names was not published.
        ConsistencyError: If the log had another root at that size.
    """
    found = reserve.entries[number] if 0 <= number < len(reserve.entries) else None
    if found is None or found.kind != KIND:
        raise InputError(
            f"entry {number} of the registry is no intent to sample", hint="see `sample --intend`"
        )
    signed = reserve.log_storage.read(f"checkpoints/{found['size']}")
    if signed is None:
        raise UnavailableError(f"the checkpoint of {found['size']} documents was not published")
    at = checkpoint.parse(signed)[0]
    if (at.size, at.root.hex()) != (found["size"], found["root"]):
        raise ConsistencyError("the intent to sample is of another root than the log's")
    intent = entries_format.encode(found)
    drawn: list[Drawn] = []
    gone: dict[int, int] = {}
    read = partial(open_bundle, reserve, at=at)
    for one, opened in select(found, seed(intent, beacon), read, numbered(reserve.entries[:number])):
        drawn.append(one)
        gone |= {doc.index: reserve.redactions[doc.index] for doc in opened if doc.leaf is None}
    hashes = mixes.prove([one.index for one in drawn], at.size, reserve.log.nodes(at.size))
    logged = Reader(reserve.registry_storage).prove(number)
    return Mix(share, signed, intent, logged, beacon, tuple(drawn), hashes, gone)


def select(
    intent: Entry, seed: bytes, read: Callable[[int], Sequence[Opened]], shown: Sequence[tuple[int, Entry]]
) -> Iterator[tuple[Drawn, Sequence[Opened]]]:
    """Go through bundles in the order of the seed, until every stratum has its quota.

    Of a bundle, all documents are kept whose stratum was not full before it: bundles count as a whole.

    Args:
        intent: The entry that says it.
        seed: Of the draw.
        read: From the index of a bundle to its documents.
        shown: The evidence of dates that was in the registry before the intent, with its numbers.

    Yields:
        Each bundle that was drawn, and its documents.
    """
    left = Counter({name: int(n) for name, n in intent["quotas"].items()})
    for index in order(seed, -(-intent["size"] // WIDTH)):
        if not any(n > 0 for n in left.values()):
            return
        opened = read(index)
        bits, taken = 0, Counter[str]()
        for at, one in enumerate(opened):
            name = None if one.leaf is None else _stratum(one.leaf, one.index, intent["strata"], shown)
            if name is not None and left[name] > 0:
                bits |= 1 << (WIDTH - 1 - at)
                taken[name] += 1
        left.subtract(taken)
        yield Drawn(index, bits.to_bytes(WIDTH // 8)), opened


def hand_over(reserve: Reserve, mix: Mix) -> Handed:
    """Read what a third party needs beside the manifest.

    Args:
        reserve: What was drawn from.
        mix: The manifest.
    """
    size = checkpoint.parse(mix.checkpoint)[0].size
    indices = [one.index for one in mix.bundles]
    data = {index: reserve.log.tile(tile_at(ENTRIES, index, size)) for index in indices}
    rows = {index: reserve.rows(index * WIDTH, min((index + 1) * WIDTH, size)) for index in indices}
    return Handed(data, rows)


def open_bundle(reserve: Reserve, index: int, at: Checkpoint) -> list[Opened]:
    """Read a bundle's documents, each checked against its entry.

    Args:
        reserve: The reserve.
        index: Of the bundle.
        at: The checkpoint.

    Raises:
        SealError: If a record is gone and no redaction says why, or it is not what was sealed.
    """
    entries = bundles_format.parse(reserve.log.tile(tile_at(ENTRIES, index, at.size)))
    rows = reserve.rows(index * WIDTH, index * WIDTH + len(entries))
    return list(check_rows(index, entries, rows, reserve.redactions))


def check_rows(
    index: int, entries: Sequence[bytes], rows: Sequence[Row], redactions: Mapping[int, int]
) -> Iterator[Opened]:
    """Check records against the entries of a bundle.

    Args:
        index: Of the bundle.
        entries: Its entries.
        rows: What lies beside them.
        redactions: Index -> registry entry.

    Yields:
        The documents.

    Raises:
        SealError: If a record is gone and no redaction says why, or it is not what was sealed.
    """
    for place, (entry, row) in enumerate(zip(entries, rows, strict=True)):
        number = index * WIDTH + place
        if number in redactions:
            yield Opened(number, row, None)
        elif row.is_redacted:
            raise SealError(f"the record of document {number} is gone, and no redaction says why")
        else:
            yield Opened(number, row, leaves.verify(entry, row.record, row.salt))


def verify(mix: Mix, handed: Handed, trust: Trust, *, hasher: Hasher = PLAIN) -> int:
    """Draw a sample again, from its manifest and what was handed over with it.

    Args:
        mix: The manifest.
        handed: Entries and records of its bundles.
        trust: Whom the verifier believes.
        hasher: What hashes.

    Returns:
        How many documents the sample holds.

    Raises:
        SignatureError: If a checkpoint is not signed as the policy wants.
        InclusionError: If the intent or a bundle is not in its log.
        SealError: If a record is not what was sealed.
        VerificationError: If another list would have been drawn.
    """
    at = checkpoint.verify(mix.checkpoint, trust.policy)
    intent = entries_format.parse(mix.intent)
    proof.verify(mix.intent_proof, mix.intent, trust.registry_policy)
    if intent.kind != KIND or (intent["size"], intent["root"]) != (at.size, at.root.hex()):
        raise VerificationError("the intent of the sample is of another tree than its checkpoint")
    _verify_redactions(mix, trust.entries)
    sealed = mixes.verify_bundles(handed.bundles, at, mix.hashes, hasher=hasher)

    def read(index: int) -> list[Opened]:
        if index not in sealed:
            raise VerificationError(f"bundle {index} should have been drawn, and is not in the sample")
        return list(check_rows(index, sealed[index], handed.rows[index], mix.redacted))

    shown = numbered(trust.entries[: mix.intent_proof.index])
    again = [one for one, _ in select(intent, seed(mix.intent, mix.beacon), read, shown)]
    if tuple(again) != mix.bundles:
        raise VerificationError("the sample is not the one that the seed draws")
    return sum(1 for _ in mix.documents())


def _verify_redactions(mix: Mix, entries: Sequence[Entry]) -> None:
    """Check that the registry says what was redacted.

    Raises:
        VerificationError: If it does not.
    """
    for index, number in mix.redacted.items():
        said = entries[number] if number < len(entries) else None
        if said is None or said.kind != "redaction" or said["index"] != index:
            raise VerificationError(f"the registry does not say that document {index} was redacted")


def _stratum(leaf: Leaf, index: int, strata: Sequence[str], shown: Sequence[tuple[int, Entry]]) -> str:
    values = {
        "lang": lambda: leaf.language.lower().partition("-")[0].partition(",")[0].strip() or _NONE,
        "media": lambda: leaf.media_type or _NONE,
        "evidence": lambda: dated(leaf, index, shown).grade,
    }
    return " ".join(values[name]() for name in strata)


def _quotas(reserve: Reserve, n: int, strata: Sequence[str]) -> dict[str, int]:
    """Share a number among strata as they are in the reserve, by largest remainders.

    Raises:
        SealError: If records are not there.
    """
    names, shown = sorted(set(strata)), numbered(reserve.entries)
    counts: Counter[str] = Counter()
    for pack in reserve.packs:
        data = reserve.storage.read(pack.records)
        if data is None:
            raise SealError(f"{pack.records} is not there")
        for at, row in enumerate(records.parse(data)):
            if not row.is_redacted:
                counts[_stratum(leaves.parse(row.record), pack.first + at, names, shown)] += 1
    total = sum(counts.values())
    exact = {name: n * count / total for name, count in counts.items()}
    quotas = {name: int(value) for name, value in exact.items()}
    short = sorted(exact, key=lambda name: (quotas[name] - exact[name], name))[: n - sum(quotas.values())]
    return {name: quotas[name] + (name in short) for name in sorted(quotas) if quotas[name] + (name in short)}
