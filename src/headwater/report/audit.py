"""What a decision did to strata, rare words and rare niches, ready to be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headwater.curate.summary import RarityAudit, StratumAudit
from headwater.report.chart import Chart, Key
from headwater.report.number import count
from headwater.report.shares import Interval, Stack, intervals, stacked

DECISIONS = (Key("admit", "admitted"), Key("quarantine", "quarantined"), Key("exclude", "excluded"))
BELOW, ABOVE = "below the corpus", "above the corpus"
_N_DRAWN = 12
_N_MARKED = 6
_N_TABLED = 250
# A two-sided 95 % interval leaves this share below it when nothing but chance is at work.
_BY_CHANCE = 0.025


@dataclass(frozen=True, slots=True)
class Audit:
    """One way to divide the corpus, and which parts of it fared worse.

    Attributes:
        key: Unique on the page.
        title: Heading.
        plural: What the strata are, such as `languages`.
        note: What the figure shows and what it does not.
        n_strata: How many there are.
        below: Strata whose whole interval lies below the share of the corpus.
        lost: Strata of which nothing was admitted.
        n_chance: How many of `below` chance alone would give.
        chart: The figure.
    """

    key: str
    title: str
    plural: str
    note: str
    n_strata: int
    below: tuple[str, ...]
    lost: tuple[str, ...]
    n_chance: float
    chart: Chart


@dataclass(frozen=True, slots=True)
class Axis:
    """How one way to divide the corpus is called and read.

    Attributes:
        key: Unique on the page.
        title: Heading.
        plural: What the strata are.
        note: What the figure shows and what it does not.
    """

    key: str
    title: str
    plural: str
    note: str


def compare(row: StratumAudit, reference: float) -> str:
    """Say on which side of a share the whole interval of a stratum lies.

    Args:
        row: The stratum.
        reference: Admitted share of the corpus, 0 to 1.

    Returns:
        `BELOW`, `ABOVE`, or nothing when the interval holds the share.
    """
    if row.high < reference:
        return BELOW
    return ABOVE if row.low > reference else ""


def audit(axis: Axis, rows: Sequence[StratumAudit], reference: float) -> Audit:
    """Prepare one audit.

    Args:
        axis: What is divided.
        rows: The strata, most documents first; may be empty.
        reference: Admitted share of the corpus, 0 to 1.

    Returns:
        The audit; its table holds at most 250 strata and sums up the others in one row.
    """
    stacks = tuple(_stack(row, reference) for row in rows)
    marked = [stack for stack in stacks[_N_DRAWN:] if stack.alarm][:_N_MARKED]
    chart = stacked(
        f"tail-{axis.key}",
        f"Decisions by {axis.title.lower()}",
        stacks[:_N_TABLED],
        legend=DECISIONS,
        reference=reference,
        drawn=(*stacks[:_N_DRAWN], *marked),
    )
    return Audit(
        axis.key,
        axis.title,
        axis.plural,
        axis.note,
        n_strata=len(rows),
        below=tuple(row.stratum for row in rows if compare(row, reference) == BELOW),
        lost=tuple(row.stratum for row in rows if row.n and not row.n_admit),
        n_chance=_BY_CHANCE * len(rows),
        chart=chart,
    )


def words(rows: Sequence[RarityAudit]) -> Chart:
    """Draw which share of word types survives, by how many documents had them."""
    return _survival("words", "Word types still present, by document frequency", rows, unit="sampled types")


def niches(rows: Sequence[RarityAudit]) -> Chart:
    """Draw which share of niches survives, by how many documents they had."""
    return _survival("niches", "Niches still present, by size", rows, unit="niches")


def _survival(key: str, title: str, rows: Sequence[RarityAudit], *, unit: str) -> Chart:
    named = [Interval(_band(row), row.n_kept, row.n_types, row.kept_low, row.kept_high) for row in rows]
    return intervals(f"tail-{key}", title, named, unit=unit)


def _stack(row: StratumAudit, reference: float) -> Stack:
    parts = (row.n_admit, row.n_quarantine, row.n_exclude)
    side = compare(row, reference)
    return Stack(row.stratum, parts, row.low, row.high, mark=side, alarm=side == BELOW)


def _band(row: RarityAudit) -> str:
    if row.low == row.high:
        return f"{count(row.low)} document{'s' if row.low != 1 else ''}"
    return f"{count(row.low)}–{count(row.high)}"
