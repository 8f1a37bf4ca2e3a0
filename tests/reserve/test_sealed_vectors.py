"""The vectors of a proof file and of a whole reserve: the library and the lone verifier agree on each."""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import Any

import pytest

from headwater.errors import FormatError, VerificationError
from headwater.log.storage import Directory
from headwater.reserve import manifest, prove, verify
from headwater.reserve.reserve import open_reserve
from tests.reserve import sealed_vectors
from tests.reserve.test_vectors import title
from tests.reserve.test_verifier import run
from tests.reserve.vectors import FOLDER

PROOFS, RESERVES = (sealed_vectors.stored(name) for name in sealed_vectors.FILES)


@pytest.mark.parametrize("name", sealed_vectors.FILES)
def test_the_forgeries_are_what_the_generator_makes_of_what_was_sealed(name: str) -> None:
    found = sealed_vectors.stored(name)

    assert (FOLDER / name).read_text("utf-8") == sealed_vectors.write(name, found["base"])
    results = [one["result"] for one in found["tests"]]
    assert results.count("valid") <= len(results) / 2


@pytest.mark.parametrize("case", PROOFS["tests"], ids=title)
def test_proofs(case: dict[str, Any], tmp_path: Path) -> None:
    payload, whose = base64.b64decode(case["payload"]), PROOFS["base"]["manifest"].encode()
    for name, data in (("a.proof", case["proof"].encode()), ("a.txt", payload), ("reserve.json", whose)):
        (tmp_path / name).write_bytes(data)
    names = (str(tmp_path / "a.proof"), "--manifest", str(tmp_path / "reserve.json"))
    code, _, _ = run("proof", *names, "--payload", str(tmp_path / "a.txt"))
    policy, data = manifest.parse(whose).policy, case["proof"].encode()

    if case["result"] == "valid":
        assert code == 0
        assert prove.verify(data, policy, payload=payload)[1].size == sealed_vectors.N_DOCUMENTS
    else:
        assert code in {1, 2}
        with pytest.raises((VerificationError, FormatError)) as refused:
            prove.verify(data, policy, payload=payload)
        assert isinstance(refused.value, FormatError) == (case["result"] == "malformed")


def outcome(folder: Path) -> str:
    """Say what the library says of a reserve."""
    try:
        report = verify.whole(open_reserve(Directory(folder)))
    except (VerificationError, FormatError):
        return "invalid"
    return "invalid" if report.corrupt else "valid"


@pytest.mark.parametrize("case", RESERVES["tests"], ids=title)
def test_reserves(case: dict[str, Any], tmp_path: Path) -> None:
    for path, text in RESERVES["base"]["files"].items():
        data = bytearray(base64.b64decode(text))
        if path == case["flipped"]:
            data[case["at"]] ^= 1
        if path != case["removed"]:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(data)
    code, said, _ = run("reserve", str(tmp_path))

    assert outcome(tmp_path) == case["result"]
    # Python reads zstd from 3.14 on; before, the verifier alone does not see what is wrong in contents.
    if sys.version_info >= (3, 14) or case["comment"] != "a bit of the content":
        assert (code == 0) == (case["result"] == "valid")
    if case["result"] == "valid":
        assert said.startswith(f"document {sealed_vectors.GONE}: redacted")
