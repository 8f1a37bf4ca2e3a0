"""Perplexity and its quantiles against laws whose perplexity is known."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from headwater.errors import InputError
from headwater.measure import kneser_ney
from headwater.measure.documents import Longs
from headwater.measure.perplexity import by_document, held_out, quantile
from tests.measure.worlds import expect_coverage, zipf_law

LAW = zipf_law(30)


def score(row: Longs) -> npt.NDArray[np.float64]:
    """Score tokens under the law that drew them."""
    return np.asarray(np.log(LAW)[row])


def test_held_out_perplexity_covers_the_exponential_of_entropy() -> None:
    rng = np.random.default_rng(1)
    found = []
    for _ in range(300):
        rows = [rng.choice(30, size=rng.integers(5, 60), p=LAW) for _ in range(60)]
        found.append(held_out(rows, score=score))

    expect_coverage(found, math.exp(-(LAW * np.log(LAW)).sum()), k=5)


def test_a_uniform_model_has_the_perplexity_of_its_types() -> None:
    assert held_out([[1, 2], [3]], score=lambda row: np.full(row.size, -math.log(8))).value == pytest.approx(
        8
    )


def test_an_impossible_token_makes_it_infinite() -> None:
    assert held_out([[1, 2], [3]], score=lambda row: np.where(row == 3, -np.inf, -1.0)).value == math.inf


def test_a_reference_model_scores_documents() -> None:
    model = kneser_ney.fit([0, 1, 2, 0, 1, 2, 0, 1, 3], n_types=5)

    found = by_document([[0, 1, 2], [4, 4, 4]], score=model.score)

    assert found[0] < found[1] < math.inf


def test_blocks_have_equal_lengths() -> None:
    rows = [[1] * 7, [2] * 3, [], [3] * 2]

    assert by_document(rows, score=lambda row: -np.log(row), block=3) == pytest.approx([1, 1, 2])
    assert by_document(rows, score=lambda row: -np.log(row)) == pytest.approx([1, 2, 3])


@pytest.mark.parametrize("at", [0.05, 0.5, 0.9])
def test_quantile_intervals_cover_for_any_law(at: float) -> None:
    rng = np.random.default_rng(2)
    found = [quantile(rng.lognormal(size=200), at=at) for _ in range(400)]
    truth = math.exp({0.05: -1.6448536, 0.5: 0.0, 0.9: 1.2815516}[at])

    assert np.mean([e.low <= truth <= e.high for e in found]) >= 0.95 - 4 * math.sqrt(0.05 * 0.95 / 400)


def test_a_small_sample_has_no_high_quantile_interval() -> None:
    found = quantile([3.0, 1.0, 2.0], at=0.995)

    assert (found.value, found.high) == (3.0, math.inf)
    assert quantile([7.0], at=0.5).value == 7.0


@pytest.mark.parametrize(
    ("values", "at"), [([], 0.5), ([math.nan], 0.5), ([1.0], 0.0), ([1.0], 1.0), ([[1.0]], 0.5)]
)
def test_what_has_no_quantile_is_refused(values: list[float], at: float) -> None:
    with pytest.raises(InputError):
        quantile(values, at=at)


def test_a_model_that_misbehaves_is_refused() -> None:
    for wrong in (lambda row: [0.0], lambda row: np.full(row.size, math.nan)):
        with pytest.raises(InputError, match="a model scores"):
            held_out([[1, 2]], score=wrong)
    with pytest.raises(InputError):
        held_out([[]], score=score)
    with pytest.raises(InputError):
        by_document([[1]], score=score, block=0)
