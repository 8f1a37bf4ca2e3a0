"""The vectors under `vectors/watermark/`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headwater.errors import InputError
from headwater.watermark import detect
from headwater.watermark.keys import Key
from headwater.watermark.schemes import SCHEMES
from tests.watermark import slow, vectors

# NumPy's logarithm and that of the C library may differ in the last bit.
TOLERANCE = 1e-14


def cases(profile: str) -> list[dict[str, Any]]:
    found = json.loads((vectors.FOLDER / f"{profile}.json").read_text("utf-8"))
    assert found["profile"] == profile
    assert found["generator"]
    assert found["verifier"]
    return list(found["tests"])


def test_every_profile_has_a_file_and_every_file_a_profile() -> None:
    assert {path.stem for path in vectors.FOLDER.glob("*.json")} == set(SCHEMES) == set(slow.SCORES)


@pytest.mark.parametrize("profile", SCHEMES)
def test_the_files_are_what_the_generator_writes(profile: str) -> None:
    assert (vectors.FOLDER / f"{profile}.json").read_text("utf-8") == vectors.text(profile)


@pytest.mark.parametrize("profile", SCHEMES)
def test_every_score_is_as_written(profile: str) -> None:
    scheme = SCHEMES[profile]
    valid = [case for case in cases(profile) if case["result"] == "valid"]
    n_least = 30 if profile.startswith("beacon") else 60  # half of the contexts count
    assert sum(len(case["scores"]) for case in valid) >= n_least
    for case in valid:
        stream = detect.stream(case["tokens"], scheme, Key(profile, bytes.fromhex(case["key"])))

        assert stream.keep.nonzero()[0].tolist() == case["places"], case["comment"]
        assert stream.scores[stream.keep] == pytest.approx(case["scores"], rel=TOLERANCE, abs=0.0), case[
            "comment"
        ]


@pytest.mark.parametrize("profile", SCHEMES)
def test_what_is_invalid_is_refused(profile: str) -> None:
    invalid = [case for case in cases(profile) if case["result"] == "invalid"]
    assert len(invalid) == 6
    for case in invalid:
        with pytest.raises(InputError):
            detect.detect(case["tokens"], SCHEMES[profile], [Key(profile, bytes.fromhex(case["key"]))])
