"""Entries of the registry: one form each, every field held to its own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from headwater import canonical
from headwater.errors import FormatError, InputError
from headwater.reserve import entry
from headwater.reserve.entry import Entry
from tests.log.samples import damaged

TIME = "2023-11-14T22:13:20Z"
DIGEST = "ab" * 32
SAMPLES: dict[str, dict[str, Any]] = {
    "key": {"checkpoint": "x", "from_size": 3, "key": "k", "log": "documents", "replaces": "l"},
    "seal-intent": {"mode": "in-place", "n_sources": 2, "sources_sha256": DIGEST, "start": 0},
    "seal": {
        "beacon": "drand:1",
        "beacon_value": "00ff",
        "dictionary": "",
        "intent": 0,
        "mode": "ingest",
        "report_sha256": DIGEST,
        "root": DIGEST,
        "size": 7,
        "start": 0,
    },
    "audit": {
        "beacon": "drand:1",
        "beacon_value": "00ff",
        "faults": [[3, "content"]],
        "level": "content",
        "n_bundles": 1,
        "n_documents": 256,
        "n_faults": 1,
        "n_redacted": 0,
        "root": DIGEST,
        "size": 700,
    },
    "date-evidence": {
        "claim": "existed-by",
        "date": TIME,
        "grade": "E2",
        "method": "openpgp-1",
        "proof_sha256": DIGEST,
        "subject": {"file": DIGEST},
    },
    "human-claim": {
        "basis": "typed on paper",
        "by": "a library",
        "claim": "human",
        "subject": {"document": 4},
    },
    "receipt": {"mix_sha256": DIGEST, "model_sha256": DIGEST, "statement_sha256": DIGEST},
    "release": {"manifest_sha256": DIGEST, "root": DIGEST, "size": 700, "what": "sample"},
    "sample-intent": {
        "n": 300,
        "purpose": "a test",
        "quotas": {"en E0": 300},
        "root": DIGEST,
        "size": 700,
        "strata": ["evidence", "lang"],
    },
    "redaction": {"authority": "a court", "index": 5, "reason": "privacy", "scope": "content"},
}


@pytest.mark.parametrize("kind", SAMPLES)
def test_an_entry_comes_back(kind: str) -> None:
    one = Entry(kind, TIME, SAMPLES[kind])
    assert entry.parse(entry.encode(one)) == one
    assert one["index" if kind == "redaction" else next(iter(SAMPLES[kind]))] is not None


@given(damaged(*(entry.encode(Entry(kind, TIME, fields)) for kind, fields in SAMPLES.items())))
def test_any_bytes_are_refused_or_encode_to_themselves(data: bytes) -> None:
    try:
        one = entry.parse(data)
    except FormatError:
        return
    assert entry.encode(one) == data


WRONG: list[dict[str, Any]] = [
    {"kind": "rumour"},
    {"kind": None},
    {"time": "2023-11-14 22:13:20"},
    {"time": "2023-13-14T22:13:20Z"},
    {"scope": "half"},
    {"index": -1},
    {"index": True},
    {"reason": None},
    {"uri": "https://example.com/"},
    {"reason": "x" * 70_000},
]


@pytest.mark.parametrize("change", WRONG, ids=lambda change: str(change)[:40])
def test_an_entry_that_is_not_of_its_kind_is_refused(change: dict[str, Any]) -> None:
    value = json.loads(entry.encode(Entry("redaction", TIME, SAMPLES["redaction"]))) | change
    with pytest.raises(FormatError):
        entry.parse(canonical.encode(value))
    fields = {name: value[name] for name in value if name not in {"kind", "time"}}
    with pytest.raises(InputError):
        entry.encode(Entry(value["kind"], value["time"], fields))


def test_no_entry_of_a_redaction_can_name_an_address_or_a_digest() -> None:
    assert set(entry.KINDS["redaction"]) == {"authority", "index", "reason", "scope"}


def test_a_moment_is_written_in_utc() -> None:
    assert entry.moment(1_700_000_000) == TIME
