"""Where human samples come from: a law that never runs dry, or a finite corpus in blocks."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headwater.errors import InputError

Data = NDArray[Any]
Draw = Callable[[int, np.random.Generator], Data]


class Human(Protocol):
    """Give human samples."""

    def first(self, size: int, rng: np.random.Generator) -> Data:
        """Give what generation 0 is trained on, shape (size, ...)."""

    def fresh(self, size: int, rng: np.random.Generator) -> Data:
        """Give more human samples, shape (size, ...)."""


@dataclass(frozen=True, slots=True)
class Law:
    """Draw from a law that never runs dry.

    Attributes:
        draw: Function of a number and a generator that gives that many samples.
    """

    draw: Draw

    def first(self, size: int, rng: np.random.Generator) -> Data:
        """Draw the first training set."""
        return self.draw(size, rng)

    def fresh(self, size: int, rng: np.random.Generator) -> Data:
        """Draw more."""
        return self.draw(size, rng)


@dataclass(frozen=True, slots=True)
class Normal:
    """Draw from a normal law, which the sufficient-statistics engine knows.

    Attributes:
        mean: mu_0.
        variance: sigma_0^2 >= 0.

    Raises:
        InputError: If a number is not finite or the variance is negative.
    """

    mean: float = 0.0
    variance: float = 1.0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.mean) and 0.0 <= self.variance < np.inf):
            raise InputError("a normal law has a finite mean and a variance >= 0")

    def first(self, size: int, rng: np.random.Generator) -> Data:
        """Draw the first training set."""
        return self.fresh(size, rng)

    def fresh(self, size: int, rng: np.random.Generator) -> Data:
        """Draw more."""
        return np.asarray(self.mean + math.sqrt(self.variance) * rng.standard_normal(size))


@dataclass(frozen=True, slots=True)
class NormalNd:
    """Draw standard normal vectors, which the sufficient-statistics engine knows.

    Attributes:
        dimension: d >= 1.

    Raises:
        InputError: If there is no dimension.
    """

    dimension: int

    def __post_init__(self) -> None:
        if self.dimension < 1:
            raise InputError(f"a vector has one dimension at least, not {self.dimension}")

    def first(self, size: int, rng: np.random.Generator) -> Data:
        """Draw the first training set."""
        return self.fresh(size, rng)

    def fresh(self, size: int, rng: np.random.Generator) -> Data:
        """Draw more."""
        return rng.standard_normal((size, self.dimension))


@dataclass(frozen=True, slots=True)
class Regression:
    """Draw rows of standard normal features and a label that is nothing but noise.

    The true slope is zero, so that the squared length of a fitted one is its error.

    Attributes:
        dimension: Features d >= 1.
        noise: Standard deviation of the label, above 0.

    Raises:
        InputError: If a number is out of range.
    """

    dimension: int
    noise: float = 1.0

    def __post_init__(self) -> None:
        if self.dimension < 1 or not 0.0 < self.noise < math.inf:
            raise InputError("a regression has a feature at least, and positive noise")

    def first(self, size: int, rng: np.random.Generator) -> Data:
        """Draw the first training set."""
        return self.fresh(size, rng)

    def fresh(self, size: int, rng: np.random.Generator) -> Data:
        """Draw more, shape (size, d + 1)."""
        rows = rng.standard_normal((size, self.dimension + 1))
        rows[:, -1] *= self.noise
        return rows


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """Draw from a finite corpus, in contiguous blocks with replacement.

    Attributes:
        data: Shape (n, ...), n >= 1.
        block: Length of the blocks; 1 for independent samples, a sentence or more for tokens.

    Raises:
        InputError: If the corpus is empty, shorter than a block, or holds NaN or infinity.
    """

    data: Data
    block: int = 1

    def __post_init__(self) -> None:
        check(self.data, block=self.block)

    def first(self, size: int, rng: np.random.Generator) -> Data:
        """Give the corpus itself where it has the right size, and blocks of it otherwise."""
        return self.data if size == len(self.data) else self.fresh(size, rng)

    def fresh(self, size: int, rng: np.random.Generator) -> Data:
        """Draw blocks, the last one cut."""
        n_blocks = -(-size // self.block)
        starts = rng.integers(0, len(self.data) - self.block + 1, size=n_blocks)
        index = (starts[:, None] + np.arange(self.block)).ravel()[:size]
        return np.asarray(self.data[index])


def check(data: ArrayLike, *, block: int = 1) -> None:
    """Refuse what is no corpus.

    Args:
        data: Samples along the first axis.
        block: Length of the blocks it is drawn in.

    Raises:
        InputError: If it is empty, shorter than a block, or holds NaN or infinity.
    """
    array = np.asarray(data)
    if array.ndim == 0 or len(array) == 0:
        raise InputError("the corpus is empty", hint="give at least one sample")
    if not 1 <= block <= len(array):
        raise InputError(f"a corpus of {len(array)} has no blocks of {block}")
    if array.dtype.kind == "f" and not bool(np.all(np.isfinite(array))):
        raise InputError("the corpus holds NaN or infinity", hint="drop these samples")
