"""Write vectors of a mix manifest: `python -m tests.reserve.mix_vectors`.

ML-DSA signs with randomness, so that what was drawn is kept as it is in the file; the forgeries beside it are
made from it anew.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from headwater.reserve import manifest, mix, sample
from headwater.reserve.order import Beacon
from tests.reserve.sealed import sealed
from tests.reserve.vectors import FOLDER, Case, case
from tests.reserve.worlds import KEYS, NOW_S

FILE = FOLDER / "mix.json"
GENERATOR = "tests/reserve/mix_vectors.py; every result from docs/spec/mix-v1.md"
VERIFIER = "tests/reserve/test_mix_vectors.py, which uses nothing of Headwater but verify_reserve.py"
N_DOCUMENTS, N_WANTED = 300, 30


def draw() -> Case:
    """Seal a reserve, and draw from it by a beacon that takes the short bundle."""
    held = sealed(N_DOCUMENTS)
    intent = sample.intend(held, N_WANTED, strata=("lang",), purpose="vectors", now_s=NOW_S)
    held = held.append([intent], KEYS.registry, time_s=NOW_S)
    found = (sample.draw(held, 1, Beacon("drand:test:1", bytes([at] * 32)), share=0.5) for at in range(99))
    made = next(one for one in found if [bundle.index for bundle in one.bundles] == [1])
    handed = sample.hand_over(held, made)
    return {
        "manifest": manifest.encode(held.manifest).decode(),
        "mix": mix.encode(made).decode(),
        "bundles": {str(index): base64.b64encode(data).decode() for index, data in handed.bundles.items()},
        "records": {
            str(index): [[row.salt.hex(), row.record.decode()] for row in rows]
            for index, rows in handed.rows.items()
        },
    }


def cases(base: Case) -> Iterator[Case]:
    """Make the sample with forgeries of it: another manifest, or other records."""
    text, value = base["mix"], json.loads(base["mix"])
    index, kept = value["bundles"][0]

    def made(comment: str, result: str, changes: dict[str, Any] | None = None, mix: str = "") -> Case:
        told = {**value, **(changes or {})}
        plain = json.dumps(told, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
        return case(comment, result, mix=mix or plain, swapped=[])

    def bits(change: int) -> list[Any]:
        return [[index, f"{int(kept, 16) ^ change:064x}"]]

    beacon, proof = value["beacon"], value["intent_proof"]
    yield made("as drawn", "valid")
    yield made("a document left out", "invalid", {"bundles": bits(1 << 255)})
    yield made("a document too many", "invalid", {"bundles": bits(1)})
    yield made("another bundle", "invalid", {"bundles": [[0, kept]]})
    yield made("no bundle", "malformed", {"bundles": []})
    yield made("another beacon", "invalid", {"beacon": {**beacon, "value": "ff" * 32}})
    yield made(
        "fewer documents asked for", "invalid", {"intent": value["intent"].replace('"n":30', '"n":29')}
    )
    yield made(
        "another place of the intent", "invalid", {"intent_proof": proof.replace("index 1", "index 0")}
    )
    yield made("a hash of the tree", "invalid", {"hashes": base64.b64encode(bytes(32)).decode()})
    yield made("another size", "invalid", {"checkpoint": value["checkpoint"].replace("\n300\n", "\n301\n")})
    yield made("a redaction that nobody published", "invalid", {"redacted": [[256, 0]]})
    yield {**made("two records in each other's place", "invalid"), "swapped": [0, 1]}
    yield made("a share of nothing", "malformed", {"share": 0})
    yield made("a share of more than all", "malformed", {"share": 2})
    yield made("half a hash", "malformed", {"hashes": base64.b64encode(bytes(16)).decode()})
    yield made("bits of another length", "malformed", {"bundles": [[index, kept[2:]]]})
    yield made("a field more", "malformed", {"who": "me"})
    yield made("another format", "malformed", {"format": "headwater-mix-9"})
    yield made("a space in the JSON", "malformed", mix=text.replace(",", ", ", 1))


def stored() -> dict[str, Any]:
    """Read the file."""
    found: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return found


def write(base: Case) -> str:
    """Give the text of the file, from what was drawn."""
    tests = [{"id": at, **one} for at, one in enumerate(cases(base), 1)]
    value = {"generator": GENERATOR, "verifier": VERIFIER, "base": base, "tests": tests}
    return json.dumps(value, indent=1, ensure_ascii=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(write(draw()), "utf-8")
