"""A reserve, opened: two logs, and beside them records, content and indexes, read by the index of a document.

    reserve.json               the manifest
    log/…                      the log of documents, as docs/spec/log-v1.md has it
    registry/…                 the registry, a log too
    records/FIRST              records and salts of up to 65,536 documents, from index FIRST on
    index/FIRST                their payload digests, sorted
    content/FIRST.NN           content of 4,096 of them each, zstd frames, where it was ingested
    dictionary/SHA256          zstd dictionaries
    source/SHA256              where a file that was sealed in place lies, as JSON
    report/START               what a seal read and skipped, as JSON

FIRST and START are twelve digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import final

from headwater.errors import FormatError, InputError, SealError, UnavailableError
from headwater.log import sequencer
from headwater.log.checkpoint import Checkpoint, Signer
from headwater.log.reader import Reader
from headwater.log.segment import SEGMENT_ENTRIES
from headwater.log.storage import Below, Storage
from headwater.log.tile import WIDTH
from headwater.reserve import leaf, manifest, records, registry
from headwater.reserve.entry import Entry
from headwater.reserve.leaf import Leaf
from headwater.reserve.manifest import Manifest
from headwater.reserve.records import Row

CONTENT_ROWS = 4096


@dataclass(frozen=True, slots=True)
class Pack:
    """A run of documents whose records lie in one object.

    Attributes:
        first: Index of the first one.
        n: How many.
        mode: `in-place` or `ingest`.
        dictionary: Digest of the dictionary of their content, or empty.
        seal: Number of the seal they came with, from 0.
    """

    first: int
    n: int
    mode: str
    dictionary: str = ""
    seal: int = 0

    @property
    def records(self) -> str:
        """Give the path of the records."""
        return f"records/{self.first:012d}"

    @property
    def index(self) -> str:
        """Give the path of the index of payload digests."""
        return f"index/{self.first:012d}"

    def content(self, index: int) -> str:
        """Give the path of the content of a document.

        Args:
            index: Its index in the log.
        """
        return f"content/{self.first:012d}.{(index - self.first) // CONTENT_ROWS:02d}"


def packs(start: int, size: int, mode: str, *, dictionary: str = "", seal: int = 0) -> list[Pack]:
    """Cut a seal into runs that lie in one segment of the log each.

    Args:
        start: Index of its first document.
        size: Index behind its last one.
        mode: `in-place` or `ingest`.
        dictionary: Digest of the dictionary, or empty.
        seal: Its number.
    """
    cuts = [start, *range(start - start % SEGMENT_ENTRIES + SEGMENT_ENTRIES, size, SEGMENT_ENTRIES), size]
    return [
        Pack(first, stop - first, mode, dictionary, seal) for first, stop in pairwise(cuts) if stop > first
    ]


@final
@dataclass(frozen=True)
class Reserve:
    """A reserve as it was when it was opened; nothing of it is verified yet.

    Attributes:
        storage: Where all of it lies.
        manifest: Its logs and keys.
        checkpoint: The published checkpoint of the log; None before the first seal.
        entries: The entries of the registry.
    """

    storage: Storage
    manifest: Manifest
    checkpoint: Checkpoint | None
    entries: Sequence[Entry]

    @property
    def log_storage(self) -> Storage:
        """Give where the log of documents lies."""
        return Below(self.storage, "log")

    @property
    def registry_storage(self) -> Storage:
        """Give where the registry lies."""
        return Below(self.storage, "registry")

    @property
    def log(self) -> Reader:
        """Give a reader of the log of documents."""
        return Reader(self.log_storage)

    @property
    def size(self) -> int:
        """Give the number of documents that were published."""
        return self.checkpoint.size if self.checkpoint else 0

    @cached_property
    def packs(self) -> tuple[Pack, ...]:
        """Give the runs of all seals, in order."""
        seals = [one for one in self.entries if one.kind == "seal" and one["size"] <= self.size]
        return tuple(
            pack
            for number, one in enumerate(seals)
            for pack in packs(
                one["start"], one["size"], one["mode"], dictionary=one["dictionary"], seal=number
            )
        )

    @cached_property
    def redactions(self) -> dict[int, int]:
        """Map redacted documents to the registry's first entry that says so."""
        found: dict[int, int] = {}
        for number, one in enumerate(self.entries):
            if one.kind == "redaction":
                found.setdefault(one["index"], number)
        return found

    def pack(self, index: int) -> Pack:
        """Give the run a document is in.

        Args:
            index: Its index in the log.

        Raises:
            InputError: If there is no such document.
        """
        found = [one for one in self.packs if one.first <= index < one.first + one.n]
        if index < 0 or not found:
            raise InputError(f"the reserve holds {self.size} documents, and none of index {index}")
        return found[0]

    def row(self, index: int) -> Row:
        """Read what lies beside an entry of the log.

        Args:
            index: Index of the document.

        Raises:
            InputError: If there is no such document.
            SealError: If its record is not there.
            FormatError: If the records are damaged.
        """
        return self.rows(index, index + 1)[0]

    def rows(self, start: int, stop: int) -> list[Row]:
        """Read what lies beside a run of entries of the log.

        Args:
            start: Index of the first document.
            stop: Index behind the last one.

        Raises:
            InputError: If there is no such document.
            SealError: If their records are not there.
            FormatError: If the records are damaged.
        """
        found: list[Row] = []
        while start < stop:
            pack = self.pack(start)
            number, at = divmod(start - pack.first, WIDTH)
            some = self._block(pack, number)[at : at + stop - start]
            found += some
            start += len(some)
        return found

    def _block(self, pack: Pack, number: int) -> list[Row]:
        """Read a block of records.

        Raises:
            SealError: If its object is not there.
            FormatError: If it is damaged.
        """
        table = self.storage.read(pack.records, stop=records.table_bytes(pack.n))
        if table is None:
            raise SealError(f"{pack.records} is not there")
        if records.n_rows(table) != pack.n:
            raise FormatError(f"{pack.records} does not hold {pack.n} records")
        start, stop = records.block_range(table, number)
        block = self.storage.read(pack.records, start=start, stop=stop) or b""
        return records.unpack(block, min(WIDTH, pack.n - number * WIDTH))

    def leaf(self, index: int) -> Leaf:
        """Read what the reserve says of a document, checked against its entry in the log.

        Args:
            index: Index of the document.

        Raises:
            InputError: If there is no such document.
            SealError: If it was redacted, or the record is not what was sealed.
            FormatError: If the records are damaged.
        """
        row = self.row(index)
        if row.is_redacted:
            where = f" (registry entry {self.redactions[index]})" if index in self.redactions else ""
            raise SealError(f"the record of document {index} is gone{where}")
        return leaf.verify(self.log.entry(index), row.record, row.salt)

    def settled(self, signers: Sequence[Signer], *, time_s: int) -> Reserve:
        """Give the reserve with all that a writer that died had decided.

        Args:
            signers: The registry's keys.
            time_s: Now, in POSIX seconds.
        """
        registry.settle(self.registry_storage, signers, time_s=time_s)
        return open_reserve(self.storage)

    def append(self, entries: Sequence[Entry], signers: Sequence[Signer], *, time_s: int) -> Reserve:
        """Append entries to the registry and publish it.

        Args:
            entries: What happened.
            signers: The registry's keys.
            time_s: Now, in POSIX seconds.

        Returns:
            The reserve with them.
        """
        registry.append(self.registry_storage, entries, signers, time_s=time_s)
        return open_reserve(self.storage)


