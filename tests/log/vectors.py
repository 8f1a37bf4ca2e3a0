"""Write the test vectors of the log: `python -m tests.log.vectors`.

Trees come from `slow.py`, which is the standard word for word. Signatures by ML-DSA draw at random, so that
`note.json` and `proof.json` are other bytes each time; the other files are always the same.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from headwater.log import checkpoint, note, proof
from headwater.log.checkpoint import Checkpoint
from headwater.log.note import Note, Signature
from headwater.log.tree import leaf_hash
from tests.log import slow
from tests.log.samples import CLASSIC, COSIGNER, LASTING, LASTING_COSIGNER, NOW_S, ORIGIN

FOLDER = Path(__file__).resolve().parents[2] / "vectors" / "log"
GENERATOR = "tests/log/vectors.py; trees from tests/log/slow.py, RFC 6962, section 2.1, word for word"
AICS = "aics-tlog 0.2.1, in tests/interop/test_log_vectors_peer.py"
Case = dict[str, Any]

# The entries that RFC 6962's authors publish roots for, in certificate-transparency and elsewhere.
ENTRIES = [bytes.fromhex(one) for one in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip


def encode(data: bytes) -> str:
    """Encode for JSON."""
    return base64.b64encode(data).decode()


def case(comment: str, result: str, **facts: Any) -> Case:
    """Make one case: `valid`, `invalid` (it parses and is not true) or `malformed`."""
    return {"comment": comment, **facts, "result": result}


def flip(data: bytes) -> bytes:
    """Change one bit."""
    return bytes([data[0] ^ 1]) + data[1:]


def inclusions() -> Iterator[Case]:
    """Make inclusion proofs, each with forgeries beside it."""
    for size in (1, 2, 3, 5, 7, 8):
        some = ENTRIES[:size]
        for index in sorted({0, size // 2, size - 1}):
            path = slow.path(index, some)
            facts: Case = {
                "kind": "inclusion",
                "leaf_hash": encode(leaf_hash(some[index])),
                "index": index,
                "size": size,
                "root": encode(slow.mth(some)),
                "proof": [encode(one) for one in path],
            }
            yield case("as in the standard", "valid", **facts)
            changes: list[tuple[str, Case]] = [
                ("a hash too many", {"proof": [*facts["proof"], encode(bytes(32))]}),
                ("another root", {"root": encode(flip(slow.mth(some)))}),
                ("another leaf", {"leaf_hash": encode(flip(leaf_hash(some[index])))}),
                ("an index beyond the tree", {"index": size}),
                ("an empty tree", {"index": 0, "size": 0}),
            ]
            if path:
                changes += [
                    ("a hash is missing", {"proof": facts["proof"][:-1]}),
                    ("a hash is changed", {"proof": [*facts["proof"][:-1], encode(flip(path[-1]))]}),
                    ("the place of a sibling", {"index": index ^ 1}),
                    ("an entry given for its leaf hash", {"leaf_hash": encode(slow.mth(some)), "index": 0}),
                ]
            for comment, change in changes:
                yield case(comment, "invalid", **(facts | change))


def consistencies() -> Iterator[Case]:
    """Make consistency proofs, each with forgeries beside it."""
    for old, size in ((1, 1), (1, 8), (2, 5), (3, 7), (4, 7), (6, 8), (7, 8), (8, 8)):
        some = ENTRIES[:size]
        path = slow.proof(old, some)
        facts: Case = {
            "kind": "consistency",
            "old_size": old,
            "old_root": encode(slow.mth(some[:old])),
            "size": size,
            "root": encode(slow.mth(some)),
            "proof": [encode(one) for one in path],
        }
        yield case("as in the standard", "valid", **facts)
        changes: list[tuple[str, Case]] = [
            ("a hash too many", {"proof": [*facts["proof"], encode(bytes(32))]}),
            ("another root", {"root": encode(flip(slow.mth(some)))}),
            ("another older root", {"old_root": encode(flip(slow.mth(some[:old])))}),
            ("the older tree is larger", {"old_size": size + 1}),
        ]
        if path:
            changes += [
                ("a hash is missing", {"proof": facts["proof"][1:]}),
                ("a hash is changed", {"proof": [encode(flip(path[0])), *facts["proof"][1:]]}),
                ("no proof", {"proof": []}),
            ]
        for comment, change in changes:
            yield case(comment, "invalid", **(facts | change))


def paths() -> Iterator[Case]:
    """Make paths of tiles."""
    good = {
        "tile/0/000": (0, 0, 256),
        "tile/0/x001/x234/067": (0, 1234067, 256),
        "tile/3/999.p/255": (3, 999, 255),
        "tile/63/x001/000.p/1": (63, 1000, 1),
        "tile/entries/x012/345.p/7": (-1, 12345, 7),
    }
    for path, (level, index, width) in good.items():
        yield case("", "valid", path=path, level=level, index=index, width=width)
    bad = [
        *("tile/0/0", "tile/0/x000/001", "tile/64/000", "tile/00/000", "tile/0/000.p/0", "tile/0/000.p/256"),
        *("tile/0/000.p/01", "tile/-1/000", "/tile/0/000", "tile/0/000/", "tile/8/0/000", "tile/0/001/000"),
    ]
    for path in bad:
        leading = path == "tile/0/x000/001"
        comment = "an index with leading groups of zeros" if leading else "not in the one form"
        yield case(comment, "malformed", path=path)


def texts() -> Iterator[Case]:
    """Make texts of checkpoints."""
    root = encode(bytes(range(32)))
    for comment, text in {
        "": f"o\n5\n{root}\n",
        "the largest size": f"o\n{2**63 - 1}\n{root}\n",
        "extension lines": f"o\n5\n{root}\nmore\n",
        "the empty tree": f"o\n0\n{encode(slow.mth([]))}\n",
    }.items():
        yield case(comment, "valid", text=text)
    for comment, text in {
        "no origin": f"\n5\n{root}\n",
        "a leading zero": f"o\n05\n{root}\n",
        "a sign": f"o\n+5\n{root}\n",
        "digits of another script": f"o\n٥\n{root}\n",
        "a size of 2**63": f"o\n{2**63}\n{root}\n",
        "a short root": f"o\n5\n{encode(bytes(31))}\n",
        "bits behind the root": f"o\n5\n{root[:-2]}9=\n",
        "no padding": f"o\n5\n{root[:-1]}\n",
        "no newline at the end": f"o\n5\n{root}",
        "an empty line": f"o\n5\n{root}\n\nmore\n",
        "an empty tree with a root": f"o\n0\n{root}\n",
        "a carriage return": f"o\r\n5\r\n{root}\r\n",
    }.items():
        yield case(comment, "malformed", text=text)


def notes() -> Iterator[Case]:
    """Make signed checkpoints, and what may go wrong with their signatures."""
    head = Checkpoint(ORIGIN, 5, slow.mth(ENTRIES[:5]))
    signers = (CLASSIC, LASTING, COSIGNER, LASTING_COSIGNER)
    good = note.parse(checkpoint.sign(head, signers, time_s=NOW_S))
    for signer, signature in zip(signers, good.signatures, strict=True):
        facts = {"keys": [str(signer.key)], "time_s": NOW_S if signer.algorithm.timed else None}
        stranger = Signature("stranger.example", b"\0\0\0\1", b"?")
        yield case(f"{signer.algorithm.name}", "valid", note=note.encode(good).decode(), **facts)
        alone = replace(good, signatures=(stranger, signature))
        yield case("a stranger's line is ignored", "valid", note=note.encode(alone).decode(), **facts)
        wrong: dict[str, Note] = {
            "a changed size": replace(good, text=good.text.replace("\n5\n", "\n6\n")),
            "a changed signature": replace(
                good, signatures=(replace(signature, value=flip(signature.value)),)
            ),
            "a signature cut off": replace(
                good, signatures=(replace(signature, value=signature.value[:-1]),)
            ),
            "the key's name alone": replace(good, signatures=(replace(signature, key_id=b"\0\0\0\1"),)),
            "the key's id alone": replace(good, signatures=(replace(signature, name="stranger.example"),)),
        }
        for comment, changed in wrong.items():
            yield case(comment, "invalid", note=note.encode(changed).decode(), **facts)
    whole = note.encode(replace(good, signatures=good.signatures[:1])).decode()
    breaks: list[tuple[str, Callable[[str], str]]] = [
        ("no signature", lambda text: text[: text.rindex("—")]),
        ("no newline at the end of a note", lambda text: text[:-1]),
        ("no blank line", lambda text: text.replace("\n\n", "\n")),
        ("a hyphen for the dash", lambda text: text.replace("—", "-")),
        ("a tab in the text", lambda text: text.replace("log", "l\tg", 1)),
        ("no padding", lambda text: text.replace("=\n\n", "\n\n").replace("=\n", "\n")),
        ("a space in the name", lambda text: text.replace(f"— {ORIGIN}", "— log example")),
        ("a plus in the name", lambda text: text.replace(f"— {ORIGIN}", "— log+example")),
    ]
    for comment, change in breaks:
        yield case(comment, "malformed", note=change(whole), keys=[str(CLASSIC.key)], time_s=None)


def proofs() -> Iterator[Case]:
    """Make proof files."""
    head = Checkpoint(ORIGIN, 7, slow.mth(ENTRIES[:7]))
    signed = checkpoint.sign(head, (CLASSIC, LASTING), time_s=NOW_S)
    good = proof.Proof(4, tuple(slow.path(4, ENTRIES[:7])), signed)
    facts = {"entry": ENTRIES[4].hex(), "origin": ORIGIN, "keys": [str(CLASSIC.key), str(LASTING.key)]}
    whole = proof.encode(good).decode()
    yield case("", "valid", proof=whole, **facts)
    yield case("extra data", "valid", proof=proof.encode(replace(good, extra=b"more")).decode(), **facts)
    lone = checkpoint.sign(head, (CLASSIC,), time_s=NOW_S)
    for comment, changed in {
        "another place": replace(good, index=5),
        "a hash is missing": replace(good, hashes=good.hashes[:-1]),
        "a hash too many": replace(good, hashes=(*good.hashes, bytes(32))),
        "a changed hash": replace(good, hashes=(flip(good.hashes[0]), *good.hashes[1:])),
        "one of the two signatures": replace(good, checkpoint=lone),
    }.items():
        yield case(comment, "invalid", proof=proof.encode(changed).decode(), **facts)
    yield case("another entry", "invalid", proof=whole, **(facts | {"entry": "00"}))
    yield case("another log", "invalid", proof=whole, **(facts | {"origin": "other.example"}))
    for comment, old, new in (
        ("another version", "@v1", "@v2"),
        ("a leading zero", "index 4", "index 04"),
        ("no index", "index 4\n", ""),
        ("empty extra data", "index 4", "extra \nindex 4"),
        ("a short hash", "index 4\n", "index 4\nAAAA\n"),
        ("no checkpoint", whole[whole.index("\n\n") :], "\n"),
    ):
        yield case(comment, "malformed", proof=whole.replace(old, new, 1), **facts)


FILES: dict[str, tuple[str, Callable[[], Iterator[Case]]]] = {
    "checkpoint.json": (AICS, texts),
    "note.json": (f"{AICS}; ML-DSA-44: Go's crypto/mldsa, in tests/interop/test_log_go_peer.py", notes),
    "path.json": (AICS, paths),
    "proof.json": (f"{AICS}, for the tree and Ed25519", proofs),
    "tree.json": (AICS, lambda: iter([*inclusions(), *consistencies()])),
}
RANDOM = {"note.json", "proof.json"}


def text(name: str) -> str:
    """Make the text of a file of vectors."""
    verifier, cases = FILES[name]
    tests = [{"id": number, **one} for number, one in enumerate(cases(), 1)]
    whole = {"generator": GENERATOR, "verifier": verifier, "tests": tests}
    return json.dumps(whole, indent=1, ensure_ascii=True) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file in FILES:
        (FOLDER / file).write_text(text(file), "utf-8")
