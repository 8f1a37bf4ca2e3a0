"""The vectors under `vectors/watermark/marking/`: which law the next token is drawn from, and where."""

from __future__ import annotations

import json

import numpy as np
import pytest

from headwater.watermark.keys import Key
from headwater.watermark.sampler import Trail
from headwater.watermark.scheme import ngrams_after
from headwater.watermark.schemes import SCHEMES
from tests.watermark import markings


def test_every_native_profile_has_a_file() -> None:
    native = {name for name in SCHEMES if "-aes-" in name}
    assert {path.stem for path in markings.FOLDER.glob("*.json")} == native == set(markings.LAWS)


@pytest.mark.parametrize("profile", markings.LAWS)
def test_the_files_are_what_the_generator_writes(profile: str) -> None:
    held = json.loads((markings.FOLDER / f"{profile}.json").read_text("utf-8"))
    made = markings.document(profile)

    assert {name: held[name] for name in made if name != "laws"} == {
        name: made[name] for name in made if name != "laws"
    }
    for one, other in zip(held["laws"], made["laws"], strict=True):
        # The exponential of another C library may differ in the last bit.
        assert one | {"marked": []} == other | {"marked": []}
        assert one["marked"] == pytest.approx(other["marked"], rel=1e-12)


@pytest.mark.parametrize("profile", markings.LAWS)
def test_the_law_of_the_next_token_is_as_written(profile: str) -> None:
    scheme = SCHEMES[profile]
    laws = json.loads((markings.FOLDER / f"{profile}.json").read_text("utf-8"))["laws"]
    for case in laws:
        ngrams = ngrams_after(np.array(case["context"], dtype=np.uint32), np.array(case["tokens"]))
        tilted = scheme.tilt(ngrams, np.array(case["chances"]), bytes.fromhex(case["key"]))

        assert tilted == pytest.approx(case["marked"], rel=1e-9, abs=1e-12)
    assert any(case["marked"] != case["chances"] for case in laws)


@pytest.mark.parametrize("profile", markings.LAWS)
def test_tokens_are_marked_where_it_is_written(profile: str) -> None:
    scheme = SCHEMES[profile]
    for case in json.loads((markings.FOLDER / f"{profile}.json").read_text("utf-8"))["texts"]:
        trail = Trail(scheme, Key(profile, bytes(scheme.key_bytes)), n_prompt=len(case["prompt"]))
        whole, n = np.array(case["prompt"] + case["text"], dtype=np.uint32), len(case["prompt"])
        fresh = [at for at in range(len(case["text"])) if trail.fresh(whole[: n + at]) is not None]

        assert fresh == case["places"]
