"""Draws against the law they are drawn from, plain, tempered and cut to a nucleus."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from headwater.errors import InputError
from headwater.measure.kneser_ney import KneserNey, fit
from tests.measure.kneser_ney.test_model import STREAM

N = 20_000


def bent(law: npt.NDArray[np.float64], temperature: float, top_p: float) -> npt.NDArray[np.float64]:
    """Temper a law and cut it to its nucleus, by sorting."""
    weight = law ** (1 / temperature)
    weight /= weight.sum()
    ranked = np.sort(weight)[::-1]
    least = ranked[np.searchsorted(np.cumsum(ranked), top_p * (1 - 1e-12))]
    kept = np.where(weight >= least * (1 - 1e-9), weight, 0.0)
    return np.asarray(kept / kept.sum())


@pytest.fixture(scope="module")
def model() -> KneserNey:
    return fit(STREAM, n_types=7)


@pytest.mark.parametrize(
    ("temperature", "top_p"),
    [(1.0, 1.0), (0.7, 1.0), (1.5, 1.0), (4.0, 1.0), (1.0, 0.6), (0.8, 0.9), (1.3, 0.7), (0.02, 1.0)],
)
def test_words_after_every_context_follow_the_law(model: KneserNey, temperature: float, top_p: float) -> None:
    drawn = model.sample(N, rng=np.random.default_rng(7), temperature=temperature, top_p=top_p)

    pairs = np.stack([drawn[:-2], drawn[1:-1]], axis=1)
    for context in np.unique(pairs, axis=0):
        after = drawn[2:][(pairs == context).all(axis=1)]
        law = bent(model.distribution(context), temperature, top_p)
        found = np.bincount(after, minlength=7)
        # Each count is binomial: 5 standard errors, and a half for counts near zero.
        error = np.sqrt(after.size * law * (1 - law))
        assert (np.abs(found - after.size * law) <= 5 * error + 3).all(), context
        assert not found[law < 1e-9].any()


def test_a_closed_model_stays_closed_at_any_temperature(model: KneserNey) -> None:
    drawn = model.closed().sample(5000, rng=np.random.default_rng(2), temperature=3.0)

    assert set(drawn.tolist()) == set(STREAM)


def test_the_stream_goes_on_after_its_context(model: KneserNey) -> None:
    law = model.distribution([0, 1])
    rng = np.random.default_rng(3)

    first = [int(model.sample(1, rng=rng, context=[0, 1])[0]) for _ in range(4000)]

    error = np.sqrt(4000 * law * (1 - law))
    assert (np.abs(np.bincount(first, minlength=7) - 4000 * law) <= 4 * error + 1).all()


def test_the_same_generator_gives_the_same_stream(model: KneserNey) -> None:
    one, two = (model.sample(500, rng=np.random.default_rng(5), temperature=0.9) for _ in range(2))

    assert (one == two).all()


@pytest.mark.parametrize(
    "options",
    [{"temperature": 0.0}, {"temperature": float("nan")}, {"top_p": 0.0}, {"top_p": 1.1}, {"n_tokens": -1}],
)
def test_what_is_no_law_is_refused(model: KneserNey, options: dict[str, float]) -> None:
    with pytest.raises(InputError):
        model.sample(**({"n_tokens": 1} | options), rng=np.random.default_rng(0))  # type: ignore[arg-type]
