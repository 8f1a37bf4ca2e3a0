"""Variational auto-encoders trained on images of the one before: the latent spread shrinks steadily."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from headwater.collapse import Corpus, Lab, models, run
from headwater.collapse.models.vae import FittedVae
from headwater.collapse.study import Band, Fan, Setting, Study, Told, Value, Work, mean, median
from headwater.collapse.study.probe import Probe
from headwater.extras import require

GENERATIONS, RUNS, TRAIN = 5, 3, 1_297
PUBLISHED = (0.688, 0.603, 0.534, 0.483, 0.443)  # means of five runs, generations 1 to 5


def recur(rng: np.random.Generator) -> dict[str, Any]:
    """Run one recursion; keep the latent spread of what each generation makes, under the first encoder."""
    first: list[FittedVae] = []
    eyes = np.random.default_rng(0)

    def look(fitted: Any, data: np.ndarray) -> dict[str, float]:
        first.append(fitted)
        return {"latent_sd": spread(first[0], fitted.sample(2_000, eyes))}

    lab = Lab(Probe(models.Vae(), look), Corpus(models.load_digits()[:TRAIN]), TRAIN, GENERATIONS)
    found = run(lab, rng).statistics
    return {name: found[name][:, 0].tolist() for name in ("latent_sd", "variance")}


def spread(vae: FittedVae, images: np.ndarray) -> float:
    """Encode images, and give the root mean square over dimensions of the means' deviations."""
    torch = require("torch", extra="lm")
    with torch.no_grad():
        means, _ = vae.encoder(torch.from_numpy(images.astype(np.float32))).chunk(2, dim=1)
    return float(np.sqrt(means.numpy().var(axis=0).mean()))


def cells(model: str) -> Mapping[str, Work]:
    """List one cell a run."""
    return {f"run-{i}": partial(recur) for i in range(RUNS)}


def tell(model: str, results: Mapping[str, Mapping[str, Any]]) -> Told:
    """Give the factor by which the spread shrinks in each generation, and over all of them."""
    sd = np.array([r["latent_sd"] for r in results.values()])
    variance = np.array([r["variance"] for r in results.values()])
    # Generation g is trained on what generation g - 1 makes, as in the paper's table.
    factors = sd[:, 1:] / sd[:, :-1]
    values = {
        "latent sd by that of the generation before, median": median(np.exp(np.log(factors).mean(axis=1))),
        "steps down of 15": Value(float((factors < 1.0).sum())),
        "latent sd at generation 5 by generation 1, mean": mean(sd[:, 5] / sd[:, 1]),
    }
    band = Band("digits", *(tuple(f(sd, axis=0).tolist()) for f in (np.median, np.min, np.max)))
    paper = Band("published, MNIST", (float("nan"), *PUBLISHED))
    width = Band("digits", *(tuple(f(variance, axis=0).tolist()) for f in (np.median, np.min, np.max)))
    generations = tuple(range(GENERATIONS + 1))
    return Told(
        values,
        (
            Fan("Latent spread", "sd under the first encoder", generations, (band, paper)),
            Fan("Variance of the images", "total variance", generations, (width,)),
        ),
    )


STUDY = Study(
    title="The latent spread of generated images shrinks by about a tenth in every generation.",
    paper="Shumailov et al. (2024), Nature 631:755, variational auto-encoders.",
    settings=(
        Setting("images", "MNIST, 28 x 28", f"digits of scikit-learn, 8 x 8, {TRAIN} of them"),
        Setting("latent dimensions", "20", "8"),
        Setting("network", "convolutions, capacity 64", "two hidden layers of 96, a smaller model"),
        Setting("training", "30 epochs, batch 256, Adam 1e-3, beta 1", "60 epochs, beta 0.1"),
        Setting("synthetic data", "fresh samples in every batch", f"{TRAIN} samples"),
        Setting("generations", "5", f"{GENERATIONS}"),
        Setting("runs", "5", f"{RUNS}"),
    ),
    cells=cells,
    tell=tell,
    inputs={"digits": lambda: models.load_digits().tobytes()},
    workers=2,
)

if __name__ == "__main__":
    from headwater.cli.study import main

    main(__file__)
