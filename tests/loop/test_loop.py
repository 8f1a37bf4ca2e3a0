"""A small loop end to end: real crawls, marks, proofs and curation; it resumes, and its page tells it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from headwater.cli.sampling import trust_of
from headwater.errors import InputError
from headwater.log.storage import Directory
from headwater.loop.experiment import load, run
from headwater.loop.story import render
from headwater.reserve import sample, stream
from tests.loop.texts import ARMS, PLAYS, SMALL, TEXTS, silent

INTERRUPTED = (
    "headwater: interrupted\nhint: run the same command again; curate, lab run and loop run resume\n"
)


@pytest.mark.slow
def test_a_loop_runs_resumes_and_tells_its_story(played: Path) -> None:
    found = load(played)[1]
    nothing, everything, people = (found[name][1] for name in ARMS)

    assert nothing.contaminated > 0.2
    assert people.contaminated == people.web_generated == 0.0
    # What is marked or says so is kept out; what is neither may stay where reviewers err.
    crawled = [json.loads(line) for line in (played / "arms/all/001/new.jsonl").open()]
    silent_pages = [one for one in crawled if one["generated"] and not (one["marked"] or one["disclosed"])]
    assert everything.contaminated <= len(silent_pages) / everything.n_trained
    assert everything.reasons["watermarked"] >= 5
    assert everything.people_lost <= 0.2
    assert everything.sealed == 0.3
    assert everything.n_votes >= 3 * SMALL.gold
    assert 0.8 <= everything.vouched <= 1.0
    assert nothing.reasons.keys() == {"no-evidence-against"}

    last = played / "arms/all/001/result.json"
    before = last.read_bytes()
    last.unlink()
    last.with_name("played.json").unlink()
    run(played, TEXTS, SMALL, arms=ARMS, workers=1, show=silent)
    assert last.read_bytes() == before
    with pytest.raises(InputError, match="holds another loop"):
        run(played, TEXTS, replace(SMALL, seed=9), arms=ARMS, workers=1, show=silent)

    page = render(*load(played))
    assert "After 1 generations" not in page
    assert "After 1 generation without a remedy" in page
    assert not re.search(r"<script|src=|https?://(?!www.w3.org)", page.replace("https://site", ""))

    mix, handed = stream.load(Directory(played / "archive/samples/001"))
    assert sample.verify(mix, handed, trust_of(str(played / "archive/reserve"), mix.checkpoint)) >= 6


def test_an_unknown_arm_and_a_folder_of_something_else_are_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unknown arm 'prayer'"):
        run(tmp_path, ["text"], SMALL, arms=("prayer",), workers=1, show=silent)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is not empty"):
        run(tmp_path, ["text"], SMALL, arms=("nothing",), workers=1, show=silent)
    with pytest.raises(InputError, match="holds no loop"):
        load(tmp_path)


@pytest.mark.slow
def test_ctrl_c_ends_a_loop_in_one_line_and_the_same_command_resumes_it(tmp_path: Path) -> None:
    sizes = ["--generations", "1", "--start", "24", "--fresh", "6", "--written", "12", "--size", "20"]
    arms = ["--arm", "nothing", "--arm", "watermark-review", "--reviewed", "10"]
    command = [sys.executable, "-m", "headwater", "loop", "run", str(PLAYS), *sizes, *arms, "--workers", "2"]
    job = subprocess.Popen(
        [*command, "--out", str(tmp_path / "cut")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not (tmp_path / "cut/arms/nothing/000/played.json").exists() and job.poll() is None:
        time.sleep(0.01)
    os.killpg(job.pid, signal.SIGINT)  # Ctrl-C reaches workers too.
    said, complained = job.communicate(timeout=60)

    assert (job.returncode, said, complained) == (130, "", INTERRUPTED)
    assert not (tmp_path / "cut/report.html").exists()
    for name in ("cut", "whole"):
        subprocess.run([*command, "--out", str(tmp_path / name)], check=True, capture_output=True)
    cut, whole = tmp_path / "cut", tmp_path / "whole"
    for path in (Path("report.html"), *(one.relative_to(whole) for one in whole.glob("arms/*/*/*.json"))):
        assert (cut / path).read_bytes() == (whole / path).read_bytes(), path
