"""The page of one `headwater monitor` run: the stage, what it was judged by, and what it cannot say."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from headwater import __version__, canonical
from headwater.collapse.monitor import LIMITS, STAGES, Coordinate, Equivalent, Finding
from headwater.measure.profile import Row
from headwater.report.chart import WIDTH, Chart, Key
from headwater.report.number import compact, count
from headwater.report.page import Page, Section, compose
from headwater.report.svg import Caption, Sheet
from headwater.report.text import clip

SECTIONS = (
    Section("plane", "Where the corpus stands"),
    Section("metrics", "Every metric side by side"),
    Section("rules", "The rules"),
    Section("limits", "What this cannot say"),
    Section("rerun", "How to run it again"),
)
_LEGEND = (Key("accent", "inside its null"), Key("alarm", "outside"))
_FAR = 5.0
_NAMES = {
    "tail-loss-1": "Tail loss L",
    "core-loss-1": "Core loss C",
    "perplexity-drift-1": "Perplexity drift D",
    "variety-loss-1": "Variety loss",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One value against its null, as a row of a figure.

    Attributes:
        name: Of the row.
        value: In the unit of the null.
        low: The 2.5 % quantile of the null.
        high: The 97.5 % quantile.
        cells: Further columns of the table.
    """

    name: str
    value: float
    low: float
    high: float
    cells: tuple[str, ...]

    def place(self) -> float:
        """Give the value in half-widths of its null; 0 where the null has no width."""
        half = (self.high - self.low) / 2.0
        return (self.value - (self.low + self.high) / 2.0) / half if half > 0.0 else 0.0


def render(finding: Finding, *, names: tuple[str, str]) -> str:
    """Draw the page of one finding.

    Args:
        finding: What was found.
        names: How the user named the reference and the corpus.

    Returns:
        One self-contained HTML file; equal arguments give equal bytes.
    """
    digest = hashlib.sha256(canonical.encode(finding.to_json())).hexdigest()
    stage = finding.verdict.stage
    return compose(
        "monitor.html",
        Page("Monitor report", f"Stage of the corpus: {stage}.", digest, __version__, SECTIONS),
        finding=finding,
        names=names,
        unit="words",
        what="a corpus",
        inputs="corpora",
        stages=STAGES,
        limits=LIMITS,
        tiles=_tiles(finding),
        coordinates=against_null("coordinates", "The coordinates", _coordinates(finding), ("p",)),
        plane=_plane(finding),
        metrics=against_null(
            "every-metric", "Difference from the reference", marks(finding.comparison.rows), METRIC_HEAD
        ),
        worth=worth(finding.generations),
        kept=percent(finding.evidence.kept),
    )


METRIC_HEAD = ("Reference", "Current", "p")


def worth(found: Equivalent) -> str:
    """Say the generations-equivalent with its interval, such as `1.0 (0.8 to 1.2)`."""
    value, low, high = (
        f"{end:.2g}" if math.isfinite(end) else "∞" for end in (found.value, found.low, found.high)
    )
    return f"{value} ({low} to {high})"


def against_null(key: str, title: str, rows: Sequence[Mark], head: tuple[str, ...]) -> Chart:
    """Draw values against their nulls, each in half-widths of its own null.

    Args:
        key: Unique on the page.
        title: Short name.
        rows: In the order to draw.
        head: Names of the rows' further cells.

    Returns:
        The figure; what lies further out than five half-widths is drawn at the edge.
    """
    left, right, pitch, top = 214.0, WIDTH - 74.0, 27.0, 8.0
    middle, unit = (left + right) / 2.0, (right - left) / 2.0 / _FAR
    sheet = Sheet(WIDTH, top + pitch * len(rows) + 22.0)
    bottom = top + pitch * len(rows)
    sheet.rect((middle - unit, top, 2.0 * unit, bottom - top), "track")
    sheet.line(((middle, top), (middle, bottom)), "muted", dashed=(3.0, 3.0))
    for place, row in enumerate(rows):
        y, at = top + pitch * (place + 0.5), row.place()
        outside = abs(at) > 1.0
        x = middle + unit * max(-_FAR, min(_FAR, at))
        sheet.text(left - 10.0, y + 4.5, clip(row.name, 24), anchor="end", role="flag" if outside else "name")
        sheet.line(((left, y), (right, y)), "rule")
        tip = f"{row.name}: {row.value:.4g}, null {row.low:.4g} to {row.high:.4g}"
        sheet.dot(x, y, "alarm" if outside else "accent", tip=tip)
        sheet.text(WIDTH, y + 4.5, f"{row.value:+.2g}", anchor="end", role="value")
    sheet.text(middle, bottom + 16.0, "95 % of parts of the reference", anchor="middle", role="tick")
    description = (
        f"One dot for each of {len(rows)} values, in half-widths of its own null; the band is the null. "
        "Dots further out than five half-widths are drawn at the edge."
    )
    cells = tuple((r.name, f"{r.value:.4g}", f"{r.low:.4g} – {r.high:.4g}", *r.cells) for r in rows)
    drawing = sheet.finish(Caption(key, title, description))
    return Chart(key, title, description, drawing, ("", "Value", "95 % of the null", *head), cells, _LEGEND)


