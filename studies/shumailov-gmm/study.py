"""A mixture of two Gaussians fitted to its own samples: its distance from the truth grows, it merges."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from headwater.collapse.models import Mixture
from headwater.collapse.models.mixture import FittedMixture
from headwater.collapse.study import Band, Fan, Setting, Study, Told, Work, median

SIZE, GENERATIONS, REPLICATES = 1_000, 2_000, 4
TRUTH = FittedMixture(
    np.array([0.5, 0.5]), np.array([[-2.0, 0.0], [2.0, 0.0]]), np.repeat(np.eye(2)[None], 2, axis=0)
)
EVERY = 20


def overlap(one: FittedMixture, other: FittedMixture) -> float:
    """Integrate the product of two mixture densities."""
    total = 0.0
    for w, m, c in zip(one.weights, one.means, one.covariances, strict=True):
        for v, n, d in zip(other.weights, other.means, other.covariances, strict=True):
            sum_, gap = c + d, m - n
            root = (2.0 * np.pi) ** gap.size * np.linalg.det(sum_)
            total += w * v * np.exp(-0.5 * gap @ np.linalg.solve(sum_, gap)) / np.sqrt(root)
    return float(total)


def distance(one: FittedMixture, other: FittedMixture) -> float:
    """Give the squared L2 distance of two mixture densities, in closed form."""
    return overlap(one, one) + overlap(other, other) - 2.0 * overlap(one, other)


def evolve(rng: np.random.Generator) -> dict[str, Any]:
    """Fit, sample, fit again, and keep distance from the truth, variance and separation."""
    model, fitted = Mixture(components=2), TRUTH
    kept: dict[str, list[float]] = {"distance": [], "variance": [], "separation": []}
    for generation in range(GENERATIONS + 1):
        fitted = model.fit(fitted.sample(SIZE, rng), rng=rng)
        if generation % EVERY == 0:
            kept["distance"].append(distance(TRUTH, fitted))
            kept["variance"].append(fitted.summary()["variance"])
            kept["separation"].append(float(np.linalg.norm(fitted.means[0] - fitted.means[1])))
    return kept


def cells(model: str) -> Mapping[str, Work]:
    """List one cell a replicate."""
    return {f"replicate-{i}": partial(evolve) for i in range(REPLICATES)}


def tell(model: str, results: Mapping[str, Mapping[str, Any]]) -> Told:
    """Hold late generations against early ones."""
    grown = np.array([r["distance"] for r in results.values()])
    variance = np.array([r["variance"] for r in results.values()])
    apart = np.array([r["separation"] for r in results.values()])
    early, middle, late = (grown[:, g // EVERY] for g in (20, 200, 2_000))
    values = {
        "L2 at generation 200 by generation 20, median": median(middle / early),
        "L2 at generation 2000 by generation 200, median": median(late / middle),
        "variance at generation 2000 by the truth's, median": median(variance[:, -1] / 6.0),
        "distance of the means at generation 2000 by the truth's, median": median(apart[:, -1] / 4.0),
    }
    x = tuple(float(g) for g in range(0, GENERATIONS + 1, EVERY))
    bands = tuple(Band(name, tuple(row)) for name, row in zip(results, grown.tolist(), strict=True))
    spread = tuple(Band(name, tuple(row)) for name, row in zip(results, variance.tolist(), strict=True))
    figures = (
        Fan("Distance from the truth", "squared L2", x, bands, log=True),
        Fan("Variance", "total variance", x, spread, log=True),
    )
    return Told(values, figures)


STUDY = Study(
    title="A mixture of two Gaussians moves away from the truth, and its components merge.",
    paper="Shumailov et al. (2024), Nature 631:755, mixture models; the notebook released with it.",
    settings=(
        Setting("model", "scikit-learn, 2 components, full covariance", "the same"),
        Setting("tolerance", "1e-5", "1e-5"),
        Setting("samples a generation", "1000", f"{SIZE}"),
        Setting("generations", "2050", f"{GENERATIONS}"),
        Setting("truth", "two clusters in a figure", "unit Gaussians, means 4 apart"),
        Setting("replicates", "1", f"{REPLICATES}"),
    ),
    cells=cells,
    tell=tell,
    workers=2,
)

if __name__ == "__main__":
    from headwater.cli.study import main

    main(__file__)
