"""Documents, their numbers and their strata: what is refused and what does not depend on order."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest

from headwater.errors import InputError
from headwater.review.select.chunk import Chunk, Floats, chunk, entropy, uniform
from headwater.review.select.sketch import Capacity, Longs, merge, scan
from headwater.review.select.strata import centroids
from tests.review.select.worlds import documents


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        (([1], [[1.0], [2.0]], [0.5]), "each document needs"),
        (([1], [[np.nan]], [0.5]), "not finite"),
        (([1], [[1.0]], [1.5]), "chances lie"),
    ],
)
def test_documents_that_mean_nothing_are_refused(columns: tuple[list[float], ...], says: str) -> None:
    with pytest.raises(InputError, match=says):
        chunk(*columns)


def test_a_cost_of_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="costs above 0"):
        chunk([1], [[1.0]], [0.5], cost_s=[0.0])


def test_numbers_are_uniform_and_differ_by_seed() -> None:
    ids = np.arange(20_000, dtype=np.uint64)
    one, other = uniform(ids, "a"), uniform(ids, "b")

    assert kstest(one, "uniform").pvalue > 1e-4
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(20_000)
    assert (uniform(ids[::-1], "a") == one[::-1]).all()


def test_entropy_is_that_of_the_mean() -> None:
    assert entropy(np.array([[0.2, 0.8], [1.0, 1.0]])).tolist() == pytest.approx([np.log(2), 0], abs=2e-5)


def test_strata_need_documents_and_one_dimension() -> None:
    with pytest.raises(InputError, match="at least one document"):
        centroids(documents(1, 0), 3, rng=np.random.default_rng(1))
    found = centroids(documents(1, 20), 3, rng=np.random.default_rng(1))
    with pytest.raises(InputError, match="8 dimensions"):
        found.assign(chunk([1], [[1.0, 0.0]], [0.5]))


def test_strata_find_topics_that_lie_apart() -> None:
    rng = np.random.default_rng(3)
    topic = np.arange(300) % 3
    some = chunk(np.arange(300), 10 * np.eye(3)[topic] + rng.normal(size=(300, 3)), np.full(300, 0.5))
    # A start in which each topic has a centroid; k-means promises no more than a local optimum.
    found = min(
        (centroids(some, 3, rng=np.random.default_rng(s)) for s in range(10)),
        key=lambda c: -c.assign(some).nearness.sum(),
    )

    strata = found.assign(some).stratum
    assert all(np.unique(strata[topic == t]).size == 1 for t in range(3))
    assert np.unique(strata).size == 3


def test_only_sketches_of_one_seed_merge() -> None:
    among = centroids(documents(1, 20), 3, rng=np.random.default_rng(1))

    one, other = (
        scan([documents(2, 5)], lambda c, u: (u, np.ones(len(c), np.int64)), among=among, seed=s)
        for s in "ab"
    )
    with pytest.raises(InputError, match="one seed"):
        merge(one, other, capacity=Capacity())


def test_parts_of_a_stream_merge_to_the_sketch_of_the_whole() -> None:
    among, stream = centroids(documents(1, 50), 5, rng=np.random.default_rng(1)), documents(3, 500)
    room = Capacity(best=60, even=40, audit=20)

    def rate(c: Chunk, u: Floats) -> tuple[Floats, Longs]:
        return u / (1 + c.deficit**2), np.full(len(c), 7, np.int64)

    halves = [
        scan([stream.take(np.arange(a, b))], rate, among=among, seed="s", capacity=room)
        for a, b in ((0, 200), (200, 500))
    ]
    whole = scan([stream], rate, among=among, seed="s", capacity=room)
    merged = merge(*halves[::-1], capacity=room)

    assert merged.digest() == whole.digest()
    assert merged.best.bound == whole.best.bound
