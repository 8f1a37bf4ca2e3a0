"""Training, scores and bytes: small weights are learned here, the shipped ones held to their form."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.curate.statistical.features import extract
from headwater.curate.statistical.fit import Example, fit
from headwater.curate.statistical.weights import Weights, dump, read, scorer, shipped
from headwater.errors import FormatError, InputError

HUMAN = (
    "we walked up past the quarry, got wet, and ate the last of dad's pie on a wall",
    "nobody I know ever liked that film; my sister slept through it, twice!",
    "rain again. The cart stuck fast, so old Tom swore at the mule till dark",
)
GENERATED = (
    "It is important to note that there are several key factors to consider in this context.",
    "In conclusion, a comprehensive approach ensures that stakeholders can benefit significantly.",
    "Additionally, these strategies play a crucial role in fostering innovation and collaboration.",
)


def examples(seed: int, n: int) -> list[Example]:
    """Make texts of shuffled sentences; which kind they are of is plain to see."""
    rng = np.random.default_rng(seed)
    out = []
    for at in range(n):
        kind = bool(at % 2)
        picked = rng.choice(GENERATED if kind else HUMAN, size=12)
        out.append(Example(" ".join(picked), generated=kind, group=f"{seed}-{at}", source="made"))
    return out


@pytest.fixture(scope="module")
def small() -> Weights:
    return fit(examples(1, 60), n_steps=20)


def test_weights_tell_apart_what_they_were_trained_to_tell_apart(small: Weights) -> None:
    score = scorer(small)
    scores = [(score(example.text)[0], example.generated) for example in examples(2, 40)]

    assert min(s for s, generated in scores if generated) > max(s for s, generated in scores if not generated)


def test_training_twice_gives_the_same_bytes(small: Weights) -> None:
    assert dump(fit(examples(1, 60), n_steps=20)) == dump(small)


def test_weights_survive_their_bytes(small: Weights) -> None:
    score, again = scorer(small), scorer(read(dump(small)))

    assert dump(read(dump(small))) == dump(small)
    assert score(HUMAN[0]) == again(HUMAN[0])


@pytest.mark.parametrize("data", [b"", b"PK", b"{}", bytes(range(256))])
def test_other_bytes_are_no_weights(data: bytes) -> None:
    with pytest.raises(FormatError):
        read(data)


def test_a_cut_file_is_no_weights(small: Weights) -> None:
    with pytest.raises(FormatError):
        read(dump(small)[:-200])


def test_one_kind_alone_teaches_nothing() -> None:
    with pytest.raises(InputError):
        fit([example for example in examples(1, 6) if example.generated])


def test_a_block_of_grams_has_length_one_and_the_scratch_is_left_clean() -> None:
    first = extract(" ".join(HUMAN), shipped().frequent)
    extract(" ".join(GENERATED) * 20, shipped().frequent)
    again = extract(" ".join(HUMAN), shipped().frequent)

    assert np.dot(first.weight, first.weight) == pytest.approx(3.0, rel=1e-5)
    assert len(set(first.index.tolist())) == first.index.size
    assert np.array_equal(first.weight, again.weight)
    assert np.array_equal(first.shape, again.shape)


def test_the_shipped_weights_are_small_and_whole() -> None:
    data = dump(shipped())

    assert len(data) <= 10_000_000
    assert dump(read(data)) == data
