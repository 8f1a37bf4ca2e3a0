"""What a study is: cells that compute, and one function that turns what they found into values."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from headwater.collapse.study.figure import Figure

Result = Mapping[str, Any]
Work = Callable[[np.random.Generator], Result]


@dataclass(frozen=True, slots=True)
class Setting:
    """Name one setting of an experiment, as it was published and as it is here.

    Attributes:
        name: What is set.
        published: In the paper, or in its released code.
        here: In the study; equal text where nothing deviates.
    """

    name: str
    published: str
    here: str

    @property
    def deviates(self) -> bool:
        """Tell whether the study does otherwise than the paper."""
        return self.published != self.here


@dataclass(frozen=True, slots=True)
class Value:
    """Hold one number that a study found.

    Attributes:
        value: The number.
        se: Its standard error; 0 where none was estimated.
        peer: What a closed form gives for it; None where the peer is a published number or there is none.
    """

    value: float
    se: float = 0.0
    peer: float | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """Hold what a study says.

    Attributes:
        values: By the name of the row in expected.json.
        figures: In the order of the page.
    """

    values: Mapping[str, Value]
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Study:
    """Describe one study.

    Attributes:
        title: Its question in one line.
        paper: What is reproduced: authors, year, place.
        settings: Every setting that matters, the deviating ones among them.
        cells: Function of the model that gives the work by name. A name is lower-case letters, digits,
            dots and hyphens; results are plain JSON values.
        tell: Function of the model and of the results by cell.
        models: What `--model` may be, the default first; "…" at the end allows any other name or path.
        inputs: Functions that give the bytes of what the study reads, by the name of the digest.
        workers: Processes that its cells are worth, >= 1.
        parts: Of the package, whose code its results depend on.
    """

    title: str
    paper: str
    settings: tuple[Setting, ...]
    cells: Callable[[str], Mapping[str, Work]]
    tell: Callable[[str, Mapping[str, Result]], Told]
    models: tuple[str, ...] = ("",)
    inputs: Mapping[str, Callable[[], bytes]] = field(default_factory=dict)
    workers: int = 1
    parts: tuple[str, ...] = ("collapse", "measure")


def beside(pair: Sequence[float], peer: float) -> Value:
    """Put a value that a cell kept beside what theory gives.

    Args:
        pair: The value and its standard error.
        peer: As in `Value`.

    Returns:
        The value.
    """
    value, se = pair
    return Value(value, se, float(peer))


def mean(sample: ArrayLike, *, peer: float | None = None) -> Value:
    """Average independent replicates.

    Args:
        sample: Shape (n,), n >= 1.
        peer: As in `Value`.

    Returns:
        The mean with its standard error, which is 0 for one replicate.
    """
    x = np.asarray(sample, dtype=np.float64)
    se = float(x.std(ddof=1)) / math.sqrt(x.size) if x.size > 1 else 0.0
    return Value(float(x.mean()), se, peer)


def median(sample: ArrayLike, *, peer: float | None = None) -> Value:
    """Take the median of independent replicates.

    Args:
        sample: Shape (n,), n >= 1.
        peer: As in `Value`.

    Returns:
        The median; its standard error is half the distance between the quantiles that are one binomial
        standard deviation to either side.
    """
    x = np.asarray(sample, dtype=np.float64)
    half = 0.5 / math.sqrt(x.size)
    low, high = np.quantile(x, (max(0.0, 0.5 - half), min(1.0, 0.5 + half)))
    return Value(float(np.median(x)), float(high - low) / 2.0, peer)
