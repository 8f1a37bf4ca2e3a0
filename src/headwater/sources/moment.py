"""Moments: the many ways a source writes a time, as one RFC 3339 UTC form."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime

_CANONICAL = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ")
_PARTIAL = re.compile(r"(\d{4})(?:-(\d\d))?")
_DIGITS = re.compile(r"\d{14}")


def normalise(value: object) -> str:
    """Write a moment as RFC 3339 in UTC, whole seconds.

    Args:
        value: ISO 8601 text of any precision from the year on (no zone means UTC), 14 digits as
            archives write them, seconds or milliseconds since 1970, or a `date` or `datetime`.

    Returns:
        Text such as `2020-01-31T00:00:00Z`; empty when the value is none of these.

    Source:
        RFC 3339; WARC 1.1, section 5.4, which allows less than full precision.
    """
    if isinstance(value, str) and _CANONICAL.fullmatch(value):
        return value
    try:
        moment = _parse(value)
        return "" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    except (ValueError, OverflowError, OSError):
        return ""


def _parse(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return datetime.fromtimestamp(value / 1000 if abs(value) >= 1e11 else value, UTC)
    if not isinstance(value, str):
        return None
    text = value.strip()
    if _DIGITS.fullmatch(text):
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    if partial := _PARTIAL.fullmatch(text):
        return datetime(int(partial[1]), int(partial[2] or 1), 1, tzinfo=UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
