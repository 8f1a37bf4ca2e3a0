"""The file of a calibration, its strata and how it backs off."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater import canonical
from headwater.curate.calibration import Calibration, Canary, encode, parse, rungs
from headwater.curate.sighting import known
from headwater.errors import FormatError

PAIRS = st.lists(st.tuples(st.floats(-9, 9), st.floats(0.5, 9)), min_size=1, max_size=5).map(sorted)
NAMES = st.sampled_from(["en/prose/400+", "en/prose/150-399", "en/lines/50-149", "de/prose/400+"])


def made(**sizes: int) -> Calibration:
    """Make strata of scores 1, 2, 3 and so on; `__` stands for `/`."""
    scores = {name.replace("__", "/"): [(float(at + 1), 1.0) for at in range(n)] for name, n in sizes.items()}
    return Calibration("statistical-1", "w", scores)


@given(st.dictionaries(NAMES, PAIRS, min_size=1), st.lists(st.text(alphabet="ab é", max_size=9), max_size=3))
def test_a_calibration_survives_its_bytes(
    scores: dict[str, list[tuple[float, float]]], texts: list[str]
) -> None:
    made_of = Calibration("l-1", "w", scores, tuple(Canary(text, "en/prose/400+") for text in texts))

    assert encode(parse(encode(made_of))) == encode(made_of)
    assert parse(encode(made_of)).digest == made_of.digest


@given(st.dictionaries(NAMES, st.lists(st.floats(-9, 9), min_size=1, max_size=5).map(sorted), max_size=3))
def test_scores_of_generated_texts_survive_their_bytes_and_nothing_is_ranked_among_them(
    generated: dict[str, list[float]],
) -> None:
    plain = made(en__prose=120)
    held = replace(plain, generated=generated)

    assert encode(parse(encode(held))) == encode(held)
    assert (encode(held) == encode(plain)) == (not generated)
    assert held.sizes() == plain.sizes()
    assert len(list(known(held))) == sum(map(len, generated.values()))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_calibration_or_refused(data: bytes) -> None:
    with suppress(FormatError):
        assert encode(parse(data)) == data


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("scores", {"en": [[2.0, 1.0], [1.0, 1.0]]}),
        ("scores", {"en": []}),
        ("scores", {"en": [[1.0]]}),
        ("scores", {"en": [[1.0, 0.0]]}),
        ("scores", {"en": [[True, 1.0]]}),
        ("scores", []),
        ("canaries", [["en"]]),
        ("canaries", {}),
        ("generated", {}),
        ("generated", []),
        ("generated", {"en": []}),
        ("generated", {"en": [2.0, 1.0]}),
        ("generated", {"en": ["1"]}),
        ("label", 3),
        ("format", "headwater-calibration-0"),
        ("more", 1),
    ],
)
def test_a_calibration_that_cannot_be_right_is_refused(key: str, value: object) -> None:
    whole = canonical.parse(encode(made(en__prose=3)))

    with pytest.raises(FormatError):
        parse(canonical.encode(whole | {key: value}))


def test_strata_go_from_fine_to_coarse_and_never_across_languages_or_writers() -> None:
    assert rungs("en", "prose", 200) == ("en/prose/150-399", "en/prose", "en")
    assert rungs("en", "lines", 50) == ("en/lines/50-149", "en/lines", "en")
    assert rungs("en", "prose", 400, "non-native")[-1] == "en@non-native"
    assert rungs("en", "prose", 400, "essays/non-native")[-1] == "en@essays-non-native"
    assert rungs("en", "prose", 49) == ()
    assert rungs("und", "prose", 500) == ()


def test_a_small_stratum_backs_off_and_a_small_language_abstains() -> None:
    calibration = made(**{"en__prose__400+": 40, "en__prose__150-399": 70, "de__prose__400+": 98})

    assert calibration.stratum(rungs("en", "prose", 900), level=0.05) == "en/prose/400+"
    assert calibration.stratum(rungs("en", "prose", 900), level=0.01) == "en/prose"
    assert calibration.stratum(rungs("en", "lines", 900), level=0.01) == "en"
    assert calibration.stratum(rungs("de", "prose", 900), level=0.01) is None
    assert calibration.stratum(rungs("fr", "prose", 900), level=0.5) is None


def test_p_values_are_those_of_the_pooled_stratum() -> None:
    calibration = made(**{"en__prose__400+": 9, "en__prose__150-399": 10})

    assert calibration.p_values("en/prose", np.array([99.0, 10.0, 0.0])).tolist() == [1 / 20, 2 / 20, 1.0]