def create(storage: Storage, made: Manifest) -> Reserve:
    """Create an empty reserve; does nothing where the same one is begun already.

    Args:
        storage: Where.
        made: Its manifest: `Keyring.manifest`.

    Raises:
        InputError: If there is another reserve.
    """
    data = manifest.encode(made)
    held = storage.read(manifest.PATH)
    if held not in (None, data):
        raise InputError("there is another reserve already", hint="use its keys, or choose another place")
    storage.create(manifest.PATH, data)
    for name, origin in (("log", made.origin), ("registry", made.registry_origin)):
        if storage.read(f"{name}/head") is None:
            sequencer.create(Below(storage, name), origin)
    return open_reserve(storage)


def open_reserve(storage: Storage) -> Reserve:
    """Open a reserve.

    Args:
        storage: Where it lies.

    Raises:
        UnavailableError: If there is none.
        FormatError: If its manifest, a checkpoint or the registry is damaged.
    """
    data = storage.read(manifest.PATH)
    if data is None:
        raise UnavailableError("there is no reserve here", hint="seal one: headwater reserve seal")
    try:
        at = Reader(Below(storage, "log")).checkpoint()[0]
    except UnavailableError:
        at = None
    return Reserve(storage, manifest.parse(data), at, tuple(registry.read(Below(storage, "registry"))))
