"""Figures of amounts: a strip, bars, a histogram, each with the table of its data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from headwater.report.number import compact, count, share, tally
from headwater.report.svg import Caption, Sheet
from headwater.report.text import clip, columns

WIDTH = 420.0
# Columns of a name that leave room for a value on its line; of one that has the line for itself.
_SHORT, _LONG = 36, 48


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of a legend: what a tone stands for."""

    tone: str
    name: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure with its data beside it.

    Attributes:
        key: Unique on the page; letters, digits and hyphens.
        title: Short name.
        description: What the figure shows, for those who do not see it.
        svg: The drawing; empty when there is nothing to draw.
        head: Column names of the table; the first column names the row, the others are figures.
        rows: One tuple of cells a row.
        legend: What the tones stand for.
        remark: What the drawing leaves out; may be empty.
    """

    key: str
    title: str
    description: str
    svg: Markup
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    legend: tuple[Key, ...] = ()
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One amount.

    Attributes:
        name: Of the row.
        n: At least 0.
        tone: Name in `svg.TONES`.
    """

    name: str
    n: int
    tone: str = "accent"


def strip(key: str, title: str, parts: Sequence[Bar]) -> Chart:
    """Draw a whole as one strip of parts; it stretches to the width of its place.

    Args:
        key: Unique on the page.
        title: Short name.
        parts: In order; a part that is not zero is at least 4 thousandths wide, so that it is seen.

    Returns:
        The figure; it holds no text, so that stretching distorts none.
    """
    total = sum(part.n for part in parts)
    sheet = Sheet(1000.0, 40.0)
    sheet.rect((0.0, 0.0, 1000.0, 40.0), "track")
    widths = [max(4.0, 1000.0 * part.n / total) if part.n else 0.0 for part in parts]
    left = 0.0
    for part, width in zip(parts, widths, strict=True):
        scaled = width * 1000.0 / sum(widths) if width else 0.0
        if scaled:
            sheet.rect((left, 0.0, scaled - 2.0, 40.0), part.tone, tip=told(part.name, part.n, total))
        left += scaled
    description = "; ".join(f"{part.name} {count(part.n)} ({share(part.n, total)})" for part in parts)
    return Chart(
        key,
        title,
        description,
        sheet.finish(Caption(key, title, description, stretch=True)),
        ("", "Count", "Share"),
        share_rows(parts, total),
    )


def bars(
    key: str, title: str, rows: Sequence[Bar], *, total: int, limit: int = 12, unit: str = "documents"
) -> Chart:
    """Draw amounts as bars under their names, on a track that stands for the whole.

    Args:
        key: Unique on the page.
        title: Short name.
        rows: In the order to draw. Where a name is long, values stand beside the tracks.
        total: What a full track stands for.
        limit: Rows drawn; the table has all.
        unit: What is counted, in the plural.

    Returns:
        The figure.
    """
    whole = max([total, *(row.n for row in rows)])
    drawn = rows[:limit]
    pitch = 40.0
    sheet = Sheet(WIDTH, max(1.0, pitch * len(drawn) - 8.0))
    long = any(columns(row.name) > _SHORT for row in drawn)
    width, drop = (WIDTH - 110.0, 29.0) if long else (WIDTH, 13.0)
    for place, row in enumerate(drawn):
        top = pitch * place
        value = f"{tally(row.n)} · {share(row.n, whole)}"
        sheet.text(0.0, top + 13.0, clip(row.name, _LONG if long else _SHORT))
        sheet.text(WIDTH, top + drop, value, anchor="end", role="value")
        sheet.rect((0.0, top + 20.0, width, 9.0), "track")
        if row.n:
            length = max(2.0, width * row.n / whole)
            sheet.rect((0.0, top + 20.0, length, 9.0), row.tone, tip=told(row.name, row.n, whole))
    description = f"{len(rows)} bars; a full track is {count(whole)} {unit}."
    return Chart(
        key,
        title,
        description,
        sheet.finish(Caption(key, title, description)) if drawn else Markup(),
        ("", unit.capitalize(), "Share"),
        share_rows(rows, whole),
        remark=remark(len(drawn), len(rows)),
    )


def histogram(key: str, title: str, edges: Sequence[float], counts: Sequence[int]) -> Chart:
    """Draw counts in bins of equal width, whether edges are linear or logarithmic.

    Args:
        key: Unique on the page.
        title: What is counted, with its unit.
        edges: Rising, one more than `counts`; the last may be infinite.
        counts: At least 0 each.

    Returns:
        The figure.
    """
    left, bottom, height = 50.0, 150.0, 138.0
    sheet = Sheet(WIDTH, 176.0)
    ticks = _ticks(max([0, *counts]))
    for tick in ticks:
        y = bottom - height * tick / ticks[-1]
        sheet.line(((left, y), (WIDTH, y)), "rule")
        sheet.text(left - 8.0, y + 4.0, compact(tick), anchor="end", role="tick")
    step = (WIDTH - left - 14.0) / max(1, len(counts))
    names = tuple(f"{compact(low)} – {compact(high)}" for low, high in pairwise(edges))
    for place, n in enumerate(counts):
        rise = max(1.5, height * n / ticks[-1]) if n else 0.0
        box = (left + step * place + 0.5, bottom - rise, max(1.0, step - 1.5), rise)
        if n:
            sheet.rect(box, "accent", tip=f"{names[place]}: {count(n)}")
    stride = max(1, -(-len(edges) // 7))
    for place in range(0, len(edges), stride):
        sheet.text(left + step * place, bottom + 18.0, compact(edges[place]), anchor="middle", role="tick")
    description = f"{count(sum(counts))} in {len(counts)} bins drawn equally wide; the labels are bin edges."
    return Chart(
        key,
        title,
        description,
        sheet.finish(Caption(key, title, description)),
        ("From – to", "Documents", "Share"),
        share_rows([Bar(name, n) for name, n in zip(names, counts, strict=True)], sum(counts)),
    )


def _ticks(top: int) -> list[float]:
    """Choose round whole numbers from 0 to at least `top`."""
    from matplotlib.ticker import MaxNLocator

    ticks = [float(tick) for tick in MaxNLocator(nbins=4, integer=True).tick_values(0, max(1, top))]
    return [tick for tick in ticks if tick >= 0]


def share_rows(rows: Sequence[Bar], total: int) -> tuple[tuple[str, ...], ...]:
    """Give name, count and share of each row as table cells."""
    return tuple((row.name, count(row.n), share(row.n, total)) for row in rows)


def told(name: str, n: int, total: int) -> str:
    """Say one amount and its share in words."""
    return f"{name}: {count(n)} of {count(total)} ({share(n, total)})"


def remark(n_drawn: int, n_all: int) -> str:
    """Say what the drawing leaves to the table; nothing if it leaves out nothing."""
    if n_drawn >= n_all:
        return ""
    return f"The figure draws {n_drawn} of {count(n_all)} rows; the table has the rest."
