"""The pass for two labels does what the general pass does."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from headwater.review.agreement.kernels import count, sweep, sweep_two


@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.integers(1, 6))
def test_log_odds_give_what_log_chances_give(seed: int, n_items: int, n_validators: int) -> None:
    rng = np.random.default_rng(seed)
    n_votes = rng.integers(0, n_validators + 1, n_items)
    starts = np.concatenate([[0], np.cumsum(n_votes)]).astype(np.int64)
    validator = rng.integers(0, n_validators, starts[-1]).astype(np.int32)
    label = rng.integers(0, 2, starts[-1]).astype(np.int32)
    cell = 2 * validator + label
    confusion = np.log(rng.dirichlet([1.0, 1.0], size=(n_validators, 2)).transpose(0, 2, 1) + 1e-9)
    prior = np.log(rng.dirichlet([1.0, 1.0]) + 1e-9)
    gold = rng.integers(-1, 2, n_items).astype(np.int32)
    seen = rng.normal(size=(n_items, 2))
    before = rng.dirichlet([1.0, 1.0], size=n_items)

    found = []
    for step in (sweep, sweep_two):
        posterior, counts = before.copy(), np.empty((2 * n_validators, 2))
        ballots = (starts, cell, np.bincount(cell, minlength=2 * n_validators).astype(float))
        moved = step(ballots, (confusion.reshape(-1, 2), prior), (gold, seen), (posterior, counts))
        found.append((moved, posterior, counts))
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-9)

    recount, item = np.empty((n_validators, 2, 2)), np.repeat(np.arange(n_items, dtype=np.int32), n_votes)
    count((item, validator, label), found[0][1], recount)
    np.testing.assert_allclose(recount.reshape(-1, 2), found[0][2], atol=1e-9)
