"""Metrics of documents against definitions written out with dictionaries."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.errors import InputError
from headwater.measure.compression import compression_difference, compression_ratio
from headwater.measure.distinct import distinct, distinct_difference
from headwater.measure.documents import checked, gram_numbers
from headwater.measure.repetition import repetition
from headwater.measure.self_bleu import self_bleu

Rows = list[list[int]]
collections = st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=14), min_size=2, max_size=6)


def grams(row: Sequence[int], length: int) -> list[tuple[int, ...]]:
    """List the n-grams of a document."""
    return [tuple(row[i : i + length]) for i in range(len(row) - length + 1)]


@given(
    st.lists(st.lists(st.integers(0, 3), max_size=8), min_size=1, max_size=5).filter(any), st.integers(1, 4)
)
def test_equal_numbers_are_equal_grams(rows: Rows, length: int) -> None:
    wanted = [gram for row in rows for gram in grams(row, length)]
    found = gram_numbers(checked(rows), length)

    assert [row.size for row in found] == [max(0, len(row) - length + 1) for row in rows]
    pairs = set(zip(wanted, np.concatenate(found).tolist(), strict=True))
    assert len(pairs) == len(set(wanted)) == len({number for _, number in pairs})


@given(collections, st.integers(1, 4))
def test_distinct_is_the_definition(rows: Rows, length: int) -> None:
    every = [gram for row in rows for gram in grams(row, length)]

    found = distinct(rows, length=length)

    assert found.value == pytest.approx(len(set(every)) / len(every))
    assert found.n == len(every)


@given(collections, st.integers(1, 4))
def test_repetition_is_the_definition(rows: Rows, length: int) -> None:
    shares = [1 - len(set(grams(row, length))) / len(grams(row, length)) for row in rows]

    assert repetition(rows, length=length).value == pytest.approx(np.mean(shares))


def slow_bleu(rows: Rows, i: int) -> float:
    """Compute BLEU-4 of a document against all others as Papineni et al. write it."""
    logs = 0.0
    for k in range(1, 5):
        own = Counter(grams(rows[i], k))
        most: Counter[tuple[int, ...]] = Counter()
        for other in rows[:i] + rows[i + 1 :]:
            most |= Counter(grams(other, k))
        shared = sum((own & most).values())
        logs += math.log(shared / own.total()) / 4 if shared else -math.inf
    lengths = [len(row) for row in rows[:i] + rows[i + 1 :]]
    closest = min(lengths, key=lambda size: (abs(size - len(rows[i])), size))
    return math.exp(logs + min(0.0, 1 - closest / len(rows[i])))


@settings(deadline=None)
@given(collections)
def test_self_bleu_is_bleu_against_all_others(rows: Rows) -> None:
    wanted = np.mean([slow_bleu(rows, i) for i in range(len(rows))])

    assert self_bleu(rows).value == pytest.approx(wanted, abs=1e-12)


def test_copies_have_self_bleu_one_and_strangers_none() -> None:
    assert self_bleu([[1, 2, 3, 4, 5]] * 3).value == pytest.approx(1.0)
    assert self_bleu([[1, 2, 3, 4], [5, 6, 7, 8]]).value == 0.0


def test_a_loop_repeats_itself() -> None:
    assert repetition([[1, 2] * 50]).value == pytest.approx(1 - 2 / 97)
    assert math.isnan(repetition([[1, 2] * 50]).error)


def test_repetitive_text_compresses_better() -> None:
    rng = np.random.default_rng(0)
    varied = "".join(map(chr, rng.integers(97, 123, 300_000)))

    assert compression_ratio([varied]).value < 2 < 50 < compression_ratio(["ab" * 150_000]).value
    assert compression_ratio(["a"]).value < 1


def test_collections_of_unequal_size_are_not_compared() -> None:
    with pytest.raises(InputError, match="distinct-1"):
        distinct_difference([[1, 2, 3]], [[1, 2]], length=1)
    with pytest.raises(InputError, match="compression"):
        compression_difference(["abc"], ["abcd"])


def test_collections_of_equal_size_are() -> None:
    assert distinct_difference([[1, 2, 3]], [[1, 1, 2]], length=1) == pytest.approx(1 / 3)
    assert compression_difference(["abc"], ["abd"]) == 0.0


@pytest.mark.parametrize("rows", [[], [[]], [[], []], [[0.5]], [[[1]]]])
def test_what_is_no_collection_is_refused(rows: list[list[float]]) -> None:
    for measure in (lambda r: distinct(r, length=1), repetition, self_bleu):
        with pytest.raises(InputError):
            measure(rows)


def test_short_documents_are_refused_where_they_have_no_value() -> None:
    for measure in (lambda r: distinct(r, length=4), repetition, self_bleu):
        with pytest.raises(InputError):
            measure([[1, 2], [3]])
    with pytest.raises(InputError):
        self_bleu([[1, 2, 3, 4]])
    with pytest.raises(InputError):
        compression_ratio(["", ""])
