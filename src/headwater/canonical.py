"""One value, one byte string: JSON in the canonical form of RFC 8785, and its digest."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import rfc8785

from headwater.errors import FormatError, InputError

MAX_DEPTH = 128
_MAX_EXACT = 2**53 - 1  # the largest integer I-JSON promises to carry (RFC 7493, section 2.2)
_END = object()


def encode(value: Any) -> bytes:
    """Encode a JSON value in its one canonical form.

    Args:
        value: None, bool, int within ±(2**53 - 1), finite float, str without lone surrogates, or
            list, tuple or str-keyed dict of these, nested at most `MAX_DEPTH` deep.

    Returns:
        UTF-8 bytes: no white space, keys sorted by UTF-16 code units, numbers as ECMAScript prints them.

    Raises:
        InputError: If the value is none of these.

    Source:
        RFC 8785, section 3.2; I-JSON is RFC 7493.
    """
    try:
        _refuse_depth(value)
        return rfc8785.dumps(value)
    except (ValueError, RecursionError) as error:
        raise InputError(f"value has no canonical JSON form: {_reason(error)}") from error


def parse(data: bytes) -> Any:
    """Parse bytes that are already canonical, and refuse all others.

    An integer beyond ±(2**53 - 1) comes back as the float it stands for, so every finite float
    survives `parse(encode(x))`.

    Args:
        data: Canonical JSON text, UTF-8.

    Returns:
        The value, with `encode(parse(data)) == data`.

    Raises:
        FormatError: If the bytes are not UTF-8 or not JSON, repeat a key, hold a number that is not a
            finite double or a lone surrogate, nest deeper than `MAX_DEPTH`, or are not in canonical form.

    Source:
        RFC 8785, section 3.1, whose parser must also satisfy I-JSON (RFC 7493).
    """
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_refuse_constant,
            parse_int=_parse_int,
        )
        canonical = encode(value)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"not canonical JSON: {_reason(error)}") from error
    if canonical != data:
        position = next((i for i, (a, b) in enumerate(zip(canonical, data, strict=False)) if a != b), None)
        at = min(len(canonical), len(data)) if position is None else position
        raise FormatError(
            f"not canonical JSON: the canonical form differs at byte {at}",
            hint="write the value with headwater.canonical.encode",
        )
    return value


def digest(value: Any) -> str:
    """Name a JSON value by the SHA-256 of its canonical form.

    Args:
        value: As for `encode`.

    Returns:
        64 lower-case hex digits.

    Raises:
        InputError: If the value has no canonical form.

    Source:
        FIPS 180-4 over RFC 8785.
    """
    return hashlib.sha256(encode(value)).hexdigest()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise FormatError(f"the key {twice!a} occurs twice in one object")
    return value


def _refuse_constant(name: str) -> Any:
    raise FormatError(f"{name} is no JSON number")


def _parse_int(text: str) -> int | float:
    # Longer text may still be exact (1e20 is written with 21 digits), but only as a double.
    exact = len(text) <= 17 and abs(int(text)) <= _MAX_EXACT
    return int(text) if exact else float(text)


def _refuse_depth(value: Any) -> None:
    # An own stack, so that the answer does not depend on how deep the caller's already is.
    open_levels = [iter([value])]
    while open_levels:
        item = next(open_levels[-1], _END)
        if item is _END:
            open_levels.pop()
        elif isinstance(item, dict | list | tuple):
            if len(open_levels) > MAX_DEPTH:
                raise InputError(f"nested deeper than {MAX_DEPTH} levels")
            open_levels.append(iter(_children(item)))


def _children(parent: dict[str, Any] | list[Any] | tuple[Any, ...]) -> list[Any]:
    return list(parent.values()) if isinstance(parent, dict) else list(parent)


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deep"
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 at byte {error.start}"
    if isinstance(error, UnicodeEncodeError):
        return "a string holds a lone surrogate"
    return str(error).removeprefix("value has no canonical JSON form: ")
