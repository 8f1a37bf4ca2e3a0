"""Marked prose of SmolLM2 is found at one in a million, and is as likely to the model as unmarked prose."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from headwater.collapse.study import Band, Fan, Setting, Study, Told, Value, Work
from headwater.watermark import detect, ngrams
from headwater.watermark.bench import power, samples
from headwater.watermark.bench.quality import judge
from headwater.watermark.schemes import SCHEMES

SAMPLES = Path(__file__).with_name("samples.npz")
FOUND, PLAIN = "gumbel-aes-1", "unmarked"
LEVEL = 1e-6
LENGTHS = (25, 50, 100, 150, 200)
N_KEYS = 2_000  # that unmarked texts are tested under


def found(rng: np.random.Generator) -> dict[str, Any]:
    """Look for the marks in the first tokens of every text, under its own key."""
    arm = samples.read(SAMPLES)[FOUND]
    shares = []
    for length in LENGTHS:
        log_p = power.log_p(arm, list(arm.tokens[:, :length]))
        shares.append(float((log_p <= math.log(LEVEL)).mean()))
    return {"n": len(arm.tokens), "shares": shares, "median": float(np.median(log_p)) / math.log(10.0)}


def spared(rng: np.random.Generator) -> dict[str, Any]:
    """Test what the model wrote without a mark under many keys."""
    arm = samples.read(SAMPLES)["unmarked long"]
    scheme = SCHEMES[FOUND]
    texts = ngrams.gather(ngrams.batch(list(arm.tokens)), scheme)
    alarms, n_tests = 0, 0
    for _ in range(N_KEYS):
        log_p = detect.read(texts, scheme, power.drawn(scheme, rng)).log_p
        alarms, n_tests = alarms + int((log_p <= math.log(1e-3)).sum()), n_tests + log_p.size
    return {"alarms": alarms, "n": n_tests}


def likely(name: str, rng: np.random.Generator) -> dict[str, Any]:
    """Hold the perplexity of an arm against that of the unmarked one, over as many tokens."""
    arms = samples.read(SAMPLES)
    told = judge(arms[name], arms[PLAIN], n_texts=0, n_tokens=1 << 30)
    return {
        "n": told.n,
        "mean": told.log_perplexity,
        "se": math.hypot(told.se, told.beside_se),
        "beside": told.beside,
    }


def compared() -> list[str]:
    """List the arms of marks without distortion whose perplexity is compared."""
    return [
        arm.name
        for arm in samples.read(SAMPLES).values()
        if arm.profile and arm.temperature == 1.0 and arm.name.startswith("short")
        and SCHEMES[arm.profile].traits.distortion_free
    ]  # fmt: skip


def cells(model: str) -> Mapping[str, Work]:
    """List the search for marks, the null, and one cell an arm."""
    arms: dict[str, Work] = {name.replace(" ", "-"): partial(likely, name) for name in compared()}
    return {"found": found, "spared": spared} | arms


def tell(model: str, results: Mapping[str, Mapping[str, Any]]) -> Told:
    """Give the share that is found, and the perplexities beside each other."""
    told, null = results["found"], results["spared"]
    share, n = told["shares"][-1], told["n"]
    values = {
        "texts of 200 tokens found at 1e-6": Value(share, math.sqrt(share * (1.0 - share) / n)),
        "unmarked texts found at 1e-3, by that level": Value(
            null["alarms"] / null["n"] / 1e-3, math.sqrt(null["alarms"]) / null["n"] / 1e-3
        ),
    }
    for name in compared():
        row = results[name.replace(" ", "-")]
        profile = samples.read(SAMPLES)[name].profile
        values[f"log-perplexity, {profile}"] = Value(row["mean"], row["se"], row["beside"])
        values[f"samples, {profile}"] = Value(float(row["n"]))
    figure = Fan(
        "Found at 1e-6, by length",
        "share found",
        tuple(map(float, LENGTHS)),
        (Band(FOUND, tuple(told["shares"])),),
        across="tokens",
    )
    return Told(values, (figure,))


STUDY = Study(
    title="Marked prose is found at one in a million after 200 tokens, and costs the model nothing.",
    paper="No paper: S. Aaronson's Gumbel marks and SynthID's tournaments, on SmolLM2 135M Instruct.",
    settings=(
        Setting("model", "none", "SmolLM2 135M Instruct at temperature 1, the end of an answer never drawn"),
        Setting("prompts", "none", "eight questions about 64 things"),
        Setting("keys", "none", "one a text"),
        Setting("texts that are looked for", "none", "128 of 200 tokens"),
        Setting("texts whose perplexity is compared", "none", "their first 16 tokens"),
    ),
    cells=cells,
    tell=tell,
    inputs={"samples.npz": SAMPLES.read_bytes},
    parts=("collapse", "measure", "watermark"),
)

if __name__ == "__main__":
    from headwater.cli.study import main

    main(__file__)
