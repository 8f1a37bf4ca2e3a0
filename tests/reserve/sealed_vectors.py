"""Write vectors of a proof file and of a whole reserve: `python -m tests.reserve.sealed_vectors`.

ML-DSA signs with randomness, so that what is sealed is kept as it is in the files; the forgeries beside it
are made from it anew.
"""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from headwater.log.storage import Directory
from headwater.reserve import content, prove, redact
from tests.reserve.test_redact import order
from tests.reserve.vectors import FOLDER, Case, case
from tests.reserve.worlds import KEYS, sealed

GENERATOR = "tests/reserve/sealed_vectors.py; every result from docs/spec/reserve-v1.md"
VERIFIER = "src/headwater/reserve/verify_reserve.py, in tests/reserve/test_sealed_vectors.py"
N_DOCUMENTS, PROVED, GONE = 5, 3, 1


def seal() -> tuple[Case, Case]:
    """Seal a few pages, prove one and take one down: what the two files start from."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        held, _ = sealed(folder, N_DOCUMENTS, mode="ingest", storage=Directory(folder / "reserve"))
        proof = {
            "manifest": (folder / "reserve" / "reserve.json").read_text("utf-8"),
            "proof": prove.prove(held, PROVED).decode(),
            "payload": base64.b64encode(content.read(held, PROVED)).decode(),
        }
        redact.redact(held, order(GONE, scope="content+metadata"), KEYS)
        files = sorted(
            path for path in (folder / "reserve").rglob("*") if path.is_file() and path.stat().st_size
        )
        stored = {
            str(path.relative_to(folder / "reserve")): base64.b64encode(path.read_bytes()).decode()
            for path in files
        }
    return proof, {"files": stored}


def proofs(base: Case) -> Iterator[Case]:
    """Make the proof with forgeries of it."""
    text, payload = base["proof"], base["payload"]
    lines = text.split("\n")

    def made(comment: str, result: str, proof: str = text, payload: str = payload) -> Case:
        return case(comment, result, proof=proof, payload=payload)

    def swapped(at: int, old: str, new: str) -> str:
        return "\n".join([*lines[:at], lines[at].replace(old, new, 1), *lines[at + 1 :]])

    root = lines.index("", 3) + 3
    yield made("a document of five", "valid")
    yield made("another document's index", "invalid", swapped(2, f"index {PROVED}", f"index {PROVED - 1}"))
    yield made("an index beyond the tree", "invalid", swapped(2, f"index {PROVED}", "index 99"))
    yield made("another size", "invalid", swapped(root - 1, str(N_DOCUMENTS), str(N_DOCUMENTS + 1)))
    yield made(
        "another root", "invalid", swapped(root, lines[root][0], "B" if lines[root][0] == "A" else "A")
    )
    yield made(
        "another hash on the path", "invalid", swapped(3, lines[3][0], "B" if lines[3][0] == "A" else "A")
    )
    yield made("a hash of the path less", "invalid", "\n".join([*lines[:3], *lines[4:]]))
    yield made("other words", "invalid", payload=base64.b64encode(b"other words").decode())
    yield made("no signature", "malformed", "\n".join([*lines[: root + 2], ""]))
    yield made("another kind of file", "malformed", text.replace("tlog-proof@v1", "tlog-proof@v9"))
    yield made("nothing", "malformed", "")


def reserves(base: Case) -> Iterator[Case]:
    """Make the reserve with damages of it: one bit of one file, or a file taken away."""
    files = base["files"]

    def made(comment: str, result: str, path: str, share: float | None = None) -> Case:
        below = [one for one in files if one.startswith(path) and path.endswith("/")]
        name = max(below or [path], key=lambda one: len(files[one]))
        if share is None:
            return case(comment, result, flipped="", at=0, removed=name)
        at = int(len(base64.b64decode(files[name])) * share)
        return case(comment, result, flipped=name, at=at, removed="")

    yield case("as sealed, one document taken down", "valid", flipped="", at=0, removed="")
    yield made("no account of the seal, which nothing rests on", "valid", "report/")
    yield made("no earlier checkpoint", "valid", "log/checkpoints/")
    yield made("a bit of the origin in the checkpoint", "invalid", "log/checkpoint", 0.03)
    yield made("a bit of an entry of the log", "invalid", "log/segment/", 0.99)
    yield made("a bit of the records", "invalid", "records/", 0.5)
    yield made("a bit of the content", "invalid", "content/", 0.5)
    yield made("a bit of the registry", "invalid", "registry/segment/", 0.5)
    yield made("a bit of the manifest", "invalid", "reserve.json", 0.5)
    yield made("the content is not there", "invalid", "content/")
    yield made("the records are not there", "invalid", "records/")
    yield made("the log's entries are not there", "invalid", "log/segment/")
    yield made("the registry's entries are not there", "invalid", "registry/segment/")


FILES = {"proof.json": proofs, "reserve.json": reserves}


def stored(name: str) -> dict[str, Any]:
    """Read a file of vectors."""
    found: dict[str, Any] = json.loads((FOLDER / name).read_text("utf-8"))
    return found


def write(name: str, base: Case) -> str:
    """Give the text of a file of vectors, from what was sealed."""
    tests = [{"id": at, **one} for at, one in enumerate(FILES[name](base), 1)]
    value = {"generator": GENERATOR, "verifier": VERIFIER, "base": base, "tests": tests}
    return json.dumps(value, indent=1, ensure_ascii=True) + "\n"


if __name__ == "__main__":
    for file, base in zip(FILES, seal(), strict=True):
        (FOLDER / file).write_text(write(file, base), "utf-8")
