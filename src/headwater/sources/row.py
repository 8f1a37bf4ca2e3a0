"""Rows: which column of a table holds the text, the address and the date, and a row as a record."""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from headwater.canonical import encode
from headwater.errors import InputError
from headwater.record import Record, Skip, record_id
from headwater.sources.moment import normalise
from headwater.sources.shard import Limits, Shard

TEXT_FIELDS = ("text", "content", "raw_content")
URL_FIELDS = ("url", "uri")
DATE_FIELDS = ("date", "timestamp", "created", "warc_date")
_SHOWN_FIELDS = 8
_SHOWN_CHARS = 24
_MAX_EXACT = 2**53 - 1
_MAX_DEPTH = 64


class RowPlace(NamedTuple):
    """Where a row stands in its source; see `Record` for the meaning of each field."""

    source: str
    digest: str
    offset: int
    length: int
    position: str


def shown(names: Iterable[object]) -> str:
    """List the first few field names in order, shortened, on one line."""
    told = sorted(" ".join(_well_formed(str(name)).split()) for name in names)
    short = [name if len(name) <= _SHOWN_CHARS else f"{name[: _SHOWN_CHARS - 1]}…" for name in told]
    more = ["…"] if len(short) > _SHOWN_FIELDS else []
    return ", ".join(short[:_SHOWN_FIELDS] + more) or "none"


def text_fields(shard: Shard) -> Sequence[str]:
    """Give the fields that may hold the text of a shard's rows."""
    return (shard.text_field,) if shard.text_field else TEXT_FIELDS


def to_item(row: Mapping[str, Any], place: RowPlace, limits: Limits, names: Sequence[str]) -> Record | Skip:
    """Turn a row into a record.

    Args:
        row: Values by field name.
        place: Where the row stands.
        limits: Bounds on one record.
        names: Fields that may hold the text; the first that holds a string does.

    Returns:
        A `text/plain` record whose metadata holds every field but the text and the address, or a skip:
        `text-missing`, `utf8-invalid` or `payload-too-large`.
    """
    text_field, url_field = _first_string(row, names), _first_string(row, URL_FIELDS)
    if not text_field:
        return _skip(place, "text-missing", f"fields {shown(row)}; no string in {', '.join(names)}")
    try:
        payload = row[text_field].encode()
    except UnicodeEncodeError:
        return _skip(place, "utf8-invalid", "a lone surrogate in the text")
    if len(payload) > limits.max_payload_bytes:
        return _skip(place, "payload-too-large", f"{len(payload)} bytes")
    dates = ((name, normalise(row[name])) for name in DATE_FIELDS if row.get(name) is not None)
    field, captured = next(((name, moment) for name, moment in dates if moment), ("", ""))
    return Record(
        id=record_id(place.digest, place.position),
        source=place.source,
        offset=place.offset,
        length=place.length,
        url=_well_formed(row[url_field]) if url_field else "",
        media_type="text/plain",
        charset="utf-8",
        captured=captured,
        captured_from=f"field:{field}" if field else "",
        status=0,
        headers=(),
        payload=payload,
        payload_digest=hashlib.sha256(payload).hexdigest(),
        metadata=_metadata({name: row[name] for name in row if name not in {text_field, url_field}}),
    )


def _first_string(row: Mapping[str, Any], names: Iterable[str]) -> str:
    return next((name for name in names if isinstance(row.get(name), str)), "")


def _skip(place: RowPlace, reason: str, detail: str) -> Skip:
    return Skip(place.source, place.offset, place.length, reason, detail)


def _metadata(fields: Mapping[str, Any]) -> str:
    if not fields:
        return ""
    try:
        return encode(fields).decode()
    except InputError:
        return encode(_plain(fields, 0)).decode()


def _plain(value: Any, depth: int) -> Any:
    """Bring a value into what canonical JSON can say: exact where it can be, as text where it cannot."""
    if isinstance(value, str):
        return _well_formed(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _MAX_EXACT else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth >= _MAX_DEPTH:
        return None
    if isinstance(value, Mapping):
        return {_well_formed(str(key)): _plain(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner, depth + 1) for inner in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, (date, datetime)) else _well_formed(str(value))


def _well_formed(text: str) -> str:
    """Replace lone surrogates, which no UTF-8 can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")
