"""Document-level intervals against documents that really vary."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from headwater.errors import InputError
from headwater.measure import wasserstein
from headwater.measure.bootstrap import blocks, halves, split_half_null, trimmed, units
from headwater.measure.compression import compression_ratio
from headwater.measure.documents import Longs
from headwater.measure.estimate import Estimate
from headwater.measure.features import Floats
from headwater.measure.mauve import mauve
from headwater.measure.vendi import vendi
from tests.measure.worlds import expect_coverage


def mean(rows: list[Longs]) -> float:
    """Average all tokens."""
    return float(np.concatenate(rows).mean())


def corpus(rng: np.random.Generator, n: int = 60) -> list[Longs]:
    """Draw documents that differ in their rate, so that tokens are not independent; the mean is 50."""
    return [rng.poisson(rate, size=30) for rate in rng.gamma(4, 12.5, size=n)]


def test_intervals_cover_though_tokens_are_not_independent() -> None:
    rng = np.random.default_rng(1)
    found = [blocks(corpus(rng), statistic=mean, rng=rng, n_resamples=60) for _ in range(250)]

    expect_coverage(found, 50.0, k=5)


def test_the_standard_error_is_that_of_documents() -> None:
    rng = np.random.default_rng(2)
    rows = corpus(rng, 400)

    found = blocks(rows, statistic=mean, rng=rng, n_resamples=2000)

    wanted = np.std([row.mean() for row in rows]) / 20
    assert found.error == pytest.approx(wanted, rel=4 / np.sqrt(2 * 2000))


def law(rng: np.random.Generator) -> Floats:
    """Draw points that are longer along the first axis."""
    return rng.standard_normal((60, 3)) * [3.0, 1.0, 0.5]


SAMPLES: dict[str, tuple[Callable[..., Estimate], Callable[[np.random.Generator], tuple[Any, ...]]]] = {
    "vendi": (vendi, lambda rng: (law(rng),)),
    "line": (wasserstein.line, lambda rng: (law(rng)[:, 0], law(rng)[:, 0] + 6.0)),
    "assignment": (wasserstein.assignment, lambda rng: (law(rng), law(rng) + 6.0)),
    "mauve": (
        lambda one, other: mauve(one, other, rng=np.random.default_rng(0), n_clusters=4),
        lambda rng: (law(rng), np.add(law(rng), [1.5, 0.0, 0.0])),
    ),
    "compression": (
        compression_ratio,
        lambda rng: (["a" * n + "xyzw"[n % 4] * 3 for n in rng.integers(1, 99, 60).tolist()],),
    ),
}


@pytest.mark.parametrize(
    "name", [*(n for n in SAMPLES if n != "mauve"), pytest.param("mauve", marks=pytest.mark.slow)]
)
def test_texts_and_points_get_an_interval_as_wide_as_samples_vary(name: str) -> None:
    measure, drawn = SAMPLES[name]
    rng = np.random.default_rng(7)
    values = [measure(*drawn(rng)).value for _ in range(80)]
    found = [units(*drawn(rng), measure=measure, rng=rng, n_resamples=40) for _ in range(8)]

    # A spread of 80 values has a relative error of 0.08, the mean of eight spreads of 40 of 0.04.
    assert np.mean([one.error for one in found]) == pytest.approx(np.std(values), rel=4 * 0.09)
    assert all(one.low <= one.value <= one.high for one in found)


def test_halves_have_equally_many_tokens_and_share_no_document() -> None:
    rows = [np.full(k, k) for k in range(1, 12)]

    one, other = halves(rows, rng=np.random.default_rng(3))

    assert sum(r.size for r in one) == sum(r.size for r in other)
    assert {int(r[0]) for r in one}.isdisjoint(int(r[0]) for r in other)


def test_the_split_half_null_is_centred() -> None:
    rng = np.random.default_rng(4)
    null = split_half_null(corpus(rng), comparison=lambda a, b: mean(a) - mean(b), rng=rng)

    assert abs(null.mean()) <= 4 * null.std() / np.sqrt(200)


@pytest.mark.parametrize("n", [1, 5, 66])
def test_trimmed_collections_have_the_size_asked_for(n: int) -> None:
    assert (
        sum(r.size for r in trimmed([np.arange(k) for k in range(12)], n, rng=np.random.default_rng(5))) == n
    )


def test_too_little_is_refused() -> None:
    rng = np.random.default_rng(6)
    calls: list[Callable[[], object]] = [
        lambda: blocks([[1, 2]], statistic=mean, rng=rng),
        lambda: blocks([[1], [2]], statistic=mean, rng=rng, n_resamples=1),
        lambda: units(["one"], measure=compression_ratio, rng=rng),
        lambda: units(["one", "two"], measure=compression_ratio, rng=rng, n_resamples=1),
        lambda: blocks([[1], [2]], statistic=lambda _: float("nan"), rng=rng),
        lambda: halves([[1, 2], []], rng=rng),
        lambda: split_half_null([[1], [2]], comparison=lambda a, b: 0.0, rng=rng, n_splits=0),
        lambda: trimmed([[1]], 2, rng=rng),
        lambda: trimmed([], 1, rng=rng),
    ]

    for call in calls:
        with pytest.raises(InputError):
            call()
