"""Bars say what they say, and what cannot be read is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from headwater.collapse.study import Expectation, Expected, Value, judge, mean, median
from headwater.errors import ConfigError


def met(bar: str, value: Value, published: float | None = None) -> bool:
    """Judge one value by one bar."""
    expected = Expected(0, {}, (Expectation("r", "", "law", bar, published, ""),))
    return judge({"r": value}, expected, model="")[0].met


@pytest.mark.parametrize(
    ("bar", "value", "holds"),
    [
        ("within 4 se", Value(1.3, 0.1, 1.0), True),
        ("within 4 se", Value(1.5, 0.1, 1.0), False),
        ("within 4 se", Value(1.0, 0.0, 1.0), False),
        ("within 4 se", Value(1.0, 0.1), False),
        (">= 2", Value(2.0), True),
        (">= 2", Value(1.9), False),
        ("<= 2", Value(2.1), False),
        ("<= -1e-3", Value(-2e-3), True),
        ("1 to 2", Value(1.5), True),
        ("1 to 2", Value(2.5), False),
        ("ratio 0.9 to 1.1", Value(21.0, peer=20.0), True),
        ("ratio >= 1.1", Value(21.0, peer=20.0), False),
        (">= 0", Value(math.nan), False),
        ("within 4 se", Value(math.nan, 1.0, 1.0), False),
    ],
)
def test_a_bar_holds_or_not(bar: str, value: Value, holds: bool) -> None:  # noqa: FBT001
    assert met(bar, value) is holds


def test_a_published_number_is_the_peer_where_there_is_no_law_and_stands_beside_one() -> None:
    expected = Expected(0, {}, (Expectation("r", "", "law", "within 4 se", 1.1, ""),))

    assert met("within 4 se", Value(1.0, 0.1), published=1.1)
    assert not met("within 4 se", Value(1.0, 0.1, 9.0), published=1.1)
    assert judge({"r": Value(1.0, 0.1, 1.2)}, expected, model="")[0].peer == "law 1.2; published 1.1"


@pytest.mark.parametrize("bar", ["about 3", ">= x", "within se", "2", "> 3", ">= 1; <= 2"])
def test_a_bar_that_cannot_be_read_is_refused(bar: str) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        met(bar, Value(1.0))


def test_every_value_has_a_bar_and_every_bar_a_value() -> None:
    expected = Expected(0, {}, (Expectation("r", "", "", ">= 0", None, ""),))
    for values in ({}, {"r": Value(1.0), "other": Value(1.0)}):
        with pytest.raises(ConfigError, match="do not agree"):
            judge(values, expected, model="")


def test_a_row_prints_its_seven_facts_and_no_number_is_null() -> None:
    expected = Expected(0, {}, (Expectation("r", "nats", "law", ">= 0", 2.0, ""),))

    (row,) = judge({"r": Value(math.inf)}, expected, model="")

    assert row.to_json() == {
        "row": "r", "value": None, "unit": "nats", "peer": "law 2", "ratio": None, "bar": ">= 0", "met": True,
    }  # fmt: skip


def test_standard_errors_are_those_of_many_samples() -> None:
    rng = np.random.default_rng(1)
    samples = rng.standard_normal((2000, 101))
    for estimate in (mean, median):
        found = [estimate(sample) for sample in samples]
        spread = np.std([f.value for f in found])
        # Of 2000 samples the spread is known to 1.6 %; the order statistics are whole numbers.
        assert np.mean([f.se for f in found]) == pytest.approx(spread, rel=0.12)
    assert mean([2.0]) == median([2.0]) == Value(2.0)
