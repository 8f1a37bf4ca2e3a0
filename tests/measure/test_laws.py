"""Zipf's and Heaps' exponents against samples of the laws themselves."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.errors import InputError
from headwater.measure.counts import of_counts
from headwater.measure.heaps import heaps
from headwater.measure.zipf import zipf
from tests.measure.worlds import expect_coverage, expect_unbiased


def test_zipf_finds_the_exponent_of_its_law() -> None:
    rng = np.random.default_rng(1)
    found = [zipf(of_counts(rng.zipf(2.3, 800))) for _ in range(300)]

    expect_coverage(found, 2.3)
    assert np.mean([e.value for e in found]) == pytest.approx(2.3, abs=0.01)


def test_zipf_above_a_threshold() -> None:
    counts = np.random.default_rng(2).zipf(1.8, 20_000)
    found = zipf(of_counts(np.minimum(counts, 10**9)), least=5)

    assert found.low <= 1.8 <= found.high
    assert found.n == (counts >= 5).sum()


@pytest.mark.parametrize(("table", "least"), [([1, 1, 1], 1), ([4, 4], 4), ([2, 1], 0)])
def test_zipf_without_a_maximum_is_refused(table: list[int], least: int) -> None:
    with pytest.raises(InputError):
        zipf(of_counts(table), least=least)


def growing(b: float, n: int, rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Draw a text whose token t is new with chance b t^(b - 1)."""
    new = rng.random(n) < b * np.arange(0.5, n) ** (b - 1)
    new[0] = True
    return np.where(new, np.cumsum(new), 1)


@pytest.mark.parametrize("b", [0.4, 0.7])
def test_heaps_finds_the_exponent_of_its_law(b: float) -> None:
    rng = np.random.default_rng(3)
    found = [heaps(growing(b, 20_000, rng)) for _ in range(200)]

    assert np.mean([e.value for e in found]) == pytest.approx(b, abs=0.02)
    expect_coverage(found, b, k=5)
    expect_unbiased(found, float(np.mean([e.value for e in found])))


def test_heaps_at_the_edges() -> None:
    assert heaps([1, 2, 3, 4]).value == 1.0
    assert heaps([7, 7, 7, 7]).value == 0.0
    for bad in ([1, 2], [], [0.5, 1.5, 2.5]):
        with pytest.raises(InputError):
            heaps(bad)
