"""The vectors under `vectors/log/`, and the roots that everybody knows."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from headwater.errors import ConsistencyError, FormatError, InclusionError, VerificationError
from headwater.log import checkpoint, note, proof, tile, tree
from headwater.log.checkpoint import Policy
from tests.log import slow, vectors

# github.com/google/certificate-transparency, the roots of its first 1 to 8 entries.
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def cases(name: str) -> list[dict[str, Any]]:
    found = json.loads((vectors.FOLDER / name).read_text("utf-8"))
    assert found["generator"]
    assert found["verifier"]
    return list(found["tests"])


def decode(text: str) -> bytes:
    return base64.b64decode(text)


def title(case: dict[str, Any]) -> str:
    return f"{case['id']}-{case['result']}-{case['comment']}"


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_everybody_knows(size: int) -> None:
    some = vectors.ENTRIES[:size]

    assert tree.level_root(tree.leaves(some)).hex() == slow.mth(some).hex() == ROOTS[size - 1]


@pytest.mark.parametrize("name", sorted(vectors.FILES.keys() - vectors.RANDOM))
def test_the_files_are_what_the_generator_writes(name: str) -> None:
    assert (vectors.FOLDER / name).read_text("utf-8") == vectors.text(name)


@pytest.mark.parametrize("name", vectors.FILES)
def test_more_is_wrong_than_right(name: str) -> None:
    results = [case["result"] for case in cases(name)]

    assert set(results) <= {"valid", "invalid", "malformed"}
    assert 0 < 2 * results.count("valid") < len(results)


@pytest.mark.parametrize("case", cases("tree.json"), ids=title)
def test_trees(case: dict[str, Any]) -> None:
    hashes, root = [decode(one) for one in case["proof"]], decode(case["root"])

    def check() -> None:
        if case["kind"] == "inclusion":
            place = (case["index"], case["size"])
            tree.verify_inclusion(decode(case["leaf_hash"]), place, root, hashes)
        else:
            old = (case["old_size"], decode(case["old_root"]))
            tree.verify_consistency(old, (case["size"], root), hashes)

    if case["result"] == "valid":
        check()
    else:
        with pytest.raises((InclusionError, ConsistencyError)):
            check()


@pytest.mark.parametrize("case", cases("path.json"), ids=title)
def test_paths(case: dict[str, Any]) -> None:
    if case["result"] == "valid":
        assert tile.parse_path(case["path"]) == tile.Tile(case["level"], case["index"], case["width"])
    else:
        with pytest.raises(FormatError):
            tile.parse_path(case["path"])


@pytest.mark.parametrize("case", cases("checkpoint.json"), ids=title)
def test_checkpoints(case: dict[str, Any]) -> None:
    if case["result"] == "valid":
        assert checkpoint.parse_text(case["text"]).text == case["text"]
    else:
        with pytest.raises(FormatError):
            checkpoint.parse_text(case["text"])


@pytest.mark.parametrize("case", cases("note.json"), ids=title)
def test_notes(case: dict[str, Any]) -> None:
    keys = [note.parse_key(one) for one in case["keys"]]
    if case["result"] == "malformed":
        with pytest.raises(FormatError):
            note.parse(case["note"].encode())
    elif case["result"] == "invalid":
        with pytest.raises(VerificationError):
            note.verify(note.parse(case["note"].encode()), keys)
    else:
        (signed,) = note.verify(note.parse(case["note"].encode()), keys)
        assert (signed.key, signed.time_s) == (keys[0], case["time_s"])


@pytest.mark.parametrize("case", cases("proof.json"), ids=title)
def test_proofs(case: dict[str, Any]) -> None:
    policy = Policy(case["origin"], tuple(note.parse_key(one) for one in case["keys"]))
    if case["result"] == "malformed":
        with pytest.raises(FormatError):
            proof.parse(case["proof"].encode())
    elif case["result"] == "invalid":
        with pytest.raises(VerificationError):
            proof.verify(proof.parse(case["proof"].encode()), bytes.fromhex(case["entry"]), policy)
    else:
        proof.verify(proof.parse(case["proof"].encode()), bytes.fromhex(case["entry"]), policy)
