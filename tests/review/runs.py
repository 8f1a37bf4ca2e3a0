"""A small finished run of curate, made once."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from headwater.cli.main import app

PLACES = ("river", "mill", "weir", "library", "orchard", "ferry", "chapel", "quarry", "station", "harbour")
THINGS = ("herons", "apples", "letters", "stones", "clocks", "barges", "lanterns", "timetables")


def lines(n: int) -> str:
    """Make n documents, each of its own words."""
    return "".join(
        json.dumps(
            {
                "url": f"https://{PLACES[at % 10]}.example/{at}",
                "text": f"In the year {1800 + at} the {PLACES[at % 10]} had {at + 3} {THINGS[at % 8]}, and "
                f"none at the {PLACES[(at * 7 + 3) % 10]} would tell where {THINGS[(at * 3) % 8]} of "
                f"no. {at * at} had gone before the winter came; people of {PLACES[at % 7]} {at} told it. "
                "We asked them again in spring, when the water was high and the roads were dry, and "
                "they said that it had always been so, and that strangers should not ask at all.",
            }
        )
        + "\n"
        for at in range(n)
    )


@cache
def finished(n: int = 60) -> Path:
    """Curate n documents in a folder of this process."""
    folder = Path(mkdtemp(prefix="review-run-"))
    (folder / "crawl.jsonl").write_text(lines(n), "utf-8")
    out = str(folder / "out")
    app.main(["curate", str(folder / "crawl.jsonl"), "--out", out, "--workers", "1"], standalone_mode=False)
    return folder / "out"
