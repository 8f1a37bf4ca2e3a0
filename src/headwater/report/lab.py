"""The page of one study: its numbers beside the published ones, its figures, and how it deviates."""

from __future__ import annotations

import math

from headwater import __version__
from headwater.collapse.study import Outcome, Row
from headwater.report.page import Page, Section, compose
from headwater.report.study import draw

SECTIONS = (
    Section("figures", "The figures"),
    Section("rows", "The numbers"),
    Section("settings", "The settings"),
    Section("rerun", "How to run it again"),
)


def render(outcome: Outcome) -> str:
    """Draw the page of one run of a study.

    Args:
        outcome: What it says.

    Returns:
        One self-contained HTML file; equal arguments give equal bytes.
    """
    barred = [row for row in outcome.rows if row.bar]
    return compose(
        "lab.html",
        Page("Study", outcome.title, outcome.key, __version__, SECTIONS),
        outcome=outcome,
        barred=barred,
        missed=[row for row in barred if not row.met],
        looked=[row for row in barred if row.looked],
        rows=[_cells(row) for row in outcome.rows],
        charts=[draw(figure, f"figure-{place}") for place, figure in enumerate(outcome.figures)],
        deviations=[setting for setting in outcome.settings if setting.deviates],
        command=" ".join(
            ["headwater lab run", outcome.name, *([f"--model {outcome.model}"] if outcome.model else [])]
        ),
    )


def _cells(row: Row) -> tuple[str, str, str, str, str, str]:
    error = f" ± {row.se:.2g}" if row.se else ""
    verdict = ("met" if row.met else "missed") if row.bar else "no bar"
    # A row beside words, or beside 1, has the value itself for a ratio; that need not be said twice.
    ratio = f"{row.ratio:.4g}" if row.ratio != row.value and math.isfinite(row.ratio) else ""
    bar = f"{row.bar} †" if row.looked else row.bar
    return (row.row, f"{row.value:.5g}{error} {row.unit}".strip(), row.peer, ratio, bar, verdict)
