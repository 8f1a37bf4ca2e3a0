"""The five figures of a study: fan, ridgeline, phase diagram, survival curve, stage plane."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

from headwater.collapse.study import figure as data
from headwater.report.axis import Axis, frame, short, spanning
from headwater.report.chart import WIDTH, Chart, Key
from headwater.report.svg import Caption, Sheet

# Arms of a figure, in this order; more of them use the tones again.
ARMS = ("accent", "exclude", "quarantine", "skip", "ink")
_LEFT, _TOP, _HEIGHT = 52.0, 28.0, 214.0
_POINTS = 80  # of a line, at most; the table has no more
_DASHED = (4.0, 3.0)


def draw(figure: data.Figure, key: str) -> Chart:
    """Draw one figure of a study.

    Args:
        figure: What it shows.
        key: Unique on the page.

    Returns:
        The figure with the table of its data.
    """
    return _DRAWN[figure.kind](figure, key)


def _fan(figure: data.Fan, key: str) -> Chart:
    edges = [b.middle + b.low + b.high + b.theory for b in figure.bands]
    values = [value for band in edges for value in band]
    sheet, up = _sheet(), spanning(values, start=_TOP + _HEIGHT, length=-_HEIGHT, log=figure.log)
    across = _across(figure.generations)
    frame(sheet, across, up, (figure.across, figure.unit))
    kept = _thinned(len(figure.generations))
    for place, band in enumerate(figure.bands):
        tone = ARMS[place % len(ARMS)]
        for edge in (band.low, band.high):
            _line((sheet, across, up), _points(figure.generations, edge, kept), tone=tone, width=0.8)
        _line((sheet, across, up), _points(figure.generations, band.middle, kept), tone=tone, width=2.0)
        theory = _points(figure.generations, band.theory, kept)
        _line((sheet, across, up), theory, tone="ink", width=1.2, dashed=_DASHED)
    columns = [
        (f"{band.name}{suffix}", values)
        for band in figure.bands
        for suffix, values in (
            ("", band.middle),
            (", low", band.low),
            (", high", band.high),
            (", theory", band.theory),
        )
        if values
    ]
    arms = "One arm" if len(figure.bands) == 1 else f"{len(figure.bands)} arms"
    told = f"{arms} at {len(figure.generations)} places."
    if any(band.low for band in figure.bands):
        told += f" Thin lines are {figure.edges}."
    if any(band.theory for band in figure.bands):
        told += " Dashed lines are theory."
    rows = tuple((short(figure.generations[i]), *(_cell(values[i]) for _, values in columns)) for i in kept)
    legend = tuple(Key(ARMS[i % len(ARMS)], b.name) for i, b in enumerate(figure.bands))
    head = (figure.across.capitalize(), *(name for name, _ in columns))
    return _chart(key, figure.title, told, sheet, table=(head, rows), legend=legend)


def _ridgeline(figure: data.Ridgeline, key: str) -> Chart:
    n, pitch = len(figure.names), 34.0
    most = max((max(row) for row in figure.shares if row), default=0.0) or 1.0
    sheet = Sheet(WIDTH, _TOP + pitch * n + 44.0)
    across = Axis(figure.edges[0], figure.edges[-1], _LEFT + 40.0, WIDTH - _LEFT - 50.0, log=True)
    for place, (name, row) in enumerate(zip(figure.names, figure.shares, strict=True)):
        bottom = _TOP + pitch * (place + 1) - 8.0
        sheet.line(((across.start, bottom), (across.start + across.length, bottom)), "rule")
        sheet.text(across.start - 8.0, bottom, name, anchor="end", role="tick")
        for (low, high), share in zip(pairwise(figure.edges), row, strict=True):
            left, rise = across.place(low), 0.92 * pitch * share / most
            if rise >= 0.2:
                width = max(0.6, across.place(high) - left - 0.6)
                tip = f"{name}: {share:.1%} from {short(low)} to {short(high)}"
                sheet.rect((left, bottom - rise, width, rise), "accent", tip=tip)
    bottom = _TOP + pitch * n - 8.0
    for tick in across.ticks():
        sheet.text(across.place(tick), bottom + 16.0, short(tick), anchor="middle", role="tick")
    sheet.text(across.start + across.length / 2.0, bottom + 34.0, figure.unit, anchor="middle", role="value")
    told = f"{n} histograms on a logarithmic scale, one below the other; heights are shares of a row."
    head = ("", *(f"{short(low)} – {short(high)}" for low, high in pairwise(figure.edges)))
    rows = tuple(
        (name, *(f"{share:.3f}" for share in row))
        for name, row in zip(figure.names, figure.shares, strict=True)
    )
    return _chart(key, figure.title, told, sheet, table=(head, rows))


def _phase(figure: data.Phase, key: str) -> Chart:
    (name_x, xs), (name_y, ys) = figure.across, figure.up
    left = _LEFT + 10.0
    width, height = (WIDTH - left - 6.0) / len(xs), _HEIGHT / len(ys)
    sheet = _sheet()
    for j, (y, row) in enumerate(zip(ys, figure.values, strict=True)):
        top = _TOP + _HEIGHT - height * (j + 1)
        sheet.text(left - 7.0, top + height / 2.0 + 4.0, short(y), anchor="end", role="tick")
        for i, (x, value) in enumerate(zip(xs, row, strict=True)):
            # The area of the square is the value, so that no colour need be read.
            if math.isnan(value):  # A place that was not looked at stays empty.
                continue
            side = math.sqrt(min(1.0, max(0.0, value)))
            w, h = (width - 1.0) * side, (height - 1.0) * side
            at = (left + width * i + (width - w) / 2.0, top + (height - h) / 2.0)
            sheet.rect((left + width * i, top, width - 1.0, height - 1.0), "track")
            tip = f"{name_x} {short(x)}, {name_y} {short(y)}: {_cell(value)}"
            sheet.rect((*at, w, h), "accent", tip=tip)
    stride = -(-len(xs) // 7)
    for i in range(0, len(xs), stride):
        middle = left + width * (i + 0.5)
        sheet.text(middle, _TOP + _HEIGHT + 16.0, short(xs[i]), anchor="middle", role="tick")
    sheet.text(left + (WIDTH - left) / 2.0, _TOP + _HEIGHT + 34.0, name_x, anchor="middle", role="value")
    sheet.text(0.0, _TOP - 10.0, name_y, role="value")
    told = f"{figure.unit}: the area of each square is the value, a full cell is 1 or more."
    head = (f"{name_y} \\ {name_x}", *(short(x) for x in xs))
    rows = tuple((short(y), *(_cell(v) for v in row)) for y, row in zip(ys, figure.values, strict=True))
    return _chart(key, figure.title, told, sheet, table=(head, rows), legend=(Key("accent", figure.unit),))


def _survival(figure: data.Survival, key: str) -> Chart:
    sheet = _sheet()
    across = spanning(figure.counts, start=_LEFT, length=WIDTH - _LEFT - 12.0, log=True)
    up = Axis(0.0, 1.0, _TOP + _HEIGHT, -_HEIGHT)
    frame(sheet, across, up, ("occurrences in human text", "share of types left"))
    for place, (name, seen, law) in enumerate(
        zip(figure.names, figure.observed, figure.expected, strict=True)
    ):
        points = list(zip(figure.counts, law, strict=True))
        _line((sheet, across, up), points, tone="ink", width=1.2, dashed=_DASHED)
        for count, share in zip(figure.counts, seen, strict=True):
            tip = f"{name}, {short(count)} occurrences: {share:.3f}"
            sheet.dot(across.place(count), up.place(share), ARMS[place % len(ARMS)], tip=tip)
    told = "Dots are observed shares, dashed lines what theory expects from the counts alone."
    head = ("Occurrences", *(f"{n}{what}" for n in figure.names for what in (", observed", ", expected")))
    rows = tuple(
        (
            short(count),
            *(
                f"{series[i]:.3f}"
                for pair in zip(figure.observed, figure.expected, strict=True)
                for series in pair
            ),
        )
        for i, count in enumerate(figure.counts)
    )
    legend = tuple(Key(ARMS[i % len(ARMS)], name) for i, name in enumerate(figure.names))
    return _chart(key, figure.title, told, sheet, table=(head, rows), legend=legend)


def _plane(figure: data.Plane, key: str) -> Chart:
    points = [point for path in figure.paths for point in path]
    sheet = _sheet()
    across = spanning([0.0, *(p[0] for p in points)], start=_LEFT, length=WIDTH - _LEFT - 12.0)
    up = spanning([0.0, *(p[1] for p in points)], start=_TOP + _HEIGHT, length=-_HEIGHT)
    frame(sheet, across, up, ("tail loss L", "perplexity drift D, nats a word"))
    for place, (name, path) in enumerate(zip(figure.names, figure.paths, strict=True)):
        tone = ARMS[place % len(ARMS)]
        _line((sheet, across, up), [(x, y) for x, y, _ in path], tone=tone, width=1.4)
        for g, (x, y, stage) in enumerate(path):
            tip = f"{name}, generation {g}: {stage}, L = {x:.3g}, D = {y:.3g}"
            sheet.dot(across.place(x), up.place(y), tone, tip=tip)
    told = "One line a recursion, one dot a generation, from human text at the origin."
    rows = tuple(
        (f"{name}, generation {g}", f"{x:.3f}", f"{y:.3f}", stage)
        for name, path in zip(figure.names, figure.paths, strict=True)
        for g, (x, y, stage) in enumerate(path)
    )
    legend = tuple(Key(ARMS[i % len(ARMS)], name) for i, name in enumerate(figure.names))
    return _chart(key, figure.title, told, sheet, table=(("", "L", "D", "Stage"), rows), legend=legend)


_DRAWN: Mapping[str, Callable[..., Chart]] = MappingProxyType(
    {
        data.Fan.kind: _fan,
        data.Ridgeline.kind: _ridgeline,
        data.Phase.kind: _phase,
        data.Survival.kind: _survival,
        data.Plane.kind: _plane,
    }
)

_Table = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]


def _chart(
    key: str, title: str, told: str, sheet: Sheet, *, table: _Table, legend: tuple[Key, ...] = ()
) -> Chart:
    return Chart(key, title, told, sheet.finish(Caption(key, title, told)), *table, legend, told)


def _sheet() -> Sheet:
    return Sheet(WIDTH, _TOP + _HEIGHT + 44.0)


def _across(generations: Sequence[float]) -> Axis:
    return spanning(generations, start=_LEFT, length=WIDTH - _LEFT - 12.0)


def _thinned(n: int) -> list[int]:
    if n <= _POINTS:
        return list(range(n))
    return sorted({round(i * (n - 1) / (_POINTS - 1)) for i in range(_POINTS)})


def _points(xs: Sequence[float], ys: Sequence[float], kept: Sequence[int]) -> list[tuple[float, float]]:
    return [(xs[i], ys[i]) for i in kept if i < len(ys) and math.isfinite(ys[i])]


def _line(
    plot: tuple[Sheet, Axis, Axis],
    points: Sequence[tuple[float, float]],
    *,
    tone: str,
    width: float,
    dashed: Sequence[float] = (),
) -> None:
    sheet, across, up = plot
    if len(points) > 1:
        corners = [(across.place(x), up.place(y)) for x, y in points]
        sheet.line(corners, tone, width=width, dashed=dashed)


def _cell(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "–"
