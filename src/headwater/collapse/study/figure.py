"""What the figures of a study hold: numbers and names, no drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

Numbers = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """Hold one arm of a fan chart.

    Attributes:
        name: Of the arm.
        middle: Medians or single trajectories, by generation.
        low: Lower edge; empty for a line alone.
        high: Upper edge; empty for a line alone.
        theory: What theory expects of the middle; empty where it says nothing.
    """

    name: str
    middle: Numbers
    low: Numbers = ()
    high: Numbers = ()
    theory: Numbers = ()


@dataclass(frozen=True, slots=True)
class Fan:
    """Show trajectories over generations, with a theory line.

    Attributes:
        title: Short name.
        unit: What is drawn upwards.
        generations: Across, the same for all bands.
        bands: At least one.
        log: Whether the scale is logarithmic.
        across: What stands across, where it is not generations.
        edges: What the lower and upper edges are.
    """

    kind: ClassVar[str] = "fan"
    title: str
    unit: str
    generations: Numbers
    bands: tuple[Band, ...]
    log: bool = False
    across: str = "generation"
    edges: str = "5 % and 95 % of replicates"


@dataclass(frozen=True, slots=True)
class Ridgeline:
    """Show one histogram a generation, one above the other.

    Attributes:
        title: Short name.
        unit: What is counted, across.
        edges: Of the bins, rising, one more than counts.
        names: Of the rows, from the top.
        shares: Of each row and bin; a row sums to at most one.
    """

    kind: ClassVar[str] = "ridgeline"
    title: str
    unit: str
    edges: Numbers
    names: tuple[str, ...]
    shares: tuple[Numbers, ...]


@dataclass(frozen=True, slots=True)
class Phase:
    """Show a value over a grid of two settings.

    Attributes:
        title: Short name.
        unit: What the value is.
        across: Name and values of the setting across.
        up: Name and values of the setting upwards.
        values: One row for each value upwards, in [0, 1] or clipped to it.
    """

    kind: ClassVar[str] = "phase"
    title: str
    unit: str
    across: tuple[str, Numbers]
    up: tuple[str, Numbers]
    values: tuple[Numbers, ...]


@dataclass(frozen=True, slots=True)
class Survival:
    """Show the share of types that survive, by their count in human text.

    Attributes:
        title: Short name.
        counts: Occurrences, rising, at least 1.
        names: One for each pair of curves.
        observed: Shares by name and count.
        expected: The same by theory.
    """

    kind: ClassVar[str] = "survival"
    title: str
    counts: Numbers
    names: tuple[str, ...]
    observed: tuple[Numbers, ...]
    expected: tuple[Numbers, ...]


@dataclass(frozen=True, slots=True)
class Plane:
    """Show where generations stand by tail loss and perplexity drift.

    Attributes:
        title: Short name.
        names: Of the paths.
        paths: Tail loss, perplexity drift in nats and stage of each generation, by path.
    """

    kind: ClassVar[str] = "plane"
    title: str
    names: tuple[str, ...]
    paths: tuple[tuple[tuple[float, float, str], ...], ...]


Figure = Fan | Ridgeline | Phase | Survival | Plane
