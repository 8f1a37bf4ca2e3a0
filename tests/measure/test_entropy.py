"""Entropies against closed forms, series by hand, and known laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import InputError
from headwater.measure.counts import of_counts
from headwater.measure.entropy import (
    ESTIMATORS,
    _unseen,
    chao_wang_jost,
    entropy,
    entropy_difference,
    grassberger,
    miller_madow,
    plug_in,
)
from tests.measure.worlds import expect_coverage, samples, zipf_law

tables = st.lists(st.integers(1, 30), min_size=1, max_size=12)


@given(tables)
def test_plug_in_is_the_definition(table: list[int]) -> None:
    shares = [c / sum(table) for c in table]

    assert plug_in(of_counts(table)) == pytest.approx(-sum(p * math.log(p) for p in shares), abs=1e-12)
    assert miller_madow(of_counts(table)) == pytest.approx(
        plug_in(of_counts(table)) + (len(table) - 1) / (2 * sum(table))
    )


@given(tables)
def test_grassberger_by_his_recursion(table: list[int]) -> None:
    # G(1) = -gamma - log 2, G(2) = 2 - gamma - log 2, G(2n + 1) = G(2n), G(2n + 2) = G(2n) + 2 / (2n + 1).
    g = {1: -np.euler_gamma - math.log(2), 2: 2 - np.euler_gamma - math.log(2)}
    for k in range(3, 31):
        g[k] = g[k - 1] if k % 2 else g[k - 2] + 2 / (k - 1)

    wanted = math.log(sum(table)) - sum(c * g[c] for c in table) / sum(table)

    assert grassberger(of_counts(table)) == pytest.approx(wanted, abs=1e-12)


@given(tables)
def test_chao_wang_jost_by_its_sums(table: list[int]) -> None:
    n, one, two = sum(table), table.count(1), table.count(2)
    wanted = sum(x / n * sum(1 / k for k in range(x, n)) for x in table)
    if one:
        a = 2 * two / ((n - 1) * one + 2 * two) if two else 2 / ((n - 1) * (one - 1) + 2)
        if a < 1:
            tail = -math.log(a) - math.fsum((1 - a) ** r / r for r in range(1, n))
            wanted += one / n * (1 - a) ** (1 - n) * tail

    assert chao_wang_jost(of_counts(table)) == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize(("n", "a"), [(5000, 9.9e-4), (5000, 1.1e-3), (20_000, 5e-5), (200_000, 9e-4)])
def test_the_smooth_tail_is_the_sum(n: int, a: float) -> None:
    r = np.arange(n, n + int(45 / a))

    assert _unseen(n, a) == pytest.approx(np.exp((r - n + 1) * np.log1p(-a) - np.log(r)).sum(), rel=1e-9)


def test_intervals_cover_a_law_that_is_well_sampled() -> None:
    law = zipf_law(30)
    truth = float(-(law * np.log(law)).sum())

    for name in ("entropy-chao-wang-jost-1", "entropy-grassberger-1", "entropy-miller-madow-1"):
        expect_coverage(
            [entropy(c, estimator=name) for c in samples(law, 3000, n_samples=400, seed=1)], truth
        )


def test_care_about_the_unseen_pays_where_most_is_unseen() -> None:
    law = zipf_law(20_000, 1.05)
    truth = float(-(law * np.log(law)).sum())
    draws = list(samples(law, 2000, n_samples=20, seed=2))

    bias = {name: abs(np.mean([f(c) for c in draws]) - truth) for name, f in ESTIMATORS.items()}

    assert list(bias) == sorted(bias, key=lambda name: bias[name])


def test_one_type_has_no_entropy() -> None:
    for name in set(ESTIMATORS) - {"entropy-grassberger-1"}:
        assert entropy(of_counts([50]), estimator=name).value == pytest.approx(0.0, abs=1e-12)
    assert abs(entropy(of_counts([50]), estimator="entropy-grassberger-1").value) < 0.02
    assert entropy(of_counts([50])).error == 0.0


@pytest.mark.parametrize("table", [[1], [1, 1], [1] * 100])
def test_a_sample_of_singletons_gives_a_number(table: list[int]) -> None:
    assert all(math.isfinite(f(of_counts(table))) for f in ESTIMATORS.values())


def test_samples_of_unequal_size_are_not_compared() -> None:
    with pytest.raises(InputError, match="it changes with the size"):
        entropy_difference(of_counts([5, 5]), of_counts([5, 6]))


def test_samples_of_equal_size_are() -> None:
    found = entropy_difference(of_counts([5, 5]), of_counts([8, 2]), estimator="entropy-plug-in-1")

    assert found.value == pytest.approx(math.log(2) - (-0.8 * math.log(0.8) - 0.2 * math.log(0.2)))
    assert found.low < found.value < found.high


def test_an_unknown_estimator_is_refused() -> None:
    with pytest.raises(InputError, match="no entropy estimator"):
        entropy(of_counts([1]), estimator="entropy-2")
