"""The index over signatures against search by brute force, and its cost where nothing is like anything."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.curate.likeness import MAX_COMPARED, Signed

N_VALUES = 112


def packed(values: np.ndarray[Any, Any]) -> dict[str, bytes]:
    """Give signatures by id."""
    return {f"{at:06d}": row.astype("<u4").tobytes() for at, row in enumerate(values)}


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.8, 0.85, 0.9, 1.0]), st.integers(1, 60))
def test_the_first_near_one_is_that_of_a_search_through_all(seed: int, min_share: float, n: int) -> None:
    rng = np.random.default_rng(seed)
    # Mutations of a few texts, most of them about as unlike as the bound.
    values = rng.integers(0, 2**32, (3, N_VALUES))[rng.integers(0, 3, n)]
    mutated = rng.random((n, N_VALUES)) < rng.uniform(0, 0.3, (n, 1))
    values = np.where(mutated, rng.integers(0, 2**32, (n, N_VALUES)), values)
    signatures = packed(values)
    signed, kept = Signed(signatures, min_share=min_share), list[int]()
    for at, key in enumerate(signatures):
        near = (one for one in kept if float(np.mean(values[one] == values[at])) >= min_share)
        first = next(near, None)
        assert signed.first_near(key) == (None if first is None else f"{first:06d}")
        if first is None:
            signed.keep(key)
            kept.append(at)


def test_a_text_too_short_to_sign_is_near_nothing() -> None:
    signed = Signed({"a": b"", "b": b""}, min_share=0.8)
    signed.keep("a")

    assert signed.first_near("b") is None
    assert signed.first_near("unknown") is None


@pytest.fixture
def alone() -> Iterator[None]:
    """Leave uncollected what other tests left behind, which would be counted here."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("shared", [0, 84], ids=["unlike", "of one template"])
def test_documents_that_are_all_unlike_cost_time_that_grows_with_their_number(shared: int) -> None:
    values = np.random.default_rng(7).integers(0, 2**32, (2_500, N_VALUES))
    values[:, :shared] = values[0, :shared]
    signatures = packed(values)
    signed, spent = Signed(signatures, min_share=0.8), list[float]()
    for at, key in enumerate(signatures):
        begun = time.thread_time()
        assert signed.first_near(key) is None
        signed.keep(key)
        if at >= MAX_COMPARED:
            spent.append(time.thread_time() - begun)

    # The last seventh costs no more than the first one above the bound, give or take a noisy clock.
    seventh = len(spent) // 7
    assert sum(spent[-seventh:]) < 2.5 * sum(spent[:seventh]) + 0.2
