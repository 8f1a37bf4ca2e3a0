"""Stopping: no vote that is not worth its price, none beyond the most, no campaign ended too early."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import InputError
from headwater.review.share import Share
from headwater.review.stopping import Patience, Standing, Targets, gain, kappa, reasons_to_go_on, verdict

SAYS = np.array([[0.8, 0.2], [0.3, 0.7]])


def brute(posterior: np.ndarray, says: np.ndarray, n: int) -> float:
    """Add up over every series of votes."""
    total = 0.0
    for said in itertools.product(range(posterior.size), repeat=n):
        joint = posterior.copy()
        for label in said:
            joint = joint * says[:, label]
        total += joint.max()
    return total - float(posterior.max())


@given(st.floats(0.01, 0.99), st.integers(1, 6))
def test_the_gain_is_that_of_every_series_of_votes(p: float, n: int) -> None:
    posterior = np.array([p, 1.0 - p])

    assert gain(posterior, SAYS, n) == pytest.approx(brute(posterior, SAYS, n), abs=1e-9)
    assert gain(posterior, SAYS, n + 1) >= gain(posterior, SAYS, n) - 1e-9


def test_one_vote_cannot_turn_a_label_that_two_could() -> None:
    posterior = np.array([0.85, 0.15])

    assert gain(posterior, SAYS, 1) == pytest.approx(0.0, abs=1e-9)
    assert gain(posterior, SAYS, 5) > 0.02


@pytest.mark.parametrize(
    ("p", "n_votes", "price", "expected"),
    [
        (0.99, 1, 0.01, "more"),
        (0.99, 2, 0.01, "enough"),
        (0.60, 2, 0.01, "more"),
        (0.60, 7, 0.01, "adjudicate"),
        (0.60, 2, 1.00, "enough"),
        (0.85, 2, 0.001, "more"),
    ],
)
def test_a_document_is_asked_about_as_long_as_it_pays(
    p: float, n_votes: int, price: float, expected: str
) -> None:
    patience = Patience(price=price)

    assert verdict(np.array([p, 1.0 - p]), n_votes, SAYS, patience) == expected


def test_patience_out_of_range_is_refused() -> None:
    with pytest.raises(InputError):
        Patience(least=8)


NARROW, WIDE = Share(0.02, 0.0, 0.06, 400.0), Share(0.02, 0.0, 0.3, 10.0)


@pytest.mark.parametrize(
    ("standing", "n"),
    [
        (Standing((0.5, 1.0, 1.0, 1.0), NARROW, 0.01), 0),
        (Standing((1.0, 1.0, 0.5), NARROW, 0.01), 1),
        (Standing((1.0, 1.0), NARROW, 0.01), 1),
        (Standing((1.0,) * 3, WIDE, 0.01), 1),
        (Standing((1.0,) * 3, NARROW, 0.2), 1),
        (Standing((), None, None), 3),
    ],
)
def test_a_campaign_stops_when_nothing_is_lacking(standing: Standing, n: int) -> None:
    assert len(reasons_to_go_on(standing, Targets())) == n


def test_kappa_is_that_of_a_table() -> None:
    one = [True] * 25 + [False] * 25
    other = [True] * 20 + [False] * 5 + [True] * 10 + [False] * 15

    assert kappa(one, other) == pytest.approx(0.4)
    assert kappa([True, True], [True, True]) == 1.0
