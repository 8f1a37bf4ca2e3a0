"""Known laws to sample from."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from headwater.measure.counts import Counts, of_counts
from headwater.measure.estimate import Estimate

Floats = npt.NDArray[np.float64]


def zipf_law(n_types: int, exponent: float = 1.0) -> Floats:
    """Give shares proportional to rank to the minus exponent."""
    weight = np.arange(1, n_types + 1) ** -exponent
    return np.asarray(weight / weight.sum())


def samples(law: Floats, n: int, *, n_samples: int, seed: int) -> Iterator[Counts]:
    """Draw samples of n tokens."""
    rng = np.random.default_rng(seed)
    for _ in range(n_samples):
        yield of_counts(rng.multinomial(n, law))


def expect_coverage(estimates: list[Estimate], truth: float, *, k: float = 4.0) -> None:
    """Require that intervals cover the truth about as often as they say, within k standard errors."""
    covered = np.mean([e.low <= truth <= e.high for e in estimates])
    level = estimates[0].level
    assert abs(covered - level) <= k * np.sqrt(level * (1 - level) / len(estimates)) + 0.015, covered


def expect_unbiased(estimates: list[Estimate], truth: float, *, k: float = 4.0) -> None:
    """Require that the mean is the truth within k standard errors, and that stated errors are real."""
    values = np.array([e.value for e in estimates])
    assert abs(values.mean() - truth) <= k * values.std(ddof=1) / np.sqrt(values.size)
    stated = np.sqrt(np.mean([e.error**2 for e in estimates]))
    assert abs(stated / values.std(ddof=1) - 1) <= k * np.sqrt(0.5 / values.size) + 0.1


def measured(measure: Callable[[Counts], Estimate], draws: Iterator[Counts]) -> list[Estimate]:
    """Measure every sample."""
    return [measure(draw) for draw in draws]
