"""Generations-equivalent: the law against a simulated recursion, and its ends."""

from __future__ import annotations

import math

import numpy as np
import pytest

from headwater.collapse.monitor.generations import equivalent, generations
from headwater.errors import InputError


def test_an_effective_size_is_that_of_the_iterated_law() -> None:
    size = 1.0
    for k in range(1, 30):
        size = -math.expm1(-size)
        assert generations(size) == pytest.approx(k)
    assert generations(2.0 / 1000) == pytest.approx(1000, rel=0.01)


def test_a_recursion_holds_as_many_types_as_its_effective_size_says() -> None:
    rng, n = np.random.default_rng(3), 20_000
    law = np.arange(1, 8001) ** -1.0
    law /= law.sum()
    size, found, said = 1.0, [], 0.0
    for _ in range(4):
        size = -math.expm1(-size)
    said = float((-np.expm1(-n * law * size)).sum())
    for _ in range(20):
        counts = rng.multinomial(n, law)
        for _ in range(4):
            counts = rng.multinomial(n, counts / n)
        found.append(int((counts > 0).sum()))

    # Types depend negatively, so the Poisson law's spread bounds the error.
    assert np.mean(found) == pytest.approx(said, abs=4 * math.sqrt(said / 20))


def test_the_ends() -> None:
    assert generations(1.0) == generations(1.4) == 0.0
    assert generations(1e-7) == math.inf
    with pytest.raises(InputError, match="effective"):
        generations(0.0)
    with pytest.raises(InputError, match="effective"):
        generations(math.nan)
    found = equivalent((0.5, -0.1, 1.1), n_words=9)
    assert (found.low, found.high, found.n_words) == (0.0, math.inf, 9)
    assert found.low <= found.value <= found.high
