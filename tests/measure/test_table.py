"""What holds for every metric in the table."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from headwater.measure.counts import of_counts
from headwater.measure.table import METRICS, Metric, Takes

RNG = np.random.default_rng(0)
COUNTS = of_counts(RNG.multinomial(2000, np.arange(1, 80) / 3160))
ROWS = [RNG.integers(0, 9, 20) for _ in range(12)]
POINTS = RNG.standard_normal((60, 1))
INPUTS: dict[Takes, Callable[[], tuple[Any, ...]]] = {
    "counts": lambda: (COUNTS,),
    "counts and n": lambda: (COUNTS, 500),
    "two counts": lambda: (COUNTS, of_counts([9, 8, 1])),
    "counts and tail": lambda: ([5, 1, 2], [False, True, True]),
    "tokens": lambda: (np.concatenate(ROWS),),
    "documents": lambda: (ROWS,),
    "documents and score": lambda: (ROWS, lambda row: np.full(row.size, -1.5)),
    "texts": lambda: (["one text", "and another"],),
    "perplexities": lambda: ([3.0, 2.0, 9.0],),
    "points": lambda: (POINTS,),
    "two samples": lambda: (POINTS, POINTS[::-1] + 0.5),
    "two samples and rng": lambda: (POINTS, POINTS + 0.5, np.random.default_rng(1)),
}


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda m: m.name)
def test_a_metric_gives_an_estimate_under_its_name(metric: Metric) -> None:
    found = metric.measure(*INPUTS[metric.takes]())

    assert found.name == metric.name
    assert math.isfinite(found.value)
    assert found.n >= 1
    assert math.isnan(found.low) or found.low <= found.high
    assert metric.unit


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda m: m.name)
def test_a_metric_gives_the_same_estimate_again(metric: Metric) -> None:
    one, other = (metric.measure(*INPUTS[metric.takes]()) for _ in range(2))

    assert repr(one) == repr(other)


def test_names_are_versioned_and_key_the_table() -> None:
    assert all(name == metric.name and re.search(r"-\d+$", name) for name, metric in METRICS.items())
