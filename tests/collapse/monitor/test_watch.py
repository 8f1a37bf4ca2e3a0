"""Watching: human halves are healthy, and a recursion leaves them the way the rules say."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.collapse.monitor import LIMITS, Finding, overlap, watch
from headwater.errors import InputError
from headwater.measure import profile
from tests.collapse.monitor import worlds
from tests.measure.profile.worlds import spell

HALF = 120


def watched(current: list[str], *, reference: list[str] | None = None, seed: int = 0) -> Finding:
    """Hold texts against the first human ones."""
    human = reference or worlds.texts(worlds.human()[:HALF])
    return watch(profile.of(human), profile.of(current), rng=np.random.default_rng(seed), n_splits=39)


def test_a_recursion_goes_from_healthy_to_early_and_its_generations_rise() -> None:
    second = worlds.human()[HALF : 2 * HALF]
    made = list(worlds.generations(second, 6))

    found = [watched(worlds.texts(part)) for part in (second, made[3], made[5])]

    assert [one.verdict.stage for one in found] == ["healthy", "early", "early"]
    values = [one.generations for one in found]
    assert values[0].low == 0.0 < values[1].low
    assert values[0].value < values[1].value < values[2].value
    assert found[1].evidence.kept > found[2].evidence.kept


def test_a_cold_model_is_over_confident() -> None:
    made = next(worlds.generations(worlds.human()[HALF : 2 * HALF], 1, temperature=0.8))

    found = watched(worlds.texts(made))

    assert found.verdict.stage == "over-confident"
    assert any(rule.startswith("early") for rule in found.verdict.rules)


def test_nothing_but_one_sentence_is_late() -> None:
    found = watched(["to be or not to be " * 40] * 30)

    assert found.verdict.stage == "late"
    assert found.evidence.kept < 0.1
    assert found.generations.value > 10


def test_text_of_other_words_is_noise_and_not_a_collapse() -> None:
    rng = np.random.default_rng(5)
    found = watched([" ".join(spell(int(k)) for k in rng.integers(0, 9000, 256)) for _ in range(60)])

    assert found.verdict.stage == "noise"


def test_the_same_generator_gives_the_same_finding() -> None:
    human = worlds.texts(worlds.human()[:40])

    one, other = (watched(human[20:], reference=human[:20]) for _ in range(2))

    assert one == other
    assert one.to_json()["limits"] == list(LIMITS)


def test_too_little_is_refused() -> None:
    human = profile.of(worlds.texts(worlds.human()[:20]))
    few, none = profile.of([f"a few words {chr(97 + i)}" for i in range(7)]), profile.of(["", "."])
    rng = np.random.default_rng(0)
    for reference, current in ((few, human), (human, none)):
        with pytest.raises(InputError, match="different document"):
            watch(reference, current, rng=rng)
    with pytest.raises(InputError, match="reference has 1 different document with words"):
        watch(profile.of(["one and the same"] * 50), human, rng=rng)
    with pytest.raises(InputError, match="level"):
        watch(human, human, rng=rng, n_splits=38)


def test_a_drift_of_three_generations_is_priced_at_three() -> None:
    rng = np.random.default_rng(8)
    law = np.arange(1, 4001) ** -0.9
    law /= law.sum()
    # The samples compared are quarters of the reference, so generations are as large as these.
    human, n = rng.choice(4000, size=(80, 250), p=law), 5000
    tokens = rng.choice(4000, size=n, p=law)
    for _ in range(3):
        tokens = rng.choice(tokens, size=n)
    spelt = [
        profile.of(" ".join(spell(int(k)) for k in row) for row in rows)
        for rows in (human, tokens.reshape(20, 250))
    ]

    found = overlap(spelt[0], spelt[1], rng=rng, n_splits=39)

    # r of three generations is g(g(g(1))) = 0.374.
    assert found.effective[1] < 0.374 < found.effective[2]
    assert found.n_words == n
