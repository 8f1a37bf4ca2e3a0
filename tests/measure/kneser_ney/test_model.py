"""Probabilities against the paper's formula, sums to one, and the shapes of streams at the edge."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.errors import InputError
from headwater.measure.kneser_ney import fit
from tests.measure.kneser_ney.slow import SlowKneserNey

STREAM = [0, 1, 2, 0, 1, 3, 0, 1, 2, 4, 0, 2, 2, 2, 1, 0, 1, 2, 3, 3, 0, 1]
streams = st.lists(st.integers(0, 5), min_size=1, max_size=60)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("discount", [None, 0.0, 0.75, 1.0])
def test_every_context_sums_to_one(order: int, discount: float | None) -> None:
    model = fit(STREAM, n_types=6, order=order, discount=discount)

    for context in product(range(6), repeat=order - 1):
        law = model.distribution(context)

        assert law.sum() == pytest.approx(1.0, abs=1e-12)
        assert law.min() >= 0.0
        assert law == pytest.approx([math.exp(model.score([w], context=context)[0]) for w in range(6)])


@settings(max_examples=60, deadline=None)
@given(streams, streams, st.integers(1, 4), st.sampled_from([None, 0.5]))
def test_scores_are_the_formula_of_the_paper(
    train: list[int], held: list[int], order: int, discount: float | None
) -> None:
    model = fit(train, n_types=6, order=order, discount=discount)
    slow = SlowKneserNey(train, model)

    found = np.exp(model.score(held))

    contexts = [tuple(held[max(0, i - order + 1) : i]) for i in range(len(held))]
    assert found == pytest.approx([slow.probability(w, c) for w, c in zip(held, contexts, strict=True)])


def test_modified_discounts_are_equation_17() -> None:
    # Trigrams seen 1, 2, 3, 4 times: n1 = 4, n2 = 3, n3 = 2, n4 = 1 by construction, kept apart by marks.
    plan = [(1, 4), (2, 3), (3, 2), (4, 1)]
    grams = [[2 + 2 * k, 3 + 2 * k] for k in range(10)]
    times = [t for t, n in plan for _ in range(n)]
    stream = [w for gram, t in zip(grams, times, strict=True) for _ in range(t) for w in [*gram, 0]]

    model = fit(stream, n_types=40, order=2)

    # Bigrams (a, b) are seen t times; (b, 0) as often; (0, a) all but once for the very first.
    counts = np.bincount(model.trie.count[model.trie.offset[2] :], minlength=6)
    y = counts[1] / (counts[1] + 2 * counts[2])
    wanted = [i - (i + 1) * y * counts[i + 1] / counts[i] for i in (1, 2, 3)]
    assert counts[1:5].min() > 0
    assert model.discount[2, 1:] == pytest.approx(wanted)


def test_a_closed_model_never_leaves_the_types_it_has_seen() -> None:
    model = fit(STREAM, n_types=9).closed()

    assert np.isneginf(model.score([8])[0])
    assert set(model.sample(2000, rng=np.random.default_rng(1)).tolist()) == set(STREAM)


def test_a_context_longer_than_the_order_counts_by_its_end() -> None:
    model = fit(STREAM, n_types=6)

    assert (model.distribution([4, 5, 0, 1]) == model.distribution([0, 1])).all()


@pytest.mark.parametrize("stream", [[3], [3, 3, 3], [0, 1]])
def test_a_short_stream_gives_a_model(stream: list[int]) -> None:
    model = fit(stream, n_types=4, order=3)

    assert model.distribution(stream).sum() == pytest.approx(1.0)
    assert model.sample(5, rng=np.random.default_rng(0)).shape == (5,)


@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=60),
    st.lists(st.integers(0, 6), max_size=30),
    st.integers(1, 4),
)
def test_a_scorer_gives_the_scores_of_the_model(fitted: list[int], scored: list[int], order: int) -> None:
    model = fit(fitted, n_types=7, order=order)
    stream = np.array(scored, dtype=np.int32)

    assert np.allclose(model.scorer()(stream), model.score(stream), rtol=0, atol=1e-12)


def test_a_scorer_of_a_closed_model_gives_unseen_types_no_chance() -> None:
    model = fit([0, 1, 0, 1], n_types=3).closed()

    assert model.scorer()(np.array([0, 2, 1], dtype=np.int32)).tolist() == model.score([0, 2, 1]).tolist()


@pytest.mark.parametrize("context", [(), (0, 1), (3, 0), (5, 5)])
def test_a_word_drawn_by_its_order_has_the_law_of_the_model(context: tuple[int, ...]) -> None:
    model, n = fit(STREAM, n_types=6), 20_000
    component, rng = model.components(), np.random.default_rng(5)
    before, found, square = np.tile(np.array(context, dtype=np.int32), (n, 1)), np.zeros(6), np.zeros(6)
    for words, chances in component(before, rng):
        assert chances.sum() == pytest.approx(1.0)
        found[words] += chances
        square[words] += chances**2

    mean = found / n
    error = np.sqrt((square / n - mean**2).clip(0.0) / n)
    assert (np.abs(mean - model.distribution(context)) <= 4.5 * error + 1e-12).all()


def test_an_order_cut_to_its_nucleus_keeps_the_most_probable_words() -> None:
    model = fit([0] * 8 + [1] * 4 + [2, 3], n_types=4, order=1, escape=0.0)
    ((words, chances),) = model.components(top_p=0.8)(
        np.empty((1, 0), dtype=np.int32), np.random.default_rng(0)
    )

    assert words.tolist() == [0, 1]
    assert chances == pytest.approx([8 / 12, 4 / 12])


def test_no_tokens_score_nothing_and_sample_nothing() -> None:
    model = fit(STREAM, n_types=6)

    assert model.score([]).shape == (0,)
    assert model.sample(0, rng=np.random.default_rng(0)).shape == (0,)


@pytest.mark.parametrize(
    ("tokens", "options"),
    [
        ([], {}),
        ([0, 6], {}),
        ([-1], {}),
        ([0.5], {}),
        ([float("nan")], {}),
        ([[1, 2]], {}),
        ([1], {"order": 0}),
        ([1], {"discount": 1.5}),
        ([1], {"discount": float("nan")}),
        ([1], {"escape": -0.1}),
        ([1], {"escape": float("nan")}),
    ],
)
def test_what_is_no_stream_is_refused(tokens: list[float], options: dict[str, float]) -> None:
    with pytest.raises(InputError):
        fit(tokens, n_types=6, **options)  # type: ignore[arg-type]


def test_a_token_of_no_type_is_refused() -> None:
    with pytest.raises(InputError, match="from 0 to 5"):
        fit(STREAM, n_types=6).score([6])
