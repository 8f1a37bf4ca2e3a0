"""Repair: damaged objects of a reserve restored from parity or from any one mirror, since the root decides.

No vote is needed: what a mirror gives is checked against the log before it is written, and what was redacted
here stays redacted, whatever the mirror still has.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import final

from headwater.errors import FormatError, HeadwaterError, InputError, SealError
from headwater.log import segment
from headwater.log.segment import SEGMENT_ENTRIES
from headwater.log.storage.storage import check_path
from headwater.reserve import audit, content, leaf, parity, records, verify
from headwater.reserve.audit import Fault
from headwater.reserve.copies import fetch
from headwater.reserve.records import NO_SALT, Row
from headwater.reserve.reserve import CONTENT_ROWS, Reserve

Source = Callable[[str], bytes | None]


@final
@dataclass(frozen=True, slots=True)
class Mirror:
    """A mirror over HTTP: what `serve` or any static server gives.

    Attributes:
        url: Of the reserve, without a slash at its end.
        timeout_s: How long to wait for each answer of the network.
    """

    url: str
    timeout_s: float = 60.0

    def __call__(self, path: str) -> bytes | None:
        """Fetch an object; None if there is none.

        Args:
            path: Below the reserve.

        Raises:
            InputError: If the URL is of another kind.
        """
        if not self.url.startswith(("http://", "https://")):
            raise InputError(
                f"no URL of a mirror: {self.url!a}", hint="it begins with https://, or name a folder"
            )
        return fetch(f"{self.url}/{check_path(path)}", timeout_s=self.timeout_s)


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was done about an object or an archive.

    Attributes:
        path: Of it.
        source: `parity`, `mirror` or, of an archive, `copy`; empty where nothing helped.
        problem: Why nothing helped, in one line.
    """

    path: str
    source: str
    problem: str = ""


def repair_all(reserve: Reserve, mirror: Source | None) -> Iterator[Repaired]:
    """Look through all of a reserve, and repair what is damaged.

    Args:
        reserve: The reserve.
        mirror: As for `repair`.

    Yields:
        What was done about each object that is damaged.
    """
    verify.heads(reserve)
    yield from _repair(reserve, audit.all_objects(reserve), mirror)


def protect_all(reserve: Reserve) -> Iterator[str]:
    """Write the parity of every object that is as it was sealed.

    Args:
        reserve: The reserve.

    Yields:
        The path of each object.

    Raises:
        SealError: If one is damaged: its parity would be of the damage.
    """
    verify.heads(reserve)
    for path in audit.all_objects(reserve):
        data = reserve.storage.read(path)
        if data is None or (problem := _problem(reserve, path, data)):
            told = "not there" if data is None else f"damaged: {problem}"
            raise SealError(f"{path} is {told}", hint="headwater reserve repair, then protect")
        parity.write(reserve.storage, path, data)
        yield path


def repair(reserve: Reserve, faults: Iterable[Fault], mirror: Source | None) -> Iterator[Repaired]:
    """Repair the objects that faults lie in.

    Args:
        reserve: The reserve, its heads verified.
        faults: Of an audit.
        mirror: From a path below the reserve to an object of a mirror; None for parity alone.

    Yields:
        What was done about each object that is damaged.
    """
    yield from _repair(reserve, audit.objects(reserve, faults), mirror)


def _repair(reserve: Reserve, paths: Iterable[str], mirror: Source | None) -> Iterator[Repaired]:
    for path in paths:
        held = reserve.storage.read(path)
        if held is not None and _problem(reserve, path, held) == "":
            continue
        yield _one(reserve, path, held, mirror)


def _one(reserve: Reserve, path: str, held: bytes | None, mirror: Source | None) -> Repaired:
    problem = "there is no parity and no mirror"
    for source, restore in (("parity", _from_parity), ("mirror", _from_mirror)):
        try:
            data = restore(reserve, path, held, mirror)
        except HeadwaterError as error:
            problem = str(error)
            continue
        if data is None:
            continue
        problem = _problem(reserve, path, data)
        if not problem:
            reserve.storage.swap(path, data, expected=held)
            return Repaired(path, source)
    return Repaired(path, "", problem)


def _from_parity(reserve: Reserve, path: str, held: bytes | None, _: Source | None) -> bytes | None:
    made = reserve.storage.read(parity.path(path))
    return None if not made else parity.restore(held or b"", parity.parse(made))


def _from_mirror(reserve: Reserve, path: str, held: bytes | None, mirror: Source | None) -> bytes | None:
    theirs = None if mirror is None else mirror(path)
    if theirs is None:
        return None
    kind = path.partition("/")[0]
    if kind == "records":
        return _without_redacted(reserve, path, theirs)
    return _patched(reserve, path, held, theirs) if kind == "content" else theirs


