"""The vectors under `vectors/reserve/`: the library and the verifier without it say of each what it says."""

from __future__ import annotations

import base64
import json
from types import ModuleType
from typing import Any

import pytest

from headwater.errors import FormatError, SealError
from headwater.reserve import entry, imprint, leaf, order
from headwater.reserve.order import Beacon
from headwater.sources.frame import sole_frame
from headwater.sources.shard import Limits
from tests.reserve import vectors
from tests.reserve.test_verifier import script


def cases(name: str) -> list[dict[str, Any]]:
    found = json.loads((vectors.FOLDER / name).read_text("utf-8"))
    return list(found["tests"])


def title(case: dict[str, Any]) -> str:
    return f"{case['id']} {case['comment']}"


@pytest.fixture(scope="module", name="script")
def loaded() -> ModuleType:
    return script()


@pytest.mark.parametrize("name", vectors.FILES)
def test_the_vectors_are_what_the_generator_writes(name: str) -> None:
    assert (vectors.FOLDER / name).read_text("utf-8") == vectors.write(name)
    results = [case["result"] for case in cases(name)]
    assert results.count("valid") <= len(results) / 2


@pytest.mark.parametrize("case", cases("leaf.json"), ids=title)
def test_leaves(case: dict[str, Any], script: ModuleType) -> None:
    record, salt, sealed = case["record"].encode(), bytes.fromhex(case["salt"]), bytes.fromhex(case["entry"])
    assert (script.commitment(salt, record) == sealed) == (case["result"] == "valid")
    if case["result"] == "valid":
        assert leaf.encode(leaf.verify(sealed, record, salt)) == record
    else:
        with pytest.raises((SealError, FormatError)):
            leaf.verify(sealed, record, salt)
    if case["result"] == "malformed" and sealed[:2] == b"\1\1":
        with pytest.raises(FormatError):
            leaf.parse(record)


@pytest.mark.parametrize("case", cases("record.json"), ids=title)
def test_records(case: dict[str, Any], script: ModuleType) -> None:
    record = base64.b64decode(case["record"])
    frame = sole_frame(record, Limits())
    assert frame is not None
    head, body = imprint.split(frame, Limits())
    assert (head, bytes(body)) == script.split(record)
    assert (len(head), script.sha(bytes(body)).hex()) == (case["n_head"], case["body_sha256"])
    digest = imprint.record_digest(head, script.sha(bytes(body))).hex()
    assert (digest == case["record_sha256"]) == (case["result"] == "valid")


@pytest.mark.parametrize("case", cases("order.json"), ids=title)
def test_orders(case: dict[str, Any]) -> None:
    intent, drawn = case["intent"].encode(), Beacon("x", bytes.fromhex(case["beacon_value"]))
    seed = order.seed(intent, drawn)
    digests = bytes.fromhex(case["record_sha256"]), bytes.fromhex(case["file_sha256"])
    assert seed.hex() == case["seed"]
    found = order.key(seed, *digests, case["offset"]).hex()
    assert (found == case["key"]) == (case["result"] == "valid")


@pytest.mark.parametrize("case", cases("entry.json"), ids=title)
def test_entries(case: dict[str, Any]) -> None:
    data = case["entry"].encode()
    if case["result"] == "valid":
        assert entry.encode(entry.parse(data)) == data
    else:
        with pytest.raises(FormatError):
            entry.parse(data)
