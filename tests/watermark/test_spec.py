"""`docs/spec/` says what the code does: specifications and ids of profiles, digests of tokenizers."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from headwater import canonical
from headwater.watermark.scheme import profile_id
from headwater.watermark.schemes import SCHEMES
from headwater.watermark.tokenizer import TOKENIZERS

SPEC = Path(__file__).parents[2] / "docs" / "spec"
PROFILES = (SPEC / "watermark-profiles.md").read_text("utf-8")
REGISTRY = (SPEC / "watermark-registry-v1.md").read_text("utf-8")


def test_the_specifications_hash_to_the_ids() -> None:
    (block,) = re.findall(r"```json\n(.*?)```", PROFILES, re.DOTALL)
    told = {json.loads(line)["profile"]: line for line in block.splitlines()}

    assert set(told) == {name for name in SCHEMES if "-aes-" in name}
    for name, line in told.items():
        assert line == canonical.encode(dict(SCHEMES[name].spec())).decode()
        assert hashlib.sha256(line.encode()).hexdigest() == profile_id(SCHEMES[name])


def test_every_tokenizer_is_written_down_with_what_its_digest_is_of() -> None:
    rows = re.findall(r"^\| `([a-z0-9]+)` \| ([0-9,]+) \| `([0-9a-f]{64})` \|$", REGISTRY, re.MULTILINE)
    (block,) = re.findall(r"```json\n(.*?)```", REGISTRY, re.DOTALL)

    assert [name for name, _, _ in rows] == list(TOKENIZERS)
    for (name, n_types, digest), line in zip(rows, block.splitlines(), strict=True):
        told = json.loads(line)
        assert digest == TOKENIZERS[name].digest == hashlib.sha256(line.encode()).hexdigest()
        assert int(n_types.replace(",", "")) == TOKENIZERS[name].n_types == told["n_types"]
        assert told["split"] == TOKENIZERS[name].split
