"""Document-level intervals against documents that really vary."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from headwater.errors import InputError
from headwater.measure.bootstrap import blocks, halves, split_half_null, trimmed
from headwater.measure.documents import Longs
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
        lambda: blocks([[1], [2]], statistic=lambda _: float("nan"), rng=rng),
        lambda: halves([[1, 2], []], rng=rng),
        lambda: split_half_null([[1], [2]], comparison=lambda a, b: 0.0, rng=rng, n_splits=0),
        lambda: trimmed([[1]], 2, rng=rng),
        lambda: trimmed([], 1, rng=rng),
    ]

    for call in calls:
        with pytest.raises(InputError):
            call()
