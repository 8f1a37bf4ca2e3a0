"""The vectors of the log, judged by `aics-tlog`, which shares no code with us."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.log.test_vectors import cases, title

peer = pytest.importorskip("aics_tlog", reason="no aics_tlog: pip install --ignore-requires-python aics-tlog")
tiles = pytest.importorskip("aics_tlog.tiles")
pytestmark = pytest.mark.interop


def decode(texts: list[str]) -> list[bytes]:
    return [base64.b64decode(text) for text in texts]


@pytest.mark.parametrize("case", cases("tree.json"), ids=title)
def test_trees(case: dict[str, Any]) -> None:
    root, hashes = base64.b64decode(case["root"]), decode(case["proof"])
    if case["kind"] == "inclusion":
        leaf = base64.b64decode(case["leaf_hash"])
        found = peer.verify_inclusion(leaf, case["index"], case["size"], hashes, root)
    else:
        old_root = base64.b64decode(case["old_root"])
        found = peer.verify_consistency(case["old_size"], case["size"], old_root, root, hashes)

    assert found == (case["result"] == "valid")


# Where the specifications say "must" or "one form" and the peer lets pass what is harmless to it.
LENIENT = {
    "a size of 2**63",
    "an empty tree with a root",
    "an index with leading groups of zeros",
    "no newline at the end of a note",
}


@pytest.mark.parametrize("case", cases("checkpoint.json"), ids=title)
def test_checkpoints(case: dict[str, Any]) -> None:
    if case["result"] == "valid":
        assert peer.parse_checkpoint(case["text"]).size == int(case["text"].split("\n")[1])
    elif case["comment"] not in LENIENT:
        with pytest.raises(ValueError, match=r"."):
            peer.parse_checkpoint(case["text"])


@pytest.mark.parametrize("case", cases("path.json"), ids=title)
def test_paths(case: dict[str, Any]) -> None:
    entries = "entries" in case["path"]
    parse = tiles.parse_entry_bundle_path if entries else tiles.parse_tile_path
    if case["result"] == "valid":
        *place, width = parse(case["path"])
        assert place == ([case["index"]] if entries else [case["level"], case["index"]])
        assert (width or 256) == case["width"]
    elif case["comment"] not in LENIENT:
        with pytest.raises(ValueError, match=r"."):
            parse(case["path"])


# The peer knows Ed25519 alone; the signatures of other kinds are strangers' lines to it.
@pytest.mark.parametrize("case", [one for one in cases("note.json") if len(one["keys"][0]) < 200], ids=title)
def test_notes(case: dict[str, Any]) -> None:
    if case["comment"] in LENIENT:
        return
    try:
        parsed = peer.parse_note(case["note"])
    except ValueError:
        assert case["result"] == "malformed"
        return
    key = peer.parse_vkey(case["keys"][0])
    found = peer.verify_note(parsed, [key]) if case["time_s"] is None else cosigned(parsed, key)

    assert found == (case["result"] == "valid")


def cosigned(parsed: Any, key: Any) -> bool:
    head = peer.parse_checkpoint(parsed.text)
    lines = [one for one in parsed.signatures if one.name == key.name and one.key_id == key.key_id]
    place = (key.name, key.public_key, head.origin, head.size, head.root)
    return bool(lines) and all(peer.verify_cosignature(one.signature, *place) for one in lines)


@pytest.mark.parametrize(
    "case", [one for one in cases("proof.json") if one["result"] != "malformed"], ids=title
)
def test_proofs(case: dict[str, Any]) -> None:
    """Both the tree and the log's Ed25519 signature, but not the second signature, are the peer's matter."""
    top, _, signed = case["proof"].partition("\n\n")
    lines = [line for line in top.split("\n")[1:] if not line.startswith("extra ")]
    index, hashes = int(lines[0].removeprefix("index ")), decode(lines[1:])
    parsed = peer.parse_note(signed)
    head = peer.parse_checkpoint(parsed.text)
    leaf = peer.leaf_hash(bytes.fromhex(case["entry"]))
    found = (
        peer.verify_note(parsed, [peer.parse_vkey(case["keys"][0])])
        and head.origin == case["origin"]
        and peer.verify_inclusion(leaf, index, head.size, hashes, head.root)
    )

    assert found == (case["result"] == "valid" or case["comment"] == "one of the two signatures")
