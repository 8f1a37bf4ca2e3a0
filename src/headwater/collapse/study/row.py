"""Rows: one value beside its peer, and the bar that it meets or misses."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from headwater.collapse.study.expected import Expectation, Expected
from headwater.collapse.study.study import Value
from headwater.errors import ConfigError

_NUMBER = r"([-+]?[0-9.]+(?:e[-+]?[0-9]+)?)"
_WITHIN = re.compile(rf"within {_NUMBER} se")
_BOUND = re.compile(rf"(ratio )?(>=|<=) {_NUMBER}")
_RANGE = re.compile(rf"(ratio )?{_NUMBER} to {_NUMBER}")


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one line of a study's result.

    Attributes:
        row: What was measured.
        value: The figure.
        unit: Its unit.
        peer: What it stands beside, with the peer's figure; empty for none.
        ratio: Value by peer; the value itself where there is no peer.
        bar: What was demanded beforehand.
        met: Whether it holds.
        se: Standard error of the value; 0 where none was estimated.
        looked: Whether the bar was written down after a first look at results.
    """

    row: str
    value: float
    unit: str
    peer: str
    ratio: float
    bar: str
    met: bool
    se: float = 0.0
    looked: bool = False

    def to_json(self) -> dict[str, object]:
        """Give the seven facts that are printed; what is no number becomes null."""
        names = ("row", "value", "unit", "peer", "ratio", "bar", "met")
        facts = {name: getattr(self, name) for name in names}
        return {name: _rounded(fact) if isinstance(fact, float) else fact for name, fact in facts.items()}


def judge(values: Mapping[str, Value], expected: Expected, *, model: str) -> tuple[Row, ...]:
    """Hold values against their bars.

    Args:
        values: What a study found.
        expected: What was written down beforehand.
        model: The model that was run.

    Returns:
        One row for each expectation of this model, in the order of the file; none where it has none.

    Raises:
        ConfigError: If names of values and of expectations differ, or a bar cannot be read.
    """
    wanted = expected.of(model)
    if not wanted:
        return ()
    differing = sorted({e.row for e in wanted} ^ set(values))
    if differing:
        raise ConfigError(f"study and expected.json do not agree on the row {differing[0]!r}")
    return tuple(_row(e, values[e.row]) for e in wanted)


def unbarred(values: Mapping[str, Value]) -> tuple[Row, ...]:
    """Show values of a model for which nothing was written down.

    Args:
        values: What a study found.

    Returns:
        One row for each, with an empty bar that is not met.
    """
    return tuple(_row(Expectation(name, "", "", "", None, ""), value) for name, value in values.items())


def _row(expected: Expectation, found: Value) -> Row:
    peer = found.peer if found.peer is not None else expected.published
    named = expected.peer if peer is None else f"{expected.peer} {peer:.5g}".strip()
    if found.peer is not None and expected.published is not None:
        named += f"; published {expected.published:.5g}"
    ratio = found.value / peer if peer else found.value
    met = bool(expected.bar) and _holds(expected.bar, found, ratio, peer)
    return Row(
        expected.row,
        found.value,
        expected.unit,
        named,
        ratio,
        expected.bar,
        met,
        found.se,
        expected.looked,
    )


def _holds(bar: str, found: Value, ratio: float, peer: float | None) -> bool:
    if within := _WITHIN.fullmatch(bar):
        # Without a spread nothing could be believed to be chance.
        return peer is not None and found.se > 0.0 and abs(found.value - peer) <= float(within[1]) * found.se
    if bound := _BOUND.fullmatch(bar):
        measured = ratio if bound[1] else found.value
        return measured >= float(bound[3]) if bound[2] == ">=" else measured <= float(bound[3])
    if ends := _RANGE.fullmatch(bar):
        return float(ends[2]) <= (ratio if ends[1] else found.value) <= float(ends[3])
    raise ConfigError(f"the bar {bar!r} cannot be read", hint="'>= 1', 'ratio 0.9 to 1.1' or 'within 4 se'")


def _rounded(fact: float) -> float | None:
    return float(f"{fact:.6g}") if math.isfinite(fact) else None
