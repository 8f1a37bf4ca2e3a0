"""Labelled texts as detection benchmarks read them, and how well a score tells the two kinds apart."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

LEAST_KIND = 40


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Read labelled texts."""
    import zstandard

    with path.open("rb") as packed:
        for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(packed), "utf-8"):
            yield json.loads(line)


def enough(texts: Sequence[dict[str, Any]]) -> bool:
    """Tell whether there is enough of both kinds."""
    n_generated = sum(text["label"] for text in texts)
    return bool(min(n_generated, len(texts) - n_generated) >= LEAST_KIND)


def sample(texts: list[dict[str, Any]], n: int) -> list[dict[str, Any]]:
    """Pick at most n texts at random."""
    return random.Random(11).sample(texts, min(n, len(texts)))


def labels(texts: Sequence[dict[str, Any]]) -> Any:
    """Give 1 for generated and 0 for human texts, shape (n,)."""
    return np.array([text["label"] for text in texts])


def area(scores: Any, label: Any) -> float:
    """Give the chance that a generated text scores above a human one."""
    from scipy.stats import mannwhitneyu

    generated, human = scores[label == 1], scores[label == 0]
    return float(mannwhitneyu(generated, human).statistic / (generated.size * human.size))


def found(scores: Any, label: Any, level: float) -> float:
    """Give the share of generated texts above all but a share of the human ones."""
    human = np.sort(scores[label == 0])[::-1]
    return float((scores[label == 1] > human[int(level * human.size)]).mean())
