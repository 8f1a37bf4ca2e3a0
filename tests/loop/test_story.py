"""The page of a loop: it says what happened in one sentence, and a browser shows all of it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from headwater.loop.experiment import load
from headwater.loop.gauge import Generation
from headwater.loop.scene import ARMS as EVERY
from headwater.loop.scene import Scene
from headwater.loop.story import LIMITS, render
from tests.browser import NEEDED, misfits, requests

FIRST = Generation(
    arm="people",
    generation=0,
    n_web=150,
    web_generated=0.0,
    n_crawled=120,
    n_admitted=118,
    admitted_generated=0.0,
    people_lost=0.0,
    n_trained=100,
    contaminated=0.0,
    sealed=0.0,
    vouched=0.0,
    n_votes=0,
    perplexity=500.0,
    n_types=4_000,
    n_tokens=3_000,
    tail_mass=0.95,
    written=(0.0,) * 15 + (0.25, 0.5, 0.25) + (0.0,) * 12,
    stage="healthy",
    tail_loss=0.1,
    drift=0.02,
    sample="Enter <script>alert(1)</script> a \u202emessenger.",
    reasons={"no-evidence-against": 118},
)
WORSE = replace(FIRST, generation=1, web_generated=0.5, contaminated=0.5, perplexity=900.0, stage="noise")
ARMS = {
    "nothing": [replace(FIRST, arm="nothing"), replace(WORSE, arm="nothing")],
    "all": [replace(FIRST, arm="all"), replace(WORSE, arm="all", perplexity=520.0, contaminated=0.02)],
    "people": [FIRST, replace(FIRST, generation=1)],
}


def test_the_page_says_what_happened_and_what_it_cannot_say() -> None:
    page = render(Scene(), ARMS)

    assert "After 1 generation without a remedy human text is 1.80 times as perplexing" in page
    assert "with all remedies 1.04 times." in page
    assert all(sentence in page for sentence in LIMITS)
    assert page == render(Scene(), ARMS)
    assert len(re.findall("<figure", page)) == 13


def test_what_models_wrote_is_inert() -> None:
    page = render(Scene(), ARMS)

    assert "<script" not in page
    assert "a ⟨U+202E⟩messenger" in page


@pytest.mark.parametrize("arms", [("nothing",), ("people", "all"), ("all", "nothing")])
def test_any_arms_have_a_page_and_unfinished_ones_too(arms: tuple[str, ...]) -> None:
    page = render(Scene(), {name: ARMS[name][: at + 1] for at, name in enumerate(arms)})

    assert "Models that learn from a web that models wrote." in page


def test_each_arm_has_a_row_by_people_and_no_two_lines_share_a_colour() -> None:
    every = {name: [replace(FIRST, arm=name), replace(WORSE, arm=name)] for name in EVERY} | ARMS
    page = render(Scene(), every)
    rows = re.findall(r'<tr><th scope="row">([a-z0-9-]+): .*?</tr>', page)
    told = page[page.index('id="worth"') : page.index('id="models"')]

    assert sorted(rows) == sorted(EVERY)
    assert rows[:2] == ["people", "all"]
    assert re.search("nothing: no remedy</th>.*>1.80</td>.*>50.0 %</td>.*>noise</td>", told)
    assert "Lines below are those of nothing, all, people;" in told
    assert "Lines below" not in render(Scene(), ARMS)


def test_the_page_names_the_command_that_runs_its_loop_again() -> None:
    other = Scene(written=7, seed=3, models=("kneser-ney", "my model"))

    assert "<code>headwater loop run TEXT --out DIR</code>" in render(Scene(), ARMS)
    page = render(other, {"all": ARMS["all"]})
    assert (
        "run TEXT --out DIR --written 7 --seed 3 --model kneser-ney --model &#39;my model&#39; --arm all"
        in page
    )


@NEEDED[0]
@NEEDED[1]
@pytest.mark.parametrize("width", [1280, 390])
def test_every_figure_of_a_real_loop_is_drawn_and_nothing_overflows(
    tmp_path: Path, played: Path, width: int
) -> None:
    assert misfits(render(*load(played)), tmp_path, width=width) == []


@NEEDED[0]
@NEEDED[1]
def test_the_page_of_a_real_loop_fetches_nothing(tmp_path: Path, played: Path) -> None:
    assert requests(render(*load(played)), tmp_path) == set()