def _coordinates(finding: Finding) -> list[Mark]:
    return [
        Mark(_NAMES[one.name], one.value, one.null_low, one.null_high, (f"{one.p:.3f}",))
        for one in finding.evidence.coordinates()
    ]


def marks(rows: Iterable[Row]) -> list[Mark]:
    """Turn a comparison into rows of a figure, both values and p beside them."""
    return [
        Mark(
            row.name,
            row.difference,
            row.null_low,
            row.null_high,
            (f"{row.reference:.4g}", f"{row.current:.4g}", f"{row.p:.3f}"),
        )
        for row in rows
    ]


def _tiles(finding: Finding) -> tuple[tuple[str, str, str], ...]:
    evidence, generations = finding.evidence, finding.generations
    tiles = [
        ("tail loss L", percent(evidence.tail_loss.value), f"p = {evidence.tail_loss.p:.3f}"),
        ("core loss C", percent(evidence.core_loss.value), "late above 50 %"),
    ]
    drift = evidence.perplexity_drift
    if drift is not None:
        moved = round(drift.value, 2) + 0.0  # Minus zero becomes zero.
        tiles.append(("perplexity drift D", f"{moved:+.2f}", f"nats a word, p = {drift.p:.3f}"))
    tiles.append(
        ("generations-equivalent", worth(generations), f"of {count(generations.n_words)} words each")
    )
    return tuple(tiles)


def percent(value: float) -> str:
    """Write a share that may be below zero; what rounds to zero has no sign."""
    return f"{round(100.0 * value, 1) + 0.0:.1f}\u202f%"


def _plane(finding: Finding) -> Chart | None:
    """Draw tail loss across and perplexity drift up, with the box of both nulls."""
    across, up = finding.evidence.tail_loss, finding.evidence.perplexity_drift
    if up is None:
        return None
    left, top, width, height = 60.0, 10.0, WIDTH - 76.0, 230.0
    sheet = Sheet(WIDTH, top + height + 40.0)
    x_of, y_of = _scale(across, left, width), _scale(up, top + height, -height)
    sheet.rect((left, top, width, height), "paper")
    box = (x_of(across.null_low), y_of(up.null_high))
    size = (x_of(across.null_high) - box[0], y_of(up.null_low) - box[1])
    sheet.rect((*box, *size), "track", tip="where parts of the reference lie")
    for edge in (top, top + height):
        sheet.line(((left, edge), (left + width, edge)), "rule")
    sheet.line(((x_of(0.0), top), (x_of(0.0), top + height)), "muted", dashed=(3.0, 3.0))
    sheet.line(((left, y_of(0.0)), (left + width, y_of(0.0))), "muted", dashed=(3.0, 3.0))
    for x, y, anchor, name in (
        (left + 8.0, top + 18.0, "start", "noise"),
        (left + width - 8.0, top + 18.0, "end", "early or noise"),
        (left + width - 8.0, top + height - 10.0, "end", "over-confident"),
    ):
        sheet.text(x, y, name, anchor=anchor, role="tick")
    tip = f"L = {across.value:.4g}, D = {up.value:.4g}"
    tone = "accent" if finding.verdict.stage == "healthy" else "alarm"
    sheet.dot(x_of(across.value), y_of(up.value), tone, tip=tip)
    sheet.text(left + width / 2.0, top + height + 32.0, "tail loss L", anchor="middle", role="name")
    sheet.text(x_of(0.0), top + height + 14.0, "0", anchor="middle", role="tick")
    # A value next to zero would be written over it; the table has it.
    if abs(x_of(across.value) - x_of(0.0)) > 32.0:
        label = compact(across.value)
        sheet.text(x_of(across.value), top + height + 14.0, label, anchor="middle", role="tick")
    sheet.text(left - 8.0, y_of(0.0) + 4.0, "0", anchor="end", role="tick")
    if abs(y_of(up.value) - y_of(0.0)) > 14.0:
        sheet.text(left - 8.0, y_of(up.value) + 4.0, compact(up.value), anchor="end", role="tick")
    sheet.text(0.0, top + 8.0, "D", role="name")
    title = "The stage plane"
    description = f"Tail loss across, perplexity drift up; the corpus lies at {tip}; the box is the null."
    rows = tuple(
        (_NAMES[one.name], f"{one.value:.4g}", f"{one.null_low:.4g} – {one.null_high:.4g}")
        for one in (across, up)
    )
    drawing = sheet.finish(Caption("stage-plane", title, description))
    return Chart("stage-plane", title, description, drawing, ("", "Value", "95 % of the null"), rows)


@dataclass(frozen=True, slots=True)
class _Scale:
    start: float
    unit: float
    least: float

    def __call__(self, value: float) -> float:
        return self.start + self.unit * (value - self.least)


def _scale(one: Coordinate, start: float, length: float) -> _Scale:
    """Reach a little beyond the value, the null and zero."""
    ends = (one.value, one.null_low, one.null_high, 0.0)
    span = max(max(ends) - min(ends), 1e-9)
    return _Scale(start, length / (1.3 * span), min(ends) - 0.15 * span)
