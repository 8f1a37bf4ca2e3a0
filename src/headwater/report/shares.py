"""Figures of shares with their intervals: stacked bars by stratum, dots by band."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from headwater.report.chart import WIDTH, Chart, Key, remark, told
from headwater.report.number import count, share, tally
from headwater.report.svg import Caption, Sheet
from headwater.report.text import clip

_NAME_COLUMNS = 18
_ROW = 27.0
# Where the bars, to the right of the names, begin and end.
_LEFT, _RIGHT = 160.0, 360.0
_TOP = 24.0


@dataclass(frozen=True, slots=True)
class Stack:
    """One row of shares, with the interval of the first.

    Attributes:
        name: Of the row.
        parts: Counts, one for each entry of the legend.
        low: Lower end of the interval of the first share, 0 to 1.
        high: Upper end.
        mark: How it compares with the whole; empty for nothing to say.
        alarm: Whether the drawing sets the row apart.
    """

    name: str
    parts: tuple[int, ...]
    low: float
    high: float
    mark: str = ""
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Interval:
    """One share with its interval.

    Attributes:
        name: Of the row.
        k: How many have it.
        n: Of how many.
        low: Lower end, 0 to 1.
        high: Upper end.
    """

    name: str
    k: int
    n: int
    low: float
    high: float


def stacked(
    key: str,
    title: str,
    rows: Sequence[Stack],
    *,
    legend: Sequence[Key],
    reference: float,
    drawn: Sequence[Stack],
) -> Chart:
    """Draw shares as stacked bars with the interval of the first share.

    Args:
        key: Unique on the page.
        title: Short name.
        rows: All rows, for the table.
        legend: What the parts of each row are, first to last.
        reference: First share of the whole, 0 to 1.
        drawn: The rows to draw, in order.

    Returns:
        The figure; its table has one column a part, the share, its interval and the mark.
    """
    sheet = Sheet(WIDTH, _TOP + _ROW * len(drawn) + 22.0)
    _axis(sheet, (0.0, 1.0), (0.0, 0.5, 1.0), n_rows=len(drawn))
    for place, row in enumerate(drawn):
        _stack(sheet, row, legend, _TOP + _ROW * place)
    line = _LEFT + (_RIGHT - _LEFT) * reference
    sheet.line(((line, 16.0), (line, _TOP + _ROW * len(drawn))), "ink", dashed=(3.0, 3.0))
    sheet.text(
        line,
        11.0,
        f"corpus {share(reference, 1.0)}",
        anchor="end" if reference > 0.4 else "start",
        role="tick",
    )
    first = legend[0].name
    description = (
        f"One bar for each of {len(drawn)} rows, divided into {', '.join(entry.name for entry in legend)}; "
        f"the line across a bar is the 95 % interval of the share {first}; the dashed line is the corpus."
    )
    head = (
        "",
        *(entry.name.capitalize() for entry in legend),
        "Documents",
        f"Share {first}",
        "95 % interval",
        "",
    )
    return Chart(
        key,
        title,
        description,
        sheet.finish(Caption(key, title, description)) if drawn else Markup(),
        head,
        tuple(_stack_cells(row) for row in rows),
        tuple(legend),
        remark(len(drawn), len(rows)),
    )


def intervals(
    key: str,
    title: str,
    rows: Sequence[Interval],
    *,
    unit: str,
    verb: str = "kept",
    lowest: float = 1.0,
) -> Chart:
    """Draw shares as dots with intervals, on an axis that starts near the lowest.

    Args:
        key: Unique on the page.
        title: Short name.
        rows: In the order to draw.
        unit: What `n` counts.
        verb: What became of the `k`.
        lowest: A share that the axis reaches down to in any case.

    Returns:
        The figure.
    """
    lowest = min([lowest, *(row.low for row in rows)])
    start = max(0.0, int(lowest * 10.0 - 1e-9) / 10.0 - (0.1 if lowest > 0.9 else 0.0))
    scale = _between(start, 1.0)
    sheet = Sheet(WIDTH, _TOP + _ROW * len(rows) + 22.0)
    _axis(sheet, (start, 1.0), (start, (start + 1.0) / 2.0, 1.0), n_rows=len(rows))
    for place, row in enumerate(rows):
        y = _TOP + _ROW * place + 13.0
        tip = f"{row.name}: {share(row.k, row.n)}, 95 % interval {_span(row.low, row.high)}"
        sheet.text(_LEFT - 8.0, y + 4.5, clip(row.name, _NAME_COLUMNS), anchor="end")
        sheet.line(((_LEFT, y), (_RIGHT, y)), "rule")
        sheet.line(((scale(row.low), y), (scale(row.high), y)), "accent", width=3.0)
        if row.n:
            sheet.dot(scale(row.k / row.n), y, "accent", tip=tip)
        sheet.text(WIDTH, y + 4.5, tally(row.n), anchor="end", role="value")
    description = f"One dot for each of {len(rows)} rows; the line through it is the 95 % interval."
    return Chart(
        key,
        title,
        description,
        sheet.finish(Caption(key, title, description)) if rows else Markup(),
        ("", unit.capitalize(), verb.capitalize(), f"Share {verb}", "95 % interval"),
        tuple(
            (row.name, count(row.n), count(row.k), share(row.k, row.n), _span(row.low, row.high))
            for row in rows
        ),
    )


def _axis(sheet: Sheet, span: tuple[float, float], ticks: Sequence[float], *, n_rows: int) -> None:
    """Draw the share axis under `n_rows` rows, and the head of the column of counts."""
    scale, bottom = _between(*span), _TOP + _ROW * n_rows
    for tick in ticks:
        sheet.line(((scale(tick), _TOP - 2.0), (scale(tick), bottom + 3.0)), "rule")
        sheet.text(scale(tick), bottom + 16.0, f"{100 * tick:g}\u202f%", anchor="middle", role="tick")
    sheet.text(WIDTH, 11.0, "n", anchor="end", role="tick")


def _stack(sheet: Sheet, row: Stack, legend: Sequence[Key], top: float) -> None:
    total, middle, left = sum(row.parts), top + 12.0, _LEFT
    scale = _between(0.0, 1.0)
    name = f"▾ {clip(row.name, _NAME_COLUMNS - 3)}" if row.alarm else clip(row.name, _NAME_COLUMNS)
    sheet.text(_LEFT - 8.0, middle + 4.5, name, anchor="end", role="flag" if row.alarm else "name")
    sheet.text(WIDTH, middle + 4.5, tally(total), anchor="end", role="value")
    for n, entry in zip(row.parts, legend, strict=True):
        width = (_RIGHT - _LEFT) * n / total if total else 0.0
        if n:
            tip = f"{row.name}: {told(entry.name, n, total)}"
            sheet.rect((left, top + 3.0, max(0.8, width - 1.0), 18.0), entry.tone, tip=tip)
        left += width
    ends = (scale(row.low), scale(row.high))
    for tone, width in (("paper", 4.0), ("ink", 1.6)):
        sheet.line(((ends[0], middle), (ends[1], middle)), tone, width=width)
        for x in ends:
            sheet.line(((x, middle - 4.0), (x, middle + 4.0)), tone, width=width)


def _stack_cells(row: Stack) -> tuple[str, ...]:
    total = sum(row.parts)
    parts = (count(n) for n in row.parts)
    return (row.name, *parts, count(total), share(row.parts[0], total), _span(row.low, row.high), row.mark)


def _between(start: float, stop: float) -> Callable[[float], float]:
    return lambda value: _LEFT + (_RIGHT - _LEFT) * (value - start) / (stop - start)


def _span(low: float, high: float) -> str:
    return f"{share(low, 1.0)} – {share(high, 1.0)}"
