"""Texts side by side: what is drawn is what one after the other draws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.watermark import sampler
from headwater.watermark.abreast import Trails, draw
from headwater.watermark.schemes import SCHEMES
from tests.watermark import worlds

CHANCES = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=20).filter(lambda row: sum(row) > 0.1)


@given(rows=st.lists(CHANCES, min_size=1, max_size=6), seed=st.integers(0, 99))
def test_laws_are_drawn_from_one_after_the_other(rows: list[list[float]], seed: int) -> None:
    laws = [np.array(row) for row in rows]
    one, other = np.random.default_rng(seed), np.random.default_rng(seed)

    assert draw(laws, one).tolist() == [sampler.draw(law, other) for law in laws]


def test_texts_are_marked_as_if_each_were_alone() -> None:
    scheme, rng = SCHEMES["gumbel-aes-1"], np.random.default_rng(4)
    key, tokens = worlds.key(scheme, 5), np.arange(30)
    together = Trails(scheme, key, n=3, n_prompt=2)
    alone = [Trails(scheme, key, n=1, n_prompt=2) for _ in range(3)]
    rows = rng.integers(0, 4, (3, 60)).astype(np.uint32)  # contexts occur again
    for place in range(2, 60):
        begun = [row[:place] for row in rows[: 3 - place // 25]]
        laws = [(tokens, rng.dirichlet(np.ones(30))) for _ in begun]

        told = together.tilt(laws, begun)

        for trail, law, text, tilted in zip(alone, laws, begun, told, strict=False):
            assert np.array_equal(trail.tilt([law], [text])[0], tilted)


@pytest.mark.parametrize("name", ["gumbel-aes-1", "greenlist-aes-1"])
def test_tokens_are_drawn_from_the_tilted_laws(name: str) -> None:
    scheme, rng = SCHEMES[name], np.random.default_rng(6)
    key, tokens = worlds.key(scheme, 5), np.arange(9_000)
    tilting, drawing = (Trails(scheme, key, n=4, n_prompt=2) for _ in range(2))
    one, other = np.random.default_rng(7), np.random.default_rng(7)
    rows = rng.integers(0, 3, (4, 30)).astype(np.uint32)  # contexts occur again
    for place in range(2, 30):
        begun = [row[:place] for row in rows[: 4 - place // 12]]
        sizes = rng.integers(1, 9_000, len(begun))
        laws = [(tokens[:size], rng.dirichlet(np.ones(size))) for size in sizes]

        assert np.array_equal(drawing.draw(laws, begun, other), draw(tilting.tilt(laws, begun), one))


@given(st.lists(st.tuples(st.floats(1e-12, 1.0, exclude_max=True), st.floats(1e-9, 1.0)), min_size=1))
def test_a_race_is_won_by_the_greatest_time(runners: list[tuple[float, float]]) -> None:
    from headwater.watermark import kernels

    uniforms, chances = np.array(runners).T
    (won,) = kernels.latest(uniforms, chances, np.array([0, len(runners)]))

    times = np.log(uniforms) / chances
    assert times[won] == pytest.approx(times.max(), rel=1e-14)
