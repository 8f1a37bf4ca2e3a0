"""Mending: archives that were sealed where they lie, restored from parity or from copies elsewhere.

What is written into an archive is a block that has the digest parity recorded, or a record that has the
digests the log committed to. What was redacted stays redacted, and a redaction that was published and not
carried out is carried out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from headwater.errors import FormatError, HeadwaterError, SealError, UnavailableError
from headwater.reserve import content, erase, leaf, payloads, redact, stripe
from headwater.reserve.content import Extent
from headwater.reserve.copies import Copies
from headwater.reserve.leaf import Leaf
from headwater.reserve.records import Row
from headwater.reserve.repair import Repaired
from headwater.reserve.reserve import Pack, Reserve
from headwater.sources import warc
from headwater.sources.opening import is_url, open_input
from headwater.sources.shard import Limits

Document = tuple[int, Row, Leaf]


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive of which documents were sealed.

    Attributes:
        file_sha256: Its digest when it was sealed.
        redacted: Documents of it that were redacted and whose place is still known, with that place.
        faulty: Documents that are not there as they were sealed.
    """

    file_sha256: str
    redacted: dict[int, tuple[int, int]] = field(default_factory=dict)
    faulty: list[int] = field(default_factory=list)


def archives(reserve: Reserve, *, deep: bool, limits: Limits | None = None) -> dict[str, Archive]:
    """Find the archives that were sealed where they lie.

    Args:
        reserve: The reserve, its records sound.
        deep: Whether to read the archives, and look for documents that are not as they were sealed.
        limits: Bounds on one record.

    Returns:
        The archives by digest. Records that are damaged name none.
    """
    found: dict[str, Archive] = {}
    for pack in reserve.packs:
        if pack.mode != "in-place":
            continue
        some = list(_documents(reserve, pack))
        for index, _, said in some:
            one = found.setdefault(said.place.file_sha256, Archive(said.place.file_sha256))
            if index in reserve.redactions:
                one.redacted[index] = said.place.offset, said.place.offset + said.place.length
        kept = [one for one in some if one[0] not in reserve.redactions]
        for read in payloads.read(reserve, pack, kept, limits=limits or Limits()) if deep and kept else ():
            if read.fault:
                found[read.leaf.place.file_sha256].faulty.append(read.index)
    return found


def repair_all(
    reserve: Reserve, copies: Copies | None, *, limits: Limits | None = None
) -> Iterator[Repaired]:
    """Mend every archive that is damaged.

    Args:
        reserve: The reserve, its heads verified and its records repaired.
        copies: Where copies of the archives lie; None for parity alone.
        limits: Bounds on one record.

    Yields:
        What was done about each archive.
    """
    mended = {}
    for one in archives(reserve, deep=False).values():
        try:
            mended[one.file_sha256] = _from_parity(reserve, one)
        except HeadwaterError as error:
            mended[one.file_sha256] = (0, str(error))
    for one in archives(reserve, deep=True, limits=limits).values():
        n_blocks, problem = mended.get(one.file_sha256, (0, ""))
        if one.faulty or n_blocks or problem:
            yield _settled(reserve, one, (n_blocks, problem), copies)


def check(reserve: Reserve) -> tuple[str, ...]:
    """Check that every archive is as it was sealed, so that it may be protected.

    Args:
        reserve: The reserve, its records sound.

    Returns:
        Their digests.

    Raises:
        SealError: If one is damaged.
    """
    found = archives(reserve, deep=True)
    for one in found.values():
        if one.faulty:
            where = content.located(reserve.storage, one.file_sha256)
            raise SealError(
                f"{len(one.faulty)} documents of {where} are not as they were sealed",
                hint="headwater reserve repair, then protect",
            )
    return tuple(found)


def _documents(reserve: Reserve, pack: Pack) -> Iterator[Document]:
    try:
        rows = reserve.rows(pack.first, pack.first + pack.n)
    except (FormatError, SealError):
        return
    for index, row in enumerate(rows, pack.first):
        if not row.is_redacted:
            yield index, row, leaf.parse(row.record)


def _from_parity(reserve: Reserve, one: Archive) -> tuple[int, str]:
    """Restore what parity can: how many blocks, and what went wrong."""
    where = content.located(reserve.storage, one.file_sha256)
    n_blocks, n_lost = stripe.mend(reserve.storage, one.file_sha256, spared=one.redacted.values())
    for index, (start, stop) in one.redacted.items():
        redact.carry_out(reserve, index, Extent(where, start, stop))
    return n_blocks, f"{n_lost} stripes have more damage than parity" if n_lost else ""


def _settled(reserve: Reserve, one: Archive, done: tuple[int, str], copies: Copies | None) -> Repaired:
    """Take from copies what parity left, and say how it ended."""
    _, problem = done
    file = f"source/{one.file_sha256}"
    try:
        file = content.located(reserve.storage, one.file_sha256)
        left = [at for at in one.faulty if copies is None or not _from_copy(reserve, at, file, copies)]
    except HeadwaterError as error:
        return Repaired(file, "", str(error))
    if left:
        problem = problem or "there is no parity that helps" + ("" if copies else " and no copy was named")
        return Repaired(file, "", f"{len(left)} documents are not as they were sealed: {problem}")
    if not one.faulty and problem:  # What is damaged is no document.
        return Repaired(file, "", problem)
    return Repaired(file, "copy" if one.faulty else "parity")


def _from_copy(reserve: Reserve, index: int, file: str, copies: Copies) -> bool:
    """Write a document over with what a copy has, if that is what was sealed.

    Raises:
        UnavailableError: If it is gone.
    """
    if not is_url(file) and not Path(file).exists():
        raise UnavailableError(f"{file} is gone", hint="put a copy there, damaged or not; then repair it")
    said = reserve.leaf(index)
    where = Extent(file, said.place.offset, said.place.offset + said.place.length)
    data = copies(said.place.file, where.start, where.stop)
    if data is None or len(data) != said.place.length or not _is_sealed(said, data, where):
        return False
    erase.overwrite(file, where.start, data)
    return True


@dataclass
class _Patched:
    """An archive as it would be with some bytes written over."""

    file: str
    start: int
    data: bytes
    at: int = 0

    def seek(self, position: int, /) -> None:
        self.at = position

    def read(self, size: int, /) -> bytes:
        stop = self.start + len(self.data)
        if self.start <= self.at < stop:
            found = self.data[self.at - self.start :][:size]
        else:
            wanted = min(size, self.start - self.at) if self.at < self.start else size
            with open_input(self.file) as file:
                file.seek(self.at)
                found = file.read(wanted)
        self.at += len(found)
        return found


def _is_sealed(said: Leaf, data: bytes, where: Extent) -> bool:
    limits = Limits()
    (frame,) = warc.frames_in(_Patched(where.file, where.start, data), where.file, [where.start], limits)
    try:
        content.check_frame(said, frame, where, limits)
    except SealError:
        return False
    return True
