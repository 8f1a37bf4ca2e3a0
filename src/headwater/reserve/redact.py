"""Redaction: a document taken down so that everybody sees that it was, and nobody what it was.

The registry says so first, and is published; then the bytes go, then salt and record. Whoever dies between
gives the command again. What is gone without an entry in the registry was not redacted but lost.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from headwater.errors import InputError, SealError
from headwater.reserve import content, erase, index, parity, records, stripe
from headwater.reserve.content import Extent
from headwater.reserve.entry import Entry, moment
from headwater.reserve.keyring import Keyring
from headwater.reserve.records import NO_SALT, Row
from headwater.reserve.reserve import Pack, Reserve

SCOPES = ("content", "content+metadata")


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be redacted, and why.

    Attributes:
        numbers: Indices of documents.
        scope: One of `SCOPES`.
        reason: A class of reasons, such as `privacy`; everybody can read it, so it names nobody.
        authority: Who ordered it; or empty.
        time_s: Now, in POSIX seconds.
    """

    numbers: tuple[int, ...]
    scope: str
    reason: str
    authority: str
    time_s: int


def redact(reserve: Reserve, order: Order, keys: Keyring) -> Reserve:
    """Redact documents; what was redacted before is done again where it was cut off.

    Args:
        reserve: The reserve.
        order: What and why.
        keys: The reserve's keys.

    Returns:
        The reserve behind it.

    Raises:
        InputError: If there is no such document, its content is shared with one that is not redacted,
            or it lies where it cannot be erased.
        SealError: If its record is gone, and no entry of the registry says why.
        UnavailableError: If a disk fails.
    """
    reserve = reserve.settled(keys.registry, time_s=order.time_s)
    numbers = tuple(dict.fromkeys(order.numbers))
    rows = {number: reserve.row(number) for number in numbers}
    places = {
        number: place for number in numbers if (place := _place(reserve, number, rows[number])) is not None
    }
    for number, where in places.items():
        _replacement(reserve, number, where, 0)  # Before anything is said: can it be done?
    for number in numbers:
        if rows[number].is_redacted and number not in reserve.redactions:
            raise SealError(f"the record of document {number} is gone, and no entry of the registry says why")
        _check_shared(reserve, number, rows[number], numbers)
    wanted = [number for number in numbers if not _is_said(reserve, number, order.scope)]
    fields = {"authority": order.authority, "reason": order.reason, "scope": order.scope}
    made = [Entry("redaction", moment(order.time_s), {"index": number, **fields}) for number in wanted]
    if made:
        reserve = reserve.append(made, keys.registry, time_s=order.time_s)
    for number, where in places.items():
        carry_out(reserve, number, where)
    if order.scope == "content+metadata":
        for pack in {reserve.pack(number): None for number in numbers}:
            _forget(reserve, pack, [number for number in numbers if reserve.pack(number) == pack])
    return reserve


def _is_said(reserve: Reserve, number: int, scope: str) -> bool:
    said = {one["scope"] for one in reserve.entries if one.kind == "redaction" and one["index"] == number}
    return bool(said & ({scope} if scope == "content+metadata" else set(SCOPES)))


def _place(reserve: Reserve, number: int, row: Row) -> Extent | None:
    """Say where the content of a document lies; None if that is not known any more."""
    if row.is_redacted:
        return None
    return content.extent(reserve, number, row, reserve.leaf(number))


def _check_shared(reserve: Reserve, number: int, row: Row, numbers: Sequence[int]) -> None:
    """Check that nobody else needs the content.

    Raises:
        InputError: If somebody does.
    """
    if row.is_redacted or reserve.pack(number).mode != "ingest":
        return
    digest = bytes.fromhex(reserve.leaf(number).payload_sha256)
    alike = index.contains(reserve, [digest]).get(digest, ())
    others = [
        one
        for one in alike
        if one not in numbers and one not in reserve.redactions and reserve.pack(one).mode == "ingest"
    ]
    if others:
        more = " ".join(f"--index {one}" for one in others[:8])
        raise InputError(
            f"document {number} has its content in common with {len(others)} others",
            hint=f"redact them all, or none: add {more}",
        )


def carry_out(reserve: Reserve, number: int, where: Extent) -> None:
    """Erase the content of a document that was redacted, and what parity holds of it.

    Args:
        reserve: The reserve.
        number: Index of the document.
        where: Where its content lies.

    Raises:
        InputError: If it lies where it cannot be erased.
        UnavailableError: If a disk fails.
    """
    data = _replacement(reserve, number, where, reserve.redactions[number])
    if reserve.pack(number).mode == "in-place":
        erase.overwrite(where.file, where.start, data)
        stripe.refresh(reserve.storage, reserve.leaf(number).place.file_sha256, where.start, data)
        return
    held = reserve.storage.read(where.file)
    if held is not None and len(held) >= where.stop:
        gone = held[: where.start] + data + held[where.stop :]
        reserve.storage.swap(where.file, gone, expected=held)
        parity.refresh(reserve.storage, where.file)


def _replacement(reserve: Reserve, number: int, where: Extent, entry: int) -> bytes:
    """Make what is written over a document; it names the registry's entry, and nothing else."""
    size_bytes = where.stop - where.start
    if reserve.pack(number).mode == "ingest":
        return erase.zstd_frame(size_bytes)
    origin = reserve.manifest.registry_origin
    time = reserve.entries[entry].time
    name = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{origin}#{entry}"))
    told = f"redacted: entry {entry} of {origin}"
    return erase.replacement(where.file, size_bytes, name=name, time=time, told=told)


def _forget(reserve: Reserve, pack: Pack, numbers: Sequence[int]) -> None:
    """Destroy records, heads and salts, and the rows of the index.

    Raises:
        SealError: If one of the two is not there.
    """
    for path in (pack.index, pack.records):
        held = reserve.storage.read(path)
        if held is None:
            raise SealError(f"{path} is not there")
        places = {number - pack.first for number in numbers}
        if path == pack.records:
            rows = records.parse(held)
            for at in places:
                rows[at] = Row(b"", NO_SALT, b"", rows[at].start, rows[at].length)
            made = records.encode(rows)
        else:
            made = index.encode(row for row in index.parse(held) if row[1] not in places)
        reserve.storage.swap(path, made, expected=held)
        parity.refresh(reserve.storage, path)