def _without_redacted(reserve: Reserve, path: str, theirs: bytes) -> bytes:
    """Take a mirror's records, but none that was redacted here."""
    (pack,) = [one for one in reserve.packs if one.records == path]
    rows = records.parse(theirs)
    gone = {
        one["index"] - pack.first
        for one in reserve.entries
        if one.kind == "redaction" and one["scope"] == "content+metadata"
    }
    return records.encode(
        [Row(b"", NO_SALT, b"", row.start, row.length) if at in gone else row for at, row in enumerate(rows)]
    )


def _patched(reserve: Reserve, path: str, held: bytes | None, theirs: bytes) -> bytes:
    """Take from a mirror's content the frames that are wrong here, and of those redacted none.

    Raises:
        FormatError: If the mirror's object is shorter than the records say.
    """
    made = bytearray((held or b"")[: len(theirs)].ljust(len(theirs), b"\0"))
    for number, row in _rows_of(reserve, path):
        stop = row.start + row.length
        if stop > len(theirs):
            raise FormatError(f"{path} of the mirror is cut off")
        if number in reserve.redactions:
            blank = theirs[:0] if row.length < 8 else _blank(row.length)
            made[row.start : stop] = blank or bytes(row.length)
        elif not _is_frame(reserve, number, row, bytes(made[row.start : stop])):
            made[row.start : stop] = theirs[row.start : stop]
    return bytes(made)


def _blank(size_bytes: int) -> bytes:
    from headwater.reserve.erase import zstd_frame

    return zstd_frame(size_bytes)


def _rows_of(reserve: Reserve, path: str) -> Iterator[tuple[int, Row]]:
    """Yield the documents whose frames lie in an object of content."""
    for pack in reserve.packs:
        name, _, number = path.rpartition(".")
        if pack.mode == "ingest" and name == f"content/{pack.first:012d}":
            start = pack.first + int(number) * CONTENT_ROWS
            rows = reserve.rows(start, min(start + CONTENT_ROWS, pack.first + pack.n))
            yield from ((at, row) for at, row in enumerate(rows, start) if row.length)


def _is_frame(reserve: Reserve, number: int, row: Row, frame: bytes) -> bool:
    """Tell whether a frame is the content that a record names; the records were repaired before."""
    try:
        found = leaf.parse(row.record)
        decoder = content.decompressor(content.read_dictionary(reserve.storage, reserve.pack(number)))
    except (SealError, FormatError):
        return False
    payload = content.decode(frame, decoder, found.size_bytes)
    return payload is not None and hashlib.sha256(payload).hexdigest() == found.payload_sha256


def _problem(reserve: Reserve, path: str, data: bytes) -> str:
    """Say what is wrong with an object; empty if it is what was sealed."""
    kind, _, rest = path.partition("/")
    try:
        match kind:
            case "log":
                return _problem_of_segment(rest, data)
            case "dictionary":
                return "" if hashlib.sha256(data).hexdigest() == rest else "another dictionary"
            case "records":
                return _problem_of_records(reserve, path, data)
            case _:
                return _problem_of_content(reserve, path, data)
    except HeadwaterError as error:
        return str(error)


def _problem_of_segment(path: str, data: bytes) -> str:
    from headwater.log.storage import Memory

    alone = Memory()
    alone.create(path, data)
    segment.verify(alone, bytes.fromhex(path.rpartition("/")[2]))
    return ""


def _problem_of_records(reserve: Reserve, path: str, data: bytes) -> str:
    (pack,) = [one for one in reserve.packs if one.records == path]
    rows = records.parse(data)
    if len(rows) != pack.n:
        return f"{len(rows)} records instead of {pack.n}"
    name = reserve.log.segment(pack.first // SEGMENT_ENTRIES)
    entries = segment.verify(reserve.log_storage, name)[pack.first % SEGMENT_ENTRIES :]
    for at, row in enumerate(rows):
        number = pack.first + at
        if not row.is_redacted:
            leaf.verify(entries[at], row.record, row.salt)
        elif number not in reserve.redactions:
            return f"the record of document {number} is gone"
    return ""


def _problem_of_content(reserve: Reserve, path: str, data: bytes) -> str:
    for number, row in _rows_of(reserve, path):
        frame = data[row.start : row.start + row.length]
        if number not in reserve.redactions and not _is_frame(reserve, number, row, frame):
            return f"the content of document {number} is not what was sealed"
    return ""
