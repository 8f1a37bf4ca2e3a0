"""A mix manifest gives a share of sealed documents, or says what is wrong with it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.collapse import Corpus, Lab, mix, models, run
from headwater.collapse.mix import Manifest, manifest
from headwater.errors import FormatError, InputError
from headwater.reserve import mix as mixes
from tests.reserve.sealed import sealed
from tests.reserve.test_sample import drawn as draw_sample

NONE, FIRST, LAST = "0" * 64, "8" + "0" * 63, "0" * 63 + "1"
GOOD: dict[str, Any] = {
    "format": "headwater-mix-1",
    "share": 0.25,
    "bundles": [[3, LAST], [5, NONE], [0, FIRST]],
    "hashes": "",
}
SEALED = {0: np.array([7, 7, 7]), 1023: np.array([8, 9])}


def written(**changed: object) -> bytes:
    return json.dumps(GOOD | changed).encode()


def test_only_what_it_lists_is_mixed_in_and_in_its_share() -> None:
    fetched = []

    def fetch(place: int) -> np.ndarray[Any, Any]:
        fetched.append(place)
        return SEALED[place]

    share = manifest.reserve(manifest.parse(written()), fetch)
    lab = Lab(models.Categorical(), Corpus(np.array([1, 2] * 20)), 40, 3, mix.plan(share), replicates=20)
    done = run(lab, np.random.default_rng(0), engine="generic")

    assert fetched == [1023, 0]
    assert np.allclose(done.human_share[1:], 0.25)
    drawn = share.source(1000, np.random.default_rng(1))  # type: ignore[operator]
    assert set(np.unique(drawn).tolist()) == {7, 8, 9}
    done.check()


@pytest.mark.parametrize(
    "changed",
    [
        {"format": "headwater-mix-2"},
        {"share": 0},
        {"share": 1.5},
        {"share": "0.1"},
        {"share": True},
        {"share": None},
        {"bundles": []},
        {"bundles": [[1, NONE]]},
        {"bundles": [[1, FIRST], [1, LAST]]},
        {"bundles": [[-1, FIRST]]},
        {"bundles": [[1.0, FIRST]]},
        {"bundles": [[True, FIRST]]},
        {"bundles": [[2**45, FIRST]]},
        {"bundles": [[1, FIRST[:-1]]]},
        {"bundles": [[1, FIRST[:-1] + "G"]]},
        {"bundles": [[1, 8]]},
        {"bundles": [[1]]},
        {"bundles": {"1": FIRST}},
    ],
)
def test_a_value_out_of_range_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(FormatError, match="not a mix manifest"):
        manifest.parse(written(**changed))


def test_documents_without_samples_are_refused() -> None:
    with pytest.raises(InputError, match="empty"):
        manifest.reserve(manifest.parse(written()), lambda place: np.array([], dtype=np.int64))


@given(st.one_of(st.binary(max_size=60), st.just(b"[" * 9999), st.just(written(share=float("nan")))))
def test_any_bytes_are_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        manifest.parse(data)
    assert "\n" not in str(caught.value)


def test_a_sample_of_a_sealed_reserve_is_read_as_it_was_drawn() -> None:
    _, drawn = draw_sample(sealed(600), 256)

    read = manifest.parse(mixes.encode(drawn))

    assert read == Manifest(drawn.share, tuple(drawn.documents()))
    assert len(read.documents) >= 256
