"""Self-consuming loops: fully synthetic, with fixed real data, with fresh data; bias; 25 modes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from headwater.collapse import Lab, Normal, Sampling, mix, models, run, theory
from headwater.collapse.models.mixture import FittedMixture
from headwater.collapse.study import Band, Fan, Phase, Setting, Study, Told, Value, Work, beside, mean
from headwater.measure.prdc import prdc

LAMBDAS, SIZE, GENERATIONS, REPLICATES = (1.0, 0.9, 0.8, 0.7, 0.5), 20, 20, 20_000
DIMENSION, REAL, SYNTHETIC, STARTS, LOOPS_ND = 100, 100, 900, (100, 1_000), 60
FIXED, SETTLED = 400, 4_000  # replicates of the augmentation loop, and of each place of the phase diagram
SHARES, BIASES = (0.01, 0.05, 0.1, 0.2, 0.5), (1.0, 0.85, 0.7)
MODES, POINTS, LOOPS = 25, 2_000, 100
MODE_RUNS = {"brief": 1, "full": 4}  # by model of the study: nearly all of its time
IMAGES, IMAGE_BIASES, IMAGE_LOOPS, IMAGE_RUNS = 1_297, (1.0, 0.8, 0.7, 0.5), 10, 6
SEEN = (0, 5, IMAGE_LOOPS)  # generations in which precision and recall are measured


@dataclass(frozen=True, slots=True)
class Start:
    """Begin with another number of samples than later generations have.

    Attributes:
        n: Samples of the first training set.
    """

    n: int

    def first(self, size: int, rng: np.random.Generator) -> np.ndarray:
        """Draw the first training set."""
        return self.fresh(self.n, rng)

    def fresh(self, size: int, rng: np.random.Generator) -> np.ndarray:
        """Draw standard normal vectors."""
        return rng.standard_normal((size, DIMENSION))


def synthetic(scale: float, rng: np.random.Generator) -> dict[str, Any]:
    """Run the fully synthetic loop with the unbiased estimator."""
    plan = mix.plan(mix.Bias(scale=scale)) if scale != 1.0 else mix.plan()
    lab = Lab(models.Gaussian(ddof=1), Normal(), SIZE, GENERATIONS, plan, REPLICATES)
    sigma = np.sqrt(run(lab, rng).statistics["variance"])
    se = sigma.std(axis=1, ddof=1) / REPLICATES**0.5
    quantiles = np.quantile(sigma, (0.05, 0.5, 0.95), axis=1).tolist()
    return {"mean": sigma.mean(axis=1).tolist(), "se": se.tolist(), "quantiles": quantiles}


def fixed(rng: np.random.Generator) -> dict[str, Any]:
    """Run the augmentation loop: a tenth of every set comes from the same hundred real samples."""
    kept = []
    for _ in range(FIXED):
        real = rng.standard_normal(100)
        plan = mix.plan(mix.Reserve(0.1, real))
        lab = Lab(models.Gaussian(), Normal(), 100, 100, plan)
        kept.append(run(lab, rng).statistics["variance"][:, 0])
    found = np.array(kept)
    return {"mean": found.mean(axis=0).tolist(), "se": (found.std(axis=0, ddof=1) / FIXED**0.5).tolist()}


def fresh(start: int, rng: np.random.Generator) -> dict[str, Any]:
    """Run the fresh data loop in a hundred dimensions from a first set of a given size."""
    plan = mix.plan(mix.Fresh(REAL / (REAL + SYNTHETIC)))
    lab = Lab(models.GaussianNd(), Start(start), REAL + SYNTHETIC, 30, plan, LOOPS_ND)
    found = run(lab, rng).statistics
    variance, drift = found["variance"] / DIMENSION, found["mean_squared"] / DIMENSION
    return {"variance": variance.tolist(), "drift": drift.tolist()}


def worth(share: float, scale: float, rng: np.random.Generator) -> dict[str, Any]:
    """Measure where a fresh data loop settles, at one share and bias."""
    plan = mix.plan(mix.Fresh(share), *([mix.Bias(scale=scale)] if scale != 1.0 else []))
    lab = Lab(models.Gaussian(), Normal(), 1_000, 400, plan, SETTLED)
    found = run(lab, rng).statistics
    variance, drift = found["variance"][-1], found["mean"][-1] ** 2
    return {
        name: [float(x.mean()), float(x.std(ddof=1)) / len(x) ** 0.5]
        for name, x in (("variance", variance), ("drift", drift))
    }


def modes(rng: np.random.Generator) -> dict[str, Any]:
    """Run a mixture on a five by five grid of modes; count those that are left."""
    side = np.arange(5) * 2.0 - 4.0
    means = np.array([(x, y) for x in side for y in side])
    spread = 0.1**2 * np.repeat(np.eye(2)[None], MODES, axis=0)
    fitted, model = FittedMixture(np.full(MODES, 1 / MODES), means, spread), models.Mixture(MODES)
    left, variance = [], []
    for _ in range(LOOPS + 1):
        points = fitted.sample(POINTS, rng, sampling=Sampling())
        near = np.linalg.norm(points[:, None] - means[None], axis=2) < 0.3
        left.append(int((near.sum(axis=0) > 0).sum()))
        variance.append(float(points.var(axis=0).sum()))
        fitted = model.fit(points, rng=rng)
    return {"modes": left, "variance": variance}


def images(scale: float, rng: np.random.Generator) -> dict[str, Any]:
    """Run the fully synthetic loop on digits; keep precision and recall against the real ones."""
    real, model = models.load_digits()[:IMAGES], models.PcaGaussian()
    sampling, found = Sampling(scale=scale), []
    for _ in range(IMAGE_RUNS):
        data, seen = real, []
        for generation in range(IMAGE_LOOPS + 1):
            data = model.fit(data, rng=rng).sample(IMAGES, rng, sampling=sampling)
            if generation in SEEN:
                shares = prdc(real, data)
                seen.append((shares.precision.value, shares.recall.value))
        found.append(seen)
    precision, recall = np.moveaxis(np.array(found), 2, 0).tolist()
    return {"precision": precision, "recall": recall}


def cells(model: str) -> Mapping[str, Work]:
    """List one cell for each loop, bias, first set and place of the phase diagram."""
    found: dict[str, Work] = {f"modes-{i}": modes for i in range(MODE_RUNS[model])}
    found |= {"fixed": fixed} | {f"images-{x:g}": partial(images, x) for x in IMAGE_BIASES}
    found |= {f"fresh-{n}": partial(fresh, n) for n in STARTS}
    found |= {f"synthetic-{x:g}": partial(synthetic, x) for x in LAMBDAS}
    return found | {f"worth-{a:g}-{x:g}": partial(worth, a, x) for a in SHARES for x in BIASES}


def tell(model: str, results: Mapping[str, Mapping[str, Any]]) -> Told:
    """Hold each loop against its law, and the two first sets against each other."""
    values: dict[str, Value] = {}
    for x in LAMBDAS:
        found = results[f"synthetic-{x:g}"]
        law = float(theory.expected_sd(GENERATIONS + 1, SIZE, ddof=1)) * x ** (GENERATIONS / 2)
        pair = (found["mean"][-1], found["se"][-1])
        values[f"E sigma, fully synthetic, lambda = {x:g}, generation {GENERATIONS}"] = beside(pair, law)
    still = results["fixed"]
    law = 1.0 - float(theory.loss_reserve(101, 100, share=0.1, reserve=100))
    values["variance kept, fixed real data, generation 100"] = beside(
        (still["mean"][-1], still["se"][-1]), law
    )
    one, other = (np.array(results[f"fresh-{n}"]["variance"])[-1] for n in STARTS)
    gap = one.mean() - other.mean()
    se = float(np.hypot(one.std(ddof=1), other.std(ddof=1)) / one.size**0.5)
    values["variance, n_ini = 100 less n_ini = 1000, generation 30"] = Value(float(gap), se)
    limit = theory.fresh_moments_limit(REAL + SYNTHETIC, share=REAL / (REAL + SYNTHETIC))
    for n, sample in zip(STARTS, (one, other), strict=True):
        values[f"variance, fresh data loop, n_ini = {n}"] = mean(sample, peer=limit[0])
    for a in SHARES:
        for x in BIASES:
            found = results[f"worth-{a:g}-{x:g}"]
            settled = theory.fresh_moments_limit(1_000, share=a, scale=x)[0]
            values[f"variance kept, share {a:g}, lambda = {x:g}"] = beside(found["variance"], settled)
        drift, se = results[f"worth-{a:g}-1"]["drift"]
        worth_ = 1.0 / (drift * a * 1_000)
        values[f"n_e / n_r, share {a:g}, lambda = 1"] = Value(
            worth_, worth_ * se / drift, theory.effective_ratio(1_000, share=a)
        )
    left, spread = (
        np.array([results[f"modes-{i}"][x] for i in range(MODE_RUNS[model])]) for x in ("modes", "variance")
    )
    values[f"modes left of {MODES}, generation {LOOPS}"] = mean(left[:, -1])
    values["share of modes left by share of variance left"] = mean(
        left[:, -1] / MODES / (spread[:, -1] / spread[:, 0])
    )
    return Told(values | _digits(results), _figures(results, MODE_RUNS[model]))


def _digits(results: Mapping[str, Mapping[str, Any]]) -> dict[str, Value]:
    """Say how precision and recall move, bias by bias, and how much faster recall falls under one."""
    values: dict[str, Value] = {}
    for x in IMAGE_BIASES:
        for name in ("precision", "recall"):
            runs = np.array(results[f"images-{x:g}"][name])
            values[f"{name} of digits, lambda = {x:g}, generation {IMAGE_LOOPS} less 0"] = mean(
                runs[:, -1] - runs[:, 0]
            )
    fair = np.array(results["images-1"]["recall"])[:, 1]
    for x in IMAGE_BIASES[1:]:
        biased = np.array(results[f"images-{x:g}"]["recall"])[:, 1]
        values[f"recall of digits, generation {SEEN[1]}, lambda = {x:g} less lambda = 1"] = mean(
            biased - fair
        )
    return values


def _figures(results: Mapping[str, Mapping[str, Any]], mode_runs: int) -> tuple[Fan | Phase, ...]:
    n = np.arange(1, GENERATIONS + 2)
    bands = []
    for x in LAMBDAS:
        low, middle, high = (tuple(row) for row in results[f"synthetic-{x:g}"]["quantiles"])
        law = np.sqrt(theory.median_variance(n, SIZE, ddof=1) * x ** (n - 1.0))
        bands.append(Band(f"lambda = {x:g}", middle, low, high, tuple(law.tolist())))
    loops = tuple(
        Band(
            f"n_ini = {n}",
            tuple((np.array(r["drift"]) + (1 - np.sqrt(r["variance"])) ** 2).mean(axis=1).tolist()),
        )
        for n, r in ((n, results[f"fresh-{n}"]) for n in STARTS)
    )
    kept = tuple(
        tuple(results[f"worth-{a:g}-{x:g}"]["variance"][0] for a in SHARES) for x in reversed(BIASES)
    )
    left = tuple(
        Band(f"run {i}", tuple(map(float, results[f"modes-{i}"]["modes"]))) for i in range(mode_runs)
    )
    return (
        Fan("Fully synthetic loop", "median sigma", tuple(range(GENERATIONS + 1)), tuple(bands), log=True),
        Fan("Fresh data loop", "distance from the truth", tuple(range(31)), loops, log=True),
        Phase("Variance kept", "variance kept", ("fresh share", SHARES), ("lambda", BIASES[::-1]), kept),
        Fan("Modes left", "modes", tuple(range(LOOPS + 1)), left),
    )


STUDY = Study(
    title="Without fresh data generative models go MAD; with it they settle, wherever they began.",
    paper="Alemohammad et al. (2024, ICLR), arXiv 2307.01850.",
    settings=(
        Setting(
            "sampling bias lambda", "1, 0.8, 0.7, 0.5", "1, 0.9, 0.8, 0.7, 0.5; phase diagram 1, 0.85, 0.7"
        ),
        Setting(
            "models of images",
            "StyleGAN2 on FFHQ, DDPM on MNIST",
            "a Gaussian on 16 principal components of 8 x 8 digits, a much smaller model",
        ),
        Setting("precision and recall", "k = 5, features of a network", "k = 5, pixels"),
        Setting(
            "replicates",
            "1 to 3",
            f"{REPLICATES}; {LOOPS_ND} in 100 dimensions; {IMAGE_RUNS} of digits; 1 or 4 of modes",
        ),
        Setting("fresh data loop", "d = 100, n_r = 100, n_s = 900", "d = 100, n_r = 100, n_s = 900"),
        Setting("first set n_ini", "100, 1000", "100, 1000"),
        Setting("fixed real data", "the whole set in every generation", "100 samples, drawn from again"),
        Setting("phase diagram", "n_r, n_s from 100 to 10,000", "1,000 samples, fresh share 0.01 to 0.5"),
        Setting("25-mode mixture", "up to 2,000 generations", f"{POINTS} points, {LOOPS} generations"),
    ),
    cells=cells,
    tell=tell,
    models=("brief", "full"),
    workers=2,
)

if __name__ == "__main__":
    from headwater.cli.study import main

    main(__file__)
