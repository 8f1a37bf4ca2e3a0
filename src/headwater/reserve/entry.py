"""Entries of the registry: what happened to a reserve, one kind a row of `KINDS`.

An entry is canonical JSON with a kind, a time and the fields of its kind, all of them and no others. None of
them holds an address or the digest of a document that could be redacted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from headwater import canonical
from headwater.errors import FormatError, InputError
from headwater.log.bundle import MAX_ENTRY_BYTES

_HEX = re.compile(r"(?:[0-9a-f]{2})*", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)

Check = Callable[[Any], bool]


def is_count(value: Any) -> bool:
    """Tell whether a value is a count or an index."""
    return type(value) is int and value >= 0


def is_text(value: Any) -> bool:
    """Tell whether a value is a text, empty or not."""
    return isinstance(value, str)


def is_digest(value: Any) -> bool:
    """Tell whether a value is a SHA-256 digest in lower-case hex."""
    return isinstance(value, str) and bool(_DIGEST.fullmatch(value))


def is_digest_or_empty(value: Any) -> bool:
    """Tell whether a value is a digest, or says that there is none."""
    return value == "" or is_digest(value)


def is_hex(value: Any) -> bool:
    """Tell whether a value is any number of bytes in lower-case hex."""
    return isinstance(value, str) and bool(_HEX.fullmatch(value))


def one_of(*allowed: str) -> Check:
    """Make a check that a value is one of some texts."""
    return lambda value: isinstance(value, str) and value in allowed


def is_time(value: Any) -> bool:
    """Tell whether a value is a moment, RFC 3339 UTC in whole seconds."""
    return _is_time(value)


def is_subject(value: Any) -> bool:
    """Tell whether a value names a file, a document or a checkpoint."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    ((name, what),) = value.items()
    return is_count(what) if name == "document" else name in {"checkpoint", "file"} and is_digest(what)


def is_counts(value: Any) -> bool:
    """Tell whether a value is a table of counts by name."""
    return isinstance(value, dict) and all(map(is_count, value.values()))


def is_names(value: Any) -> bool:
    """Tell whether a value is a list of texts in order, each once."""
    if not isinstance(value, list) or not all(map(is_text, value)):
        return False
    return value == sorted(set(value))


def is_faults(value: Any) -> bool:
    """Tell whether a value is a list of documents, each with what is wrong with it."""
    return isinstance(value, list) and all(
        isinstance(one, list) and len(one) == 2 and is_count(one[0]) and is_text(one[1]) for one in value
    )


RELEASED = ("corpus", "export", "sample")  # what is given out of a reserve
# Kind -> its fields. `docs/spec/reserve-v1.md` says what each means.
KINDS: dict[str, Mapping[str, Check]] = {
    "audit": {
        "beacon": is_text,
        "beacon_value": is_hex,
        "faults": is_faults,
        "level": one_of("tree", "record", "content"),
        "n_bundles": is_count,
        "n_documents": is_count,
        "n_faults": is_count,
        "n_redacted": is_count,
        "root": is_digest,
        "size": is_count,
    },
    "date-evidence": {
        "claim": one_of("existed-by"),
        "date": is_time,
        "grade": one_of("E0", "E1", "E2", "E3", "E4"),
        "method": is_text,
        "proof_sha256": is_digest_or_empty,
        "subject": is_subject,
    },
    "human-claim": {
        "basis": is_text,
        "by": is_text,
        "claim": one_of("human", "machine", "mixed"),
        "subject": is_subject,
    },
    "key": {
        "checkpoint": is_text,
        "from_size": is_count,
        "key": is_text,
        "log": one_of("documents", "registry"),
        "replaces": is_text,
    },
    "seal-intent": {
        "mode": one_of("in-place", "ingest"),
        "n_sources": is_count,
        "sources_sha256": is_digest,
        "start": is_count,
    },
    "seal": {
        "beacon": is_text,
        "beacon_value": is_hex,
        "dictionary": is_digest_or_empty,
        "intent": is_count,
        "mode": one_of("in-place", "ingest"),
        "report_sha256": is_digest,
        "root": is_digest,
        "size": is_count,
        "start": is_count,
    },
    "receipt": {
        "mix_sha256": is_digest,
        "model_sha256": is_digest,
        "statement_sha256": is_digest,
    },
    "release": {
        "manifest_sha256": is_digest,
        "root": is_digest,
        "size": is_count,
        "what": one_of(*RELEASED),
    },
    "sample-intent": {
        "n": is_count,
        "purpose": is_text,
        "quotas": is_counts,
        "root": is_digest,
        "size": is_count,
        "strata": is_names,
    },
    "redaction": {
        "authority": is_text,
        "index": is_count,
        "reason": is_text,
        "scope": one_of("content", "content+metadata"),
    },
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the registry.

    Attributes:
        kind: Key into `KINDS`.
        time: When it was written, RFC 3339 UTC in whole seconds, by the writer's own clock.
        fields: The fields of its kind.
    """

    kind: str
    time: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        """Give a field."""
        return self.fields[name]


def moment(time_s: int) -> str:
    """Write a time as entries hold it.

    Args:
        time_s: POSIX seconds.
    """
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def encode(entry: Entry) -> bytes:
    """Encode an entry as canonical JSON.

    Args:
        entry: What to encode.

    Returns:
        At most 65,535 bytes.

    Raises:
        InputError: If it would not parse.
    """
    data = canonical.encode({**entry.fields, "kind": entry.kind, "time": entry.time})
    try:
        parse(data)
    except FormatError as error:
        raise InputError(f"no such entry of a registry: {error}") from error
    return data


def parse(data: bytes) -> Entry:
    """Parse an entry.

    Args:
        data: Canonical JSON.

    Returns:
        The entry, with `encode(parse(data)) == data`.

    Raises:
        FormatError: If it is not one, or of an unknown kind.
    """
    if len(data) > MAX_ENTRY_BYTES:
        raise FormatError(f"an entry of a registry is longer than {MAX_ENTRY_BYTES} bytes")
    value = canonical.parse(data)
    if not isinstance(value, dict) or not {"kind", "time"} <= set(value):
        raise FormatError("an entry of a registry has no kind or no time")
    kind, time = value.pop("kind"), value.pop("time")
    if not isinstance(kind, str) or kind not in KINDS:
        raise FormatError(f"an entry of a registry is of an unknown kind: {str(kind)[:40]!a}")
    if not _is_time(time):
        raise FormatError(f"the time of a {kind} in a registry is none")
    if set(value) != set(KINDS[kind]):
        raise FormatError(f"a {kind} in a registry does not have the fields of its kind")
    wrong = [name for name, check in KINDS[kind].items() if not check(value[name])]
    if wrong:
        raise FormatError(f"{wrong[0]} of a {kind} in a registry is not of its form")
    return Entry(kind, time, value)


def _is_time(value: Any) -> bool:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return False
    try:
        return bool(datetime.fromisoformat(value))
    except ValueError:
        return False
