"""Comparison: nothing found between halves of one corpus, and what is found after a change."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.errors import InputError
from headwater.measure.profile import Comparison, compare, of
from tests.measure.profile.worlds import texts

HUMAN = texts(96, n_words=90, n_types=3000, seed=5)


def compared(current: list[str], *, n_splits: int = 19) -> Comparison:
    """Compare with the first half of the human texts."""
    return compare(of(HUMAN[:48]), of(current), rng=np.random.default_rng(6), n_splits=n_splits)


def test_the_other_half_is_no_surprise() -> None:
    found = compared(HUMAN[48:])

    # Nine metrics, dependent: none should be at the least p-value of 1/20 on both sides of luck.
    assert sum(row.p <= 0.05 for row in found.rows) <= 1
    assert {row.name for row in found.rows} >= {"tail-mass-1", "heterozygosity-1", "log-perplexity-0.5-1"}


def test_text_without_a_tail_is_told_by_its_tail() -> None:
    rows = {row.name: row for row in compared(texts(48, n_words=90, n_types=3000, seed=7, exponent=2.0)).rows}

    for name in ("tail-mass-1", "entropy-chao-wang-jost-1", "missing-mass-1", "distinct-2-1"):
        assert rows[name].difference < rows[name].null_low, name
        assert rows[name].p == pytest.approx(1 / 20)


def test_the_same_generator_gives_the_same_comparison() -> None:
    assert compared(HUMAN[48:], n_splits=3) == compared(HUMAN[48:], n_splits=3)


def test_one_short_document_can_be_compared() -> None:
    found = compared([HUMAN[50][:40]], n_splits=3)

    assert found.n_tokens < 40
    assert all(np.isfinite(row.difference) for row in found.rows)


def test_too_little_is_refused() -> None:
    for reference, current in ((HUMAN[:7], HUMAN), (HUMAN, []), (HUMAN, ["7", ""])):
        with pytest.raises(InputError, match="cannot be compared"):
            compare(of(reference), of(current), rng=np.random.default_rng(0))
    with pytest.raises(InputError, match="split"):
        compared(HUMAN[48:], n_splits=0)
