"""The vectors are what the slow profile gives, and the fast one agrees with them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from headwater.errors import FormatError
from headwater.measure.profile import encode, of, parse
from headwater.measure.tokens import word_hashes, words
from tests.measure.profile import slow
from tests.measure.profile.test_merge import documents


@settings(max_examples=60, deadline=None)
@given(documents)
def test_a_profile_is_what_its_definition_says(corpus: list[str]) -> None:
    assert encode(of(corpus, size=slow.SMALL)) == slow.profile(corpus, slow.SMALL)


@pytest.mark.parametrize("file", ["words.json", "profiles.json"])
def test_the_files_are_what_the_generator_gives(file: str) -> None:
    assert (slow.VECTORS / file).read_text(encoding="utf-8") == slow.dump(slow.vectors()[file])


def read(file: str) -> list[dict[str, object]]:
    """Read the tests of a vector file."""
    return list(json.loads((slow.VECTORS / file).read_text(encoding="utf-8"))["tests"])


@pytest.mark.parametrize("case", read("words.json"), ids=lambda c: ascii(c["text"])[:20])
def test_words_agree(case: dict[str, Any]) -> None:
    assert words(case["text"]) == case["words"]
    assert [f"{number:016x}" for number in word_hashes(case["text"]).tolist()] == case["hashes"]


@pytest.mark.parametrize("case", read("profiles.json"), ids=lambda c: c["comment"])
def test_profiles_agree(case: dict[str, Any]) -> None:
    data = bytes.fromhex(case["hex"])

    if case["result"] == "valid":
        assert encode(parse(data)) == data == encode(of(case["texts"], size=slow.SMALL))
    else:
        with pytest.raises(FormatError):
            parse(data)
