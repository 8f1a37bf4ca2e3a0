"""A scale from values to pixels, linear or logarithmic, with round ticks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from headwater.report.svg import Sheet

_LEAST = 1e-12


@dataclass(frozen=True, slots=True)
class Axis:
    """Place values along a line.

    Attributes:
        low: Value at the start.
        high: Value at the end, above `low`.
        start: Pixel of the lowest value.
        length: Pixels to the highest; negative for an axis that rises.
        log: Whether places are by logarithm; values below `low` stand at the start then.
    """

    low: float
    high: float
    start: float
    length: float
    log: bool = False

    def place(self, value: float) -> float:
        """Give the pixel of a value, cut to the axis."""
        low, high = self._scaled(self.low), self._scaled(self.high)
        share = (self._scaled(value) - low) / (high - low)
        return self.start + self.length * min(1.0, max(0.0, share))

    def ticks(self) -> list[float]:
        """Choose round values on the axis."""
        from matplotlib.ticker import LogLocator, MaxNLocator

        wanted = 4 if abs(self.length) < 240 else 6
        locator = (
            LogLocator(numticks=wanted)
            if self.log
            else MaxNLocator(wanted, integer=self.high - self.low >= wanted)
        )
        found = [float(tick) for tick in locator.tick_values(self.low, self.high)]
        slack = 1e-9 * (self.high - self.low)
        inside = [tick for tick in found if self.low - slack <= tick <= self.high + slack]
        # Less than a decade has hardly a power of ten in it.
        return inside if len(inside) > 1 else [self.low, self.high]

    def _scaled(self, value: float) -> float:
        return math.log10(max(value, _LEAST)) if self.log else value


def spanning(values: Sequence[float], *, start: float, length: float, log: bool = False) -> Axis:
    """Span finite values with an axis.

    Args:
        values: Any; those that are not finite, and for a logarithmic axis not positive, do not count.
        start: Pixel of the lowest.
        length: Pixels to the highest.
        log: Whether the axis is logarithmic.

    Returns:
        An axis of positive length, also for equal values or none.
    """
    seen = [v for v in values if math.isfinite(v) and (v > _LEAST or not log)] or [1.0 if log else 0.0]
    low, high = min(seen), max(seen)
    if log:
        return Axis(low * 0.99, max(high, low * 1.1) * 1.01, start, length, log=True)
    if high - low < 1e-9 * max(1.0, abs(high)):
        high = low + max(1.0, abs(low))
    return Axis(low, high, start, length)


def frame(sheet: Sheet, across: Axis, up: Axis, names: tuple[str, str]) -> None:
    """Draw grid lines, ticks and the names of both axes.

    Args:
        sheet: Where to draw.
        across: Along the bottom, which is where `up` starts.
        up: Along the left, which is where `across` starts.
        names: Of the axis across and upwards.
    """
    right, bottom, top = across.start + across.length, up.start, up.start + up.length
    for tick in up.ticks():
        y = up.place(tick)
        sheet.line(((across.start, y), (right, y)), "rule")
        sheet.text(across.start - 7.0, y + 4.0, short(tick), anchor="end", role="tick")
    for tick in across.ticks():
        sheet.text(across.place(tick), bottom + 16.0, short(tick), anchor="middle", role="tick")
    sheet.text((across.start + right) / 2.0, bottom + 34.0, names[0], anchor="middle", role="value")
    sheet.text(0.0, top - 10.0, names[1], role="value")


def short(value: float) -> str:
    """Write a tick in at most seven signs or so."""
    if value and not 1e-3 <= abs(value) < 1e5:
        return f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e")
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
