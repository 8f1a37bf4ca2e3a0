"""Every attack changes what it says, by the share it says, and nothing at a share of 0."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.errors import InputError
from headwater.watermark.attacks import ATTACKS
from headwater.watermark.attacks.attack import Attack, Scene
from tests.watermark.bench.worlds import human, scene

TEXT = human()[2_000:4_000].replace("\n", " ")


def rng() -> np.random.Generator:
    return np.random.default_rng(3)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=lambda attack: attack.name)
def test_shares_rise_and_the_same_numbers_give_the_same_text(attack: Attack) -> None:
    assert list(attack.shares) == sorted(set(attack.shares))
    assert all(0.0 <= share <= 1.0 for share in attack.shares)
    for share in attack.shares:
        one = attack.change(TEXT, share, scene(), rng())

        assert one == attack.change(TEXT, share, scene(), rng())
        assert (one == TEXT) == (share == 0.0)


@pytest.mark.parametrize("name", [name for name in ATTACKS if name != "dilution"])
def test_a_share_of_nothing_changes_nothing(name: str) -> None:
    assert ATTACKS[name].change(TEXT, 0.0, scene(), rng()) == TEXT


@pytest.mark.parametrize("text", ["", "a", "…", "\n\n"])
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=lambda attack: attack.name)
def test_the_shortest_texts_are_attacked_too(attack: Attack, text: str) -> None:
    for share in attack.shares:
        assert isinstance(attack.change(text, share, scene(), rng()), str)


def test_the_number_of_tokens_is_as_the_share_says() -> None:
    n = scene().cut.tokens([TEXT]).tokens.size
    for name, expected in (("deletion", 0.8), ("insertion", 1.2), ("substitution", 1.0)):
        found = scene().cut.tokens([ATTACKS[name].change(TEXT, 0.2, scene(), rng())]).tokens.size

        assert found == pytest.approx(expected * n, rel=0.06), name


def test_homoglyphs_and_case_look_the_same_or_read_the_same() -> None:
    case = ATTACKS["case"].change(TEXT, 1.0, scene(), rng())
    glyphs = ATTACKS["homoglyphs"].change(TEXT, 1.0, scene(), rng())

    assert case.lower() == TEXT.lower()
    assert len(glyphs) == len(TEXT)
    assert not any(letter in glyphs for letter in "aceopxy")


def test_a_pasted_text_is_whole_and_a_tenth_of_its_page() -> None:
    page = ATTACKS["dilution"].change(TEXT, 0.9, scene(), rng())

    assert TEXT in page
    assert len(page) == pytest.approx(10 * len(TEXT), rel=0.01)


def test_synonyms_without_a_model_are_a_named_error() -> None:
    bare = Scene(scene().cut, human())

    with pytest.raises(InputError, match="embeddings"):
        ATTACKS["synonyms"].change(TEXT, 0.5, bare, rng())
