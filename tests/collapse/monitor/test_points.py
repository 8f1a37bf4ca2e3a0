"""Points: parts of one population are healthy, and each way to lose some has its stage."""

from __future__ import annotations

import math

import numpy as np
import pytest

from headwater.collapse.monitor import POINT_LIMITS, POINT_STAGES, PointFinding, watch_points
from headwater.errors import InputError
from headwater.report.points import render

CENTRES = np.random.default_rng(7).standard_normal((5, 4)) * 2


def drawn(n: int, seed: int, *, modes: int = 5, spread: float = 1.0) -> np.ndarray:
    """Draw from a mixture, of which some modes may be lost."""
    rng = np.random.default_rng(seed)
    return CENTRES[rng.integers(0, modes, n)] + spread * rng.standard_normal((n, 4))


def watched(current: np.ndarray, *, seed: int = 0) -> PointFinding:
    """Hold points against 240 of the mixture."""
    return watch_points(drawn(240, 1), current, rng=np.random.default_rng(seed), n_splits=39)


@pytest.mark.parametrize(
    ("current", "stage"),
    [
        (drawn(240, 2), "healthy"),
        (drawn(240, 3, modes=2), "early"),
        (drawn(240, 4, spread=0.6), "over-confident"),
        (drawn(240, 5) * 0.5, "late"),
        (np.zeros((8, 4)), "late"),
        (np.concatenate([drawn(120, 6), drawn(120, 7, spread=4.0)]), "noise"),
    ],
    ids=["same", "modes lost", "sharpened", "shrunk", "one point", "spread"],
)
def test_each_loss_has_its_stage(current: np.ndarray, stage: str) -> None:
    found = watched(current)

    assert found.verdict.stage == stage
    assert stage in POINT_STAGES
    page = render(found, names=("<b>human</b>", "made.npy"))
    assert f"Stage of the points: {stage}." in page
    assert "<b>human" not in page
    assert page == render(found, names=("<b>human</b>", "made.npy"))


def test_the_generations_of_a_gaussian_recursion_are_priced() -> None:
    rng = np.random.default_rng(3)
    # Forty fits of 100 points each leave (1 - 1/100)^40 = 0.669 of the variance on average.
    kept, values = 0.99**40, []
    for _ in range(3):
        reference = rng.standard_normal((400, 3))
        current = rng.standard_normal((400, 3)) * math.sqrt(kept)
        found = watch_points(reference, current, rng=rng, n_splits=39)
        values.append(found.generations.value)
        assert found.generations.n_words == 100
        assert found.generations.low <= found.generations.value <= found.generations.high
    # A variance of 1,200 numbers has a relative error of 0.04, a ratio 0.058: six generations, three times.
    assert abs(np.mean(values) - 40) < 4 * 5.8 / math.sqrt(3)


def test_the_same_generator_gives_the_same_finding() -> None:
    one, other = (watched(drawn(50, 9)) for _ in range(2))

    assert one == other
    assert one.to_json()["limits"] == list(POINT_LIMITS)
    assert one.to_json()["comparison"]["n_points"] == 50
    assert watched(np.zeros((8, 4))).to_json()["generations"]["value"] is None


def test_what_cannot_be_judged_is_refused() -> None:
    rng = np.random.default_rng(0)
    human = drawn(64, 1)
    spoiled = human.copy()
    spoiled[3, 2] = np.nan
    for reference, current, message in (
        (human[:31], human, "too few"),
        (human, human[:7], "too few"),
        (human, human[:, :2], "coordinates"),
        (human, spoiled, "NaN"),
        (np.ones((64, 4)), human, "same"),
    ):
        with pytest.raises(InputError, match=message):
            watch_points(reference, current, rng=rng)
    with pytest.raises(InputError, match="level"):
        watch_points(human, human, rng=rng, n_splits=38)


@pytest.mark.slow
def test_halves_of_real_digits_are_healthy_at_the_stated_level() -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    digits, alarms, n = datasets.load_digits().data / 16.0, 0, 100
    for seed in range(n):
        order = np.random.default_rng(500 + seed).permutation(len(digits))
        found = watch_points(digits[order[:200]], digits[order[200:400]], rng=np.random.default_rng(seed))
        alarms += found.verdict.stage != "healthy"

    # The level is 0.05; two standard errors of 100 splits are 0.044.
    assert alarms / n <= 0.05 + 0.044
