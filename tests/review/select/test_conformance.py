"""What holds for every selector of the table."""

from __future__ import annotations

import json

import numpy as np
import pytest

from headwater.review.select import SELECTORS
from headwater.review.select.batch import Drawn, manifest
from headwater.review.select.chunk import Chunk
from headwater.review.select.sketch import scan
from headwater.review.select.strata import centroids
from tests.review.select.worlds import documents

EVERY = pytest.mark.parametrize("name", SELECTORS)


def choose(name: str, stream: list[Chunk], n: int, seed: str = "beacon") -> tuple[Drawn, bytes]:
    """Run one selector from end to end."""
    among = centroids(documents(1, 400), 10, rng=np.random.default_rng(1), validated=documents(2, 20))
    selector = SELECTORS[name](among)
    sketch = scan(stream, selector.rate, among=among, seed=seed)
    drawn = selector.draw(sketch, n, np.random.default_rng(5))
    return drawn, manifest(sketch, drawn, selector, detectors={"statistical-1": "0" * 64})


@EVERY
def test_it_draws_as_many_as_asked_each_once(name: str) -> None:
    drawn, _ = choose(name, [documents(3, 2000)], 50)

    assert len(drawn.documents) == len(drawn.part) == drawn.pi.size == 50
    assert np.unique(drawn.documents.id).size == 50


@EVERY
def test_a_small_stream_is_drawn_whole(name: str) -> None:
    drawn, _ = choose(name, [documents(4, 7)], 50)

    assert sorted(drawn.documents.id.tolist()) == sorted(documents(4, 7).id.tolist())


@EVERY
def test_who_has_the_stream_draws_the_same_batch(name: str) -> None:
    stream = documents(5, 1500)
    order = np.random.default_rng(6).permutation(1500)
    shuffled = [stream.take(part) for part in np.array_split(order, 7)]

    assert choose(name, [stream], 40)[1] == choose(name, shuffled, 40)[1]


@EVERY
def test_the_manifest_says_chances_and_slices(name: str) -> None:
    drawn, said = choose(name, [documents(7, 1000)], 30)
    batch = json.loads(said)

    assert batch["format"] == "headwater-batch-1"
    assert batch["selector"]["name"] == name
    assert batch["n_documents"] == 1000
    assert [item["slice"] for item in batch["items"]] == list(drawn.part)
    for item in batch["items"]:
        assert (item["pi"] is None) == (item["slice"] == "probe")
        assert item["pi"] is None or 0.0 < item["pi"] <= 1.0


@EVERY
def test_another_seed_draws_another_batch_unless_nothing_is_left_to_chance(name: str) -> None:
    one, other = (set(choose(name, [documents(8, 2000)], 40, s)[0].documents.id.tolist()) for s in "ab")

    assert (one == other) == (name in {"entropy-1", "margin-1"})
