"""A small loop end to end: real crawls, marks, proofs and curation; it resumes, and its page tells it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from headwater.cli.sampling import trust_of
from headwater.errors import InputError
from headwater.log.storage import Directory
from headwater.loop.experiment import load, run
from headwater.loop.story import render
from headwater.reserve import sample, stream
from tests.loop.texts import PLAYS, SMALL

ARMS = ("nothing", "all", "people")


def silent(step: str, done: int, total: int) -> None:
    """Show no progress."""


@pytest.mark.slow
def test_a_loop_runs_resumes_and_tells_its_story(tmp_path: Path) -> None:
    texts = [PLAYS.read_text("utf-8")[:400_000]]
    found = run(tmp_path / "out", texts, SMALL, arms=ARMS, workers=2, show=silent)
    nothing, everything, people = (found[name][1] for name in ARMS)

    assert nothing.contaminated > 0.2
    assert people.contaminated == people.web_generated == 0.0
    # What is marked or says so is kept out; what is neither may stay where reviewers err.
    crawled = [json.loads(line) for line in (tmp_path / "out/arms/all/001/new.jsonl").open()]
    silent_pages = [one for one in crawled if one["generated"] and not (one["marked"] or one["disclosed"])]
    assert everything.contaminated <= len(silent_pages) / everything.n_trained
    assert everything.reasons["watermarked"] >= 5
    assert everything.people_lost <= 0.2
    assert everything.sealed == 0.3
    assert everything.n_votes >= 3 * SMALL.gold
    assert 0.8 <= everything.vouched <= 1.0
    assert nothing.reasons.keys() == {"no-evidence-against"}

    last = tmp_path / "out/arms/all/001/result.json"
    before = last.read_bytes()
    last.unlink()
    run(tmp_path / "out", texts, SMALL, arms=ARMS, workers=1, show=silent)
    assert last.read_bytes() == before
    with pytest.raises(InputError, match="holds another loop"):
        run(tmp_path / "out", texts, replace(SMALL, seed=9), arms=ARMS, workers=1, show=silent)

    page = render(*load(tmp_path / "out"))
    assert "After 1 generations" not in page
    assert "After 1 generation without a remedy" in page
    assert not re.search(r"<script|src=|https?://(?!www.w3.org)", page.replace("https://site", ""))

    mix, handed = stream.load(Directory(tmp_path / "out/archive/samples/001"))
    assert sample.verify(mix, handed, trust_of(str(tmp_path / "out/archive/reserve"), mix.checkpoint)) >= 6


def test_an_unknown_arm_and_a_folder_of_something_else_are_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unknown arm 'prayer'"):
        run(tmp_path, ["text"], SMALL, arms=("prayer",), workers=1, show=silent)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is not empty"):
        run(tmp_path, ["text"], SMALL, arms=("nothing",), workers=1, show=silent)
    with pytest.raises(InputError, match="holds no loop"):
        load(tmp_path)
