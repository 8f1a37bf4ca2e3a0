"""The vectors of a mix manifest: the library and a verifier written from the specification agree on each."""

from __future__ import annotations

import base64
import json
from collections import Counter
from types import ModuleType
from typing import Any

import pytest

from headwater.errors import FormatError, VerificationError
from headwater.log.checkpoint import Policy
from headwater.reserve import manifest, mix, sample
from headwater.reserve.records import Row
from headwater.reserve.sample import Handed, Trust
from tests.reserve import mix_vectors
from tests.reserve.test_vectors import title
from tests.reserve.test_verifier import script

STORED = mix_vectors.stored()
BASE = STORED["base"]


def test_the_forgeries_are_what_the_generator_makes_of_what_was_drawn() -> None:
    assert mix_vectors.FILE.read_text("utf-8") == mix_vectors.write(BASE)
    results = [one["result"] for one in STORED["tests"]]
    assert results.count("valid") <= len(results) / 2


def rows_of(case: dict[str, Any]) -> dict[int, list[tuple[bytes, bytes]]]:
    """Give salts and records by bundle, two of them perhaps in each other's place."""
    found = {
        int(index): [(bytes.fromhex(salt), record.encode()) for salt, record in rows]
        for index, rows in BASE["records"].items()
    }
    if case["swapped"]:
        (rows,), (one, other) = found.values(), case["swapped"]
        rows[one], rows[other] = rows[other], rows[one]
    return found


def by_the_library(case: dict[str, Any]) -> int:
    whose = manifest.parse(BASE["manifest"].encode())
    bundles = {int(index): base64.b64decode(data) for index, data in BASE["bundles"].items()}
    rows = {index: [Row(record, salt) for salt, record in some] for index, some in rows_of(case).items()}
    trust = Trust(whose.policy, Policy(whose.registry_origin, whose.registry_keys))
    return sample.verify(mix.parse(case["mix"].encode()), Handed(bundles, rows), trust)


def by_the_specification(case: dict[str, Any], of: ModuleType) -> list[int]:
    """Carry out `docs/spec/mix-v1.md`, section Verifying, for strata of languages; give the documents."""
    value, whose = json.loads(case["mix"]), json.loads(BASE["manifest"])
    size, root = of.checkpoint(value["checkpoint"].encode(), whose["origin"], whose["keys"])
    intent = json.loads(value["intent"])
    top, _, signed = value["intent_proof"].encode().partition(b"\n\n")
    _, number, *lines = top.decode().split("\n")
    n, logged = of.checkpoint(signed, whose["registry_origin"], whose["registry_keys"])
    path = [base64.b64decode(line) for line in lines]
    leaf = of.sha(b"\0", value["intent"].encode())
    assert of.climb(int(number.removeprefix("index ")), n, leaf, path) == logged
    assert (intent["size"], intent["root"]) == (size, root.hex())

    n_bundles, told = -(-size // 256), base64.b64decode(value["hashes"])
    hashes = [told[at : at + 32] for at in range(0, len(told), 32)]
    entries = {int(at): of.unbundle(base64.b64decode(data)) for at, data in BASE["bundles"].items()}
    drawn = {at for at, _ in value["bundles"]}
    assert drawn <= set(entries)

    def fold(start: int, stop: int) -> bytes:
        if not drawn & set(range(start, stop)):
            return hashes.pop(0)
        if stop - start == 1:
            return bytes(of.tree_root([of.sha(b"\0", one) for one in entries[start]]))
        middle = start + (1 << (stop - start - 1).bit_length() - 1)
        return bytes(of.sha(b"\1", fold(start, middle), fold(middle, stop)))

    assert fold(0, n_bundles) == root
    assert not hashes
    assert not value["redacted"]  # None is in the registry.

    seed = of.sha(
        b"headwater-reserve-sample-1\0",
        of.sha(value["intent"].encode()),
        bytes.fromhex(value["beacon"]["value"]),
    )
    left, again, found, rows = Counter(intent["quotas"]), [], [], rows_of(case)
    for index in sorted(range(n_bundles), key=lambda at: of.sha(seed, at.to_bytes(8, "big"))):
        if not any(n > 0 for n in left.values()):
            break
        assert index in drawn
        taken = Counter[str]()
        bits = 0
        for at, ((salt, record), entry) in enumerate(zip(rows[index], entries[index], strict=True)):
            assert of.commitment(salt, record) == entry
            language = json.loads(record)["language"].lower().split("-")[0] or "-"
            if left[language] > 0:
                bits |= 1 << 255 - at
                taken[language] += 1
                found.append(index * 256 + at)
        left.subtract(taken)
        again.append([index, f"{bits:064x}"])
    assert again == value["bundles"]
    return found


@pytest.fixture(scope="module")
def verifier() -> ModuleType:
    return script()


@pytest.mark.parametrize("case", STORED["tests"], ids=title)
def test_samples(case: dict[str, Any], verifier: ModuleType) -> None:
    if case["result"] == "valid":
        assert by_the_library(case) == len(by_the_specification(case, verifier)) >= mix_vectors.N_WANTED
        return
    with pytest.raises((VerificationError, FormatError)) as refused:
        by_the_library(case)
    assert isinstance(refused.value, FormatError) == (case["result"] == "malformed")
    if case["result"] == "invalid":
        with pytest.raises((AssertionError, IndexError, verifier.Wrong)):
            by_the_specification(case, verifier)
