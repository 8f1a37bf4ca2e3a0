"""Points against reference points: every metric of samples, with nulls from the reference itself."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError
from headwater.measure.estimate import Estimate, bare
from headwater.measure.features import Floats, checked, checked_pair, square_distances
from headwater.measure.mmd import median_square, squared_mmd
from headwater.measure.prdc import prdc
from headwater.measure.profile import Comparison
from headwater.measure.profile.compare import Measured, row_of
from headwater.measure.vendi import vendi
from headwater.measure.wasserstein import assignment, line, sliced

LEAST_REFERENCE = 32
LEAST_CURRENT = 8


def compare_points(
    reference: npt.ArrayLike, current: npt.ArrayLike, *, rng: np.random.Generator, n_splits: int = 59
) -> Comparison:
    """Compare points with reference points in one feature space.

    Splits are those of `measure.profile.compare`: each cuts the reference into a half and two quarters, and
    measures both quarters and as many points of the other sample against the half.

    Args:
        reference: Shape (n, d), n at least 32; a few thousand at most, as all pairs are measured.
        current: Shape (m, d), m at least 8.
        rng: Where the splits come from.
        n_splits: How many, at least 1; the least p-value is 1 / (n_splits + 1).

    Returns:
        Wasserstein-2, squared MMD at one bandwidth, precision, recall, density, coverage, total variance and
        the Vendi score where every point has a direction. Distances are in the unit of the features, so
        features of different units must be scaled before. `n_tokens` counts points.

    Raises:
        InputError: If there are too few points or no split, a coordinate is not finite, or the points of the
            reference are all the same.
    """
    human, made = checked_pair(reference, current)
    if human.shape[0] < LEAST_REFERENCE or made.shape[0] < LEAST_CURRENT:
        raise InputError(
            f"{human.shape[0]} reference points and {made.shape[0]} others are too few to compare",
            hint=f"give at least {LEAST_REFERENCE} and {LEAST_CURRENT}",
        )
    if n_splits < 1:
        raise InputError("a null needs at least one split")
    width = median_square(square_distances(human, human))
    if not width > 0:
        raise InputError("most points of the reference are the same", hint="there is no spread to lose")
    n = min(human.shape[0] // 4, made.shape[0])
    scale = float(np.sqrt((1 / human.shape[0] + 1 / made.shape[0]) * n / 2))
    splits = [_split(human, made, n, width=width, rng=rng) for _ in range(n_splits)]
    names = [name for name in splits[0][0] if all(name in m for measured in splits for m in measured)]
    return Comparison(tuple(row_of(name, splits, scale=scale) for name in names), n, n_splits)


def _split(
    human: Floats, made: Floats, n: int, *, width: float, rng: np.random.Generator
) -> tuple[Measured, Measured, Measured]:
    order = rng.permutation(human.shape[0])
    half = human[order[: human.shape[0] // 2]]
    one, two = (human[order[start : start + n]] for start in (half.shape[0], order.size - n))
    now = made[rng.permutation(made.shape[0])[:n]]
    seed = int(rng.integers(1 << 62))  # the same lines for all three, so that they do not differ by chance
    a, b, c = (_measure(half, part, width, np.random.default_rng(seed)) for part in (one, two, now))
    return a, b, c


def _measure(half: Floats, part: Floats, width: float, rng: np.random.Generator) -> Measured:
    shares = prdc(half, part)
    found = [shares.precision, shares.recall, shares.density, shares.coverage]
    if half.shape[1] == 1:
        found.append(line(half, part))
    else:
        found += [sliced(half, part, rng=rng, n_slices=64), assignment(half[: part.shape[0]], part)]
    if bool((np.abs(part).max(axis=1) > 0).all()):
        found.append(vendi(part))
    named = {one.name: one.value for one in found}
    named["mmd-1"] = squared_mmd(half, part, square_width=width)
    named["total-variance-1"] = total_variance(part).value
    return named


def total_variance(points: npt.ArrayLike) -> Estimate:
    """Measure the variance of points, summed over coordinates.

    Args:
        points: Shape (n, d), n >= 2.

    Returns:
        The square of the points' unit, without bias; `bootstrap.units` gives it an interval.

    Raises:
        InputError: If there are fewer than two points, or a coordinate is not finite.
    """
    sample = checked(points, least=2)
    return bare("total-variance-1", float(sample.var(axis=0, ddof=1).sum()), n=len(sample))
