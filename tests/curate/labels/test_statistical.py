"""The statistical label on what a crawl holds besides prose: it scores, and decides nothing."""

from __future__ import annotations

import base64
import json
import math
from pathlib import Path

import pytest

from headwater.curate.labels.statistical import Statistical, form_of
from tests.curate.samples import plain

PROSE = (
    "The old mill by the river has been closed for years, and nobody in the village knows who holds the key. "
    "Last summer a few of us climbed in through the loft window and found it full of swallows. "
)
CODE = "def f(x):\n    if x > 3:\n        return [y for y in range(x)]\n    return None\n" * 20
POEM = "Tiger Tiger, burning bright,\nIn the forests of the night;\nWhat immortal hand or eye,\n" * 6
TABLE = "\n".join(f"row {n} | {n * n} | {n**3} | yes" for n in range(80))
STRANGE = {
    "nothing": "",
    "three words": "Page not found",
    "base64": base64.b64encode(bytes(range(256)) * 40).decode(),
    "code": CODE,
    "table": TABLE,
    "poem": POEM,
    "ten megabytes": PROSE * 52_000,
    "one line of ten megabytes without a space": "a" * 10_000_000,
    "mixed languages": PROSE + "Старая мельница у реки закрыта много лет. 川のそばの古い水車小屋。" * 5,
    "zero width": "\u200b" * 5_000 + PROSE.replace(" ", "\u200b "),
    "lone surrogate": PROSE + "\ud800",
    "digits": "3 1 4 1 5 9 2 6 5 3 5 " * 300,
    "emoji": "🙂👍🏽 " * 500,
    "control": "\x00\x01\x02" * 100,
    "letters apart": " ".join(PROSE.replace(" ", "")),
    "capital dotted i": "İSTANBUL " * 200,
}


@pytest.fixture(scope="module")
def label() -> Statistical:
    return Statistical()


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_text_gets_a_finite_score(label: Statistical, name: str) -> None:
    row = label.measure(plain(STRANGE[name]))

    assert math.isfinite(row["score"])
    assert row["n_scored_words"] >= 0


def test_blocks_of_data_do_not_count_as_words(label: Statistical) -> None:
    assert label.measure(plain(STRANGE["base64"]))["n_scored_words"] == 0
    assert label.measure(plain(STRANGE["three words"]))["n_scored_words"] == 3


@pytest.mark.parametrize(
    ("text", "form"), [(PROSE, "prose"), (POEM, "lines"), (CODE, "lines"), (TABLE, "lines")]
)
def test_the_form_tells_prose_from_lines(text: str, form: str) -> None:
    assert form_of(text) == form


@pytest.mark.parametrize("trick", ["е", "e\u200b", "e\u00ad"])
def test_a_disguise_does_not_change_the_score(label: Statistical, trick: str) -> None:
    plainly, disguised = (
        label.measure(plain(text * 4))["score"] for text in (PROSE, PROSE.replace("e", trick))
    )

    assert disguised == pytest.approx(plainly, abs=1e-5)


def test_generated_pages_of_the_sample_score_above_plays(label: Statistical) -> None:
    root = Path(__file__).parents[3] / "examples" / "generated" / "pages.jsonl"
    texts = [json.loads(line).get("text", "") for line in root.read_text("utf-8").splitlines()]
    plays = (Path(__file__).parents[3] / "studies" / "plays.txt").read_text("utf-8")
    human = [label.measure(plain(plays[at : at + 1_500]))["score"] for at in range(0, 150_000, 1_500)]
    scores = [label.measure(plain(text))["score"] for text in texts if len(text) > 600]

    # Without information the share of pairs in order is 1/2, with this standard error (Mann and Whitney).
    n, m = len(scores), len(human)
    share = sum(score > other for score in scores for other in human) / (n * m)
    assert share > 0.5 + 6 * ((n + m + 1) / (12 * n * m)) ** 0.5
