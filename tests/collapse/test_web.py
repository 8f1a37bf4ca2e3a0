"""The web's mean field is what a simulation of its pages gives, and its limits are the closed forms."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.collapse import theory, web
from headwater.collapse.web import Web
from headwater.errors import InputError

GROWING = tuple(web.adopted(np.arange(12)).tolist())
SIZE = 40


def simulate(given: Web, counts: np.ndarray[Any, Any], rng: np.random.Generator) -> dict[str, list[float]]:
    """Follow one web page by page: every model draws its training set from pages with an author each."""
    n_human, pages = given.before, [0.0]  # of people, and of each model
    centre, variance = [rng.normal(0.0, 1.0 / SIZE**0.5)], [rng.chisquare(SIZE - 1) / SIZE]
    words, share = [rng.poisson(counts)], [1.0]
    for period, new in enumerate(given.generated, 1):
        n_human = n_human * float(np.asarray(given.retention)) + 1.0
        pages = [n * float(np.asarray(given.retention)) for n in pages]
        pages[-1] += new / (1.0 - new)
        if period % given.every:
            continue
        passed = [n_human * (1.0 - float(np.asarray(given.fpr)))]
        caught = float(np.asarray(given.adoption)) * float(np.asarray(given.tpr))
        passed += [n * (1.0 - caught) for n in pages]
        law = np.array(passed) / sum(passed) * (1.0 - float(np.asarray(given.reserve)))
        law[0] += float(np.asarray(given.reserve))
        authors = rng.choice(len(law), size=SIZE, p=law)
        means, variances = np.array([0.0, *centre]), np.array([1.0, *variance])
        spread = np.sqrt(np.where(authors, float(np.asarray(given.bias)), 1.0) * variances[authors])
        x = means[authors] + spread * rng.standard_normal(SIZE)
        mixed = law[0] * counts + sum(w * n for w, n in zip(law[1:], words, strict=True))
        words.append(rng.poisson(mixed))
        share.append(float((authors == 0).mean()))
        centre.append(float(x.mean()))
        variance.append(float(x.var()))
        pages.append(0.0)
    return {
        "share": share,
        "within": variance,
        "drift": [c * c for c in centre],
        "types": [float((n > 0).mean()) for n in words],
    }


def test_the_mean_field_is_the_mean_of_simulated_webs() -> None:
    counts = np.repeat([1.0, 3.0, 10.0], 40)
    given = Web(GROWING, 1.0, retention=0.9, adoption=0.5, tpr=0.8, fpr=0.1, reserve=0.05, size=SIZE, every=2)
    runs = [simulate(given, counts, np.random.default_rng(seed)) for seed in range(1500)]

    flowed = web.flow(given)
    within, drift = web.moments(given, flowed)
    expected = {"share": flowed.human_share, "within": within, "drift": drift}
    expected["types"] = web.vocabulary(flowed, counts)
    for name, values in expected.items():
        seen = np.array([run[name] for run in runs])
        error = seen.std(axis=0, ddof=1) / len(runs) ** 0.5
        assert np.all(np.abs(seen.mean(axis=0) - values[0]) <= 4.0 * error + 1e-12), name


def test_without_memory_it_is_the_recursion_with_a_fresh_share() -> None:
    alone = web.flow(Web((0.9,) * 10, before=0.0, retention=0.0, every=1, size=100))

    assert alone.human_share[0] == pytest.approx([1.0, *[0.1] * 10])
    assert web.rates(alone)[0] == pytest.approx(theory.rates(11, share=0.1)[1:])


def test_one_generation_of_a_bias_is_a_factor_on_the_variance() -> None:
    given = Web((0.999999,), before=0.0, retention=0.0, bias=0.5, every=1, size=10**9)

    assert web.moments(given, web.flow(given))[0][0] == pytest.approx([1.0, 0.5], rel=1e-5)


def test_the_default_curve_goes_through_what_was_published() -> None:
    november, may = 7.67, 9.5  # quarters from the end of 2022 to November 2024, to the middle of May 2025

    assert web.adopted([0.0, 4.0, november, may]) == pytest.approx([0.10, 0.39, 0.50, 0.52], abs=0.01)


def test_phase_diagrams_take_less_than_a_second() -> None:
    given, start = Web(tuple(web.adopted(np.arange(40)).tolist())), time.process_time()
    steps = np.linspace(0.0, 1.0, 50)

    marked = web.flow(web.grid(given, ("adoption", steps), ("tpr", steps)))
    biased = web.grid(given, ("reserve", steps), ("bias", np.linspace(0.5, 1.0, 50)))
    kept = web.moments(biased, web.flow(biased))[0][:, -1].reshape(50, 50)

    assert time.process_time() - start < 1.0
    human = marked.human_share[:, -1].reshape(50, 50)
    assert human[-1, -1] == 1.0
    assert bool(np.all(np.diff(human, axis=0) >= 0.0) and np.all(np.diff(human, axis=1) >= 0.0))
    assert bool(np.all(np.diff(kept, axis=0) >= -1e-12) and np.all(np.diff(kept, axis=1) >= -1e-12))


@given(
    st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 0.99), st.floats(0.0, 1.0), st.floats(0.01, 1.0)
)
def test_shares_stay_shares(adoption: float, tpr: float, fpr: float, reserve: float, bias: float) -> None:
    settings = {"adoption": adoption, "tpr": tpr, "fpr": fpr, "reserve": reserve, "bias": bias}
    given = Web(GROWING, **settings, every=3, size=50)
    flowed = web.flow(given)
    within, drift = web.moments(given, flowed)

    for values in (flowed.generated, flowed.human_share, flowed.origin, within, drift):
        assert bool(np.all((values >= -1e-12) & (values <= 1.0 + 1e-12)))
    assert bool(np.all(web.rates(flowed) >= flowed.human_share - 1e-12))


def test_it_says_where_it_does_not_hold() -> None:
    said = {a.name: a.holds for a in web.assumptions(Web(GROWING, bias=0.9, size=50))}

    assert not said["many pages"]
    assert not said["faithful sampling of words"]
    assert all(a.holds for a in web.assumptions(Web(GROWING)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"generated": ()},
        {"generated": (1.0,)},
        {"generated": (float("nan"),)},
        {"retention": 1.5},
        {"adoption": -0.1},
        {"tpr": float("nan")},
        {"fpr": 1.0},
        {"reserve": [0.1, 2.0]},
        {"bias": 0.0},
        {"boost": 0.0},
        {"before": -1.0},
        {"size": 1},
        {"every": 0},
        {"generated": (0.5,) * 2_000, "every": 1},
    ],
)
def test_what_is_out_of_range_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Web(**({"generated": GROWING} | wrong))


def test_settings_of_different_lengths_and_unknown_ones_are_refused() -> None:
    with pytest.raises(InputError, match="as many values"):
        web.flow(Web(GROWING, adoption=[0.1, 0.2], tpr=[0.1, 0.2, 0.3]))
    for names in (("size", "tpr"), ("tpr", "tpr"), ("cost", "tpr")):
        with pytest.raises(InputError, match="no grid"):
            web.grid(Web(GROWING), (names[0], [0.1]), (names[1], [0.1]))
    with pytest.raises(InputError, match="counts"):
        web.vocabulary(web.flow(Web(GROWING)), [0.0])
