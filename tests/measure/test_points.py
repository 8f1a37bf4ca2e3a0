"""Metrics of points against closed forms, definitions by loops, and laws."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import permutations

import numpy as np
import numpy.typing as npt
import pytest

from headwater.errors import InputError
from headwater.measure.mauve import frontier_area, mauve
from headwater.measure.mmd import mmd
from headwater.measure.prdc import prdc
from headwater.measure.vendi import from_kernel, vendi
from headwater.measure.wasserstein import assignment, gaussian, line, sliced

Floats = npt.NDArray[np.float64]


def cloud(n: int, d: int, *, seed: int, shift: float = 0.0) -> Floats:
    """Draw points from a normal law."""
    return np.random.default_rng(seed).standard_normal((n, d)) + shift


def slow_prdc(real: Floats, made: Floats, k: int) -> list[float]:
    """Compute precision, recall, density and coverage by their definitions."""

    def gap(a: Floats, b: Floats) -> float:
        return float(((a - b) ** 2).sum())

    def radius(points: Floats, i: int) -> float:
        return sorted(gap(points[i], other) for j, other in enumerate(points) if j != i)[k - 1]

    r, m = [radius(real, i) for i in range(len(real))], [radius(made, j) for j in range(len(made))]
    inside = np.array([[gap(x, y) < r[i] for y in made] for i, x in enumerate(real)])
    back = np.array([[gap(x, y) < m[j] for j, y in enumerate(made)] for x in real])
    return [inside.any(0).mean(), back.any(1).mean(), inside.sum() / k / len(made), inside.any(1).mean()]


def test_prdc_is_the_definition() -> None:
    real, made = cloud(25, 3, seed=1), cloud(31, 3, seed=2, shift=0.7)

    found = prdc(real, made, k=3)

    values = [found.precision.value, found.recall.value, found.density.value, found.coverage.value]
    assert values == pytest.approx(slow_prdc(real, made, 3))


def test_coverage_of_one_law_is_its_expectation() -> None:
    # Naeem et al. (2020), section 3.3: with equal laws E coverage = 1 - prod (n - k + i) / (2n - 1 - ...).
    n, k = 300, 5
    wanted = 1 - math.prod((n - 1 - i) / (2 * n - 1 - i) for i in range(k))
    found = [prdc(cloud(n, 4, seed=s), cloud(n, 4, seed=s + 1000), k=k) for s in range(30)]

    values = np.array([f.coverage.value for f in found])
    density = np.array([f.density.value for f in found])
    assert abs(values.mean() - wanted) <= 4 * values.std() / math.sqrt(30) + 2e-3
    assert abs(density.mean() - 1) <= 4 * density.std() / math.sqrt(30) + 5e-3


def test_far_samples_share_nothing_and_a_collapsed_one_is_precise_but_not_wide() -> None:
    far = prdc(cloud(40, 2, seed=3), cloud(40, 2, seed=4, shift=100))
    narrow = prdc(cloud(200, 2, seed=5), cloud(200, 2, seed=6) * 0.1)

    assert [far.precision.value, far.recall.value, far.density.value, far.coverage.value] == [0, 0, 0, 0]
    assert narrow.precision.value > 0.95 > 0.3 > narrow.recall.value


def test_vendi_counts_orthogonal_points() -> None:
    assert vendi(np.eye(5)).value == pytest.approx(5)
    assert vendi(np.repeat(np.eye(3), 4, axis=0)).value == pytest.approx(3)
    assert vendi(np.ones((6, 2))).value == pytest.approx(1)
    assert vendi([[2.0, 0.0]]).value == pytest.approx(1)


@pytest.mark.parametrize("shape", [(12, 5), (5, 12)])
def test_vendi_by_either_form(shape: tuple[int, int]) -> None:
    points = cloud(*shape, seed=7)
    unit = points / np.linalg.norm(points, axis=1, keepdims=True)

    assert vendi(points).value == pytest.approx(from_kernel(unit @ unit.T))


def test_wasserstein_on_a_line_by_its_quantiles() -> None:
    one, other = cloud(7, 1, seed=8)[:, 0], cloud(5, 1, seed=9)[:, 0] * 2
    grid = (np.arange(35) + 0.5) / 35
    wanted = math.sqrt(
        ((np.sort(one)[(grid * 7).astype(int)] - np.sort(other)[(grid * 5).astype(int)]) ** 2).mean()
    )

    assert line(one, other).value == pytest.approx(wanted)
    assert line(one, one + 3).value == pytest.approx(3)


def test_wasserstein_by_the_best_of_all_pairings() -> None:
    one, other = cloud(6, 2, seed=10), cloud(6, 2, seed=11)
    costs = [((one - other[list(p)]) ** 2).sum(axis=1).mean() for p in permutations(range(6))]

    assert assignment(one, other).value == pytest.approx(math.sqrt(min(costs)))


def test_wasserstein_between_gaussians() -> None:
    # On a line: (m1 - m2)^2 + (s1 - s2)^2; commuting covariances: the same along each axis.
    assert gaussian([1.0], [[4.0]], [3.0], [[1.0]]) == pytest.approx(math.sqrt(4 + 1))
    turn = np.linalg.qr(cloud(3, 3, seed=12))[0]
    one, other = turn @ np.diag([4, 1, 0]) @ turn.T, turn @ np.diag([1, 9, 0]) @ turn.T
    assert gaussian([0, 0, 0], one, [0, 0, 0], other) == pytest.approx(math.sqrt(1 + 4))
    assert gaussian([0, 0], np.zeros((2, 2)), [3, 4], np.zeros((2, 2))) == pytest.approx(5)


def test_wasserstein_between_gaussians_by_the_map_that_achieves_it() -> None:
    # A symmetric positive map is optimal for any sample, so the best pairing is the map itself, and the
    # Gaussians with the moments of both samples are as far apart.
    one, stretch = cloud(80, 2, seed=13), np.array([[2.0, 0.6], [0.6, 1.0]])
    other = one @ stretch + np.array([1.0, -2.0])
    moments = [m for s in (one, other) for m in (s.mean(axis=0), np.cov(s.T, ddof=0))]

    wanted = math.sqrt(((one - other) ** 2).sum(axis=1).mean())

    assert assignment(one, other).value == pytest.approx(wanted)
    assert gaussian(*moments) == pytest.approx(wanted)


def test_sliced_wasserstein_of_a_shift() -> None:
    # A shift by v moves every slice by its component, whose mean square is |v|^2 / d.
    points = cloud(50, 4, seed=14)
    found = sliced(points, points + np.array([3.0, 0, 0, 0]), rng=np.random.default_rng(0), n_slices=2000)

    assert abs(found.value - 1.5) <= 4 * found.error
    assert sliced(points, points, rng=np.random.default_rng(0)).value == 0.0


def test_mmd_is_the_definition_and_has_no_bias() -> None:
    one, other = cloud(6, 2, seed=15), cloud(7, 2, seed=16, shift=1)

    def k(x: Floats, y: Floats) -> float:
        return math.exp(-((x - y) ** 2).sum() / 2)

    within = [sum(k(x, y) for i, x in enumerate(s) for j, y in enumerate(s) if i != j) for s in (one, other)]
    wanted = within[0] / 30 + within[1] / 42 - 2 * sum(k(x, y) for x in one for y in other) / 42
    found, _ = mmd(one, other, rng=np.random.default_rng(0), bandwidth=1.0)

    assert found.value == pytest.approx(wanted)


def test_mmd_p_values_are_uniform_without_a_difference() -> None:
    rng = np.random.default_rng(17)
    p = [mmd(rng.random((12, 2)), rng.random((10, 2)), rng=rng, n_permutations=19)[1] for _ in range(300)]

    assert abs(np.mean(np.array(p) <= 0.1) - 0.1) <= 4 * math.sqrt(0.09 / 300)
    assert mmd(cloud(30, 2, seed=1), cloud(30, 2, seed=2, shift=2), rng=rng)[1] == pytest.approx(1 / 200)


def test_frontier_area_at_its_ends_and_by_symmetry() -> None:
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.2, 0.7])

    assert frontier_area(p, p) == pytest.approx(1.0, abs=1e-6)
    assert frontier_area(p, q) == pytest.approx(frontier_area(q, p))
    # For disjoint histograms the frontier is x = (1 - w)^5, y = w^5, of area 5 B(6, 5); chords overstate it.
    exact = 5 * math.factorial(5) * math.factorial(4) / math.factorial(10)
    assert exact < frontier_area([1.0, 0.0], [0.0, 1.0]) < 1.05 * exact


def test_mauve_tells_one_law_from_two() -> None:
    rng = np.random.default_rng(18)
    same = mauve(cloud(400, 8, seed=1, shift=1), cloud(400, 8, seed=2, shift=1), rng=rng).value
    other = mauve(cloud(400, 8, seed=1, shift=1), cloud(400, 8, seed=2, shift=-1), rng=rng).value

    assert same > 0.9 > 0.05 > other


@pytest.mark.parametrize("bad", [[], [[1.0, math.nan]] * 9, [[1.0, math.inf]] * 9, [[[1.0]]] * 9, [[]]])
def test_what_is_no_sample_is_refused(bad: list[list[float]]) -> None:
    good, rng = cloud(9, 2, seed=0), np.random.default_rng(0)
    calls: list[Callable[[], object]] = [
        lambda: prdc(good, bad),
        lambda: vendi(bad),
        lambda: mmd(good, bad, rng=rng),
        lambda: assignment(good, bad),
        lambda: sliced(good, bad, rng=rng),
        lambda: mauve(good, bad, rng=rng),
        lambda: line(good[:, 0], bad),
    ]

    for call in calls:
        with pytest.raises(InputError):
            call()


def test_samples_without_variance_have_documented_values() -> None:
    one, rng = np.ones((12, 2)), np.random.default_rng(0)

    assert prdc(one, one).precision.value == 0.0
    assert vendi(one).value == pytest.approx(1)
    assert assignment(one, one).value == line(one[:, 0], one[:, 0]).value == 0.0
    assert mauve(one, one, rng=rng).value == pytest.approx(1.0, abs=1e-6)
    with pytest.raises(InputError, match="bandwidth"):
        mmd(one, one, rng=rng)


def test_numbers_out_of_range_are_refused() -> None:
    a, rng = cloud(9, 2, seed=0), np.random.default_rng(0)
    calls: list[Callable[[], object]] = [
        lambda: prdc(a, a, k=0),
        lambda: prdc(a, a, k=9),
        lambda: prdc(a, a[:, :1]),
        lambda: vendi(np.zeros((2, 2))),
        lambda: mmd(a, a, rng=rng, bandwidth=-1.0),
        lambda: mmd(a, a, rng=rng, n_permutations=0),
        lambda: assignment(a, a[:5]),
        lambda: sliced(a, a, rng=rng, n_slices=1),
        lambda: line(a, a),
        lambda: gaussian([0.0], [[-1.0]], [0.0], [[1.0]]),
        lambda: gaussian([0.0], [[1.0]], [0.0, 1.0], [[1.0]]),
        lambda: mauve(a, a, rng=rng, n_clusters=1),
        lambda: mauve(np.zeros((9, 2)), a, rng=rng),
        lambda: frontier_area([0.5, 0.6], [0.5, 0.5]),
        lambda: from_kernel([[1.0, 0.2], [0.3, 1.0]]),
    ]

    for call in calls:
        with pytest.raises(InputError):
            call()
