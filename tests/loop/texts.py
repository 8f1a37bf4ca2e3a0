"""Human text for small loops: the plays that studies read."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from headwater.loop.people import cut
from headwater.loop.scene import Scene

PLAYS = Path(__file__).parents[2] / "studies" / "plays.txt"
TEXTS = (PLAYS.read_text("utf-8")[:400_000],)
ARMS = ("nothing", "all", "people")
SMALL = Scene(
    generations=1,
    start=24,
    fresh=6,
    written=12,
    size=20,
    reserve=140,
    held_out=8,
    page_chars=400,
    reviewed=20,
    seed=3,
)


@cache
def pages() -> tuple[str, ...]:
    """Give pages of 400 characters."""
    return tuple(cut(TEXTS, page_chars=400))


def silent(step: str, done: int, total: int) -> None:
    """Show no progress."""
