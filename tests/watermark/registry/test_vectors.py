"""The registry's vectors: two readers, written apart, accept and refuse the same documents."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headwater.errors import FormatError, VerificationError
from headwater.log import note
from headwater.log.checkpoint import Policy
from headwater.watermark.registry.registry import open_
from tests.watermark.registry import slow, vectors

FILE = json.loads(vectors.PATH.read_text("utf-8"))


def test_the_file_is_what_the_generator_writes() -> None:
    assert vectors.PATH.read_text("utf-8") == vectors.text()


@pytest.mark.parametrize("case", FILE["tests"], ids=lambda case: case["comment"])
def test_both_readers_agree(case: dict[str, Any]) -> None:
    key = note.parse_key(FILE["keeper"])
    policy = Policy(key.name, (key,))
    if case["result"] == "valid":
        found = open_(case["document"].encode(), policy)

        assert slow.read(case["document"], FILE["keeper"]) == [dict(one.told) for one in found.entries]
        return
    with pytest.raises((FormatError, VerificationError)):
        open_(case["document"].encode(), policy)
    with pytest.raises(slow.RefusedError):
        slow.read(case["document"], FILE["keeper"])
