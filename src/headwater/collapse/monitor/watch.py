"""Watching: two profiles in, the stage and everything it was judged by out."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from headwater.collapse.monitor.generations import Equivalent, equivalent
from headwater.collapse.monitor.overlap import overlap
from headwater.collapse.monitor.stage import LEVEL, Coordinate, Evidence, Verdict, judge
from headwater.errors import InputError
from headwater.measure.profile import Comparison, Profile, Row, compare

LEAST_SPLITS = math.ceil(2 / LEVEL) - 1
LIMITS = (
    "Whether a machine wrote the text: other human authors, topics or times lose words as well.",
    "What is copied: a corpus that holds documents of the reference looks over-confident.",
    "What a model trained on the corpus will do: the monitor sees words, not facts, images or skills.",
    "What lies beyond the sample: at most 1 024 documents of each are compared, 256 words of each.",
    "Which force was at work: low temperatures lose in one generation what drift loses in many.",
    "That a corpus is fine: healthy means that no difference was found at this size.",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Hold everything that was found; no number sums it up.

    Attributes:
        verdict: The stage and the rules that hold.
        evidence: What the rules looked at.
        generations: The loss of words as generations of drift.
        comparison: Every metric at equal size, with its null.
        n_documents: Documents of the reference and of the corpus.
        n_words: Words of both.
        level: The chance that healthy text is called otherwise.
    """

    verdict: Verdict
    evidence: Evidence
    generations: Equivalent
    comparison: Comparison
    n_documents: tuple[int, int]
    n_words: tuple[int, int]
    level: float

    def to_json(self) -> dict[str, Any]:
        """Give plain values; infinity becomes null."""
        plain = asdict(self)
        plain["generations"] = {
            key: value if math.isfinite(value) else None for key, value in plain["generations"].items()
        }
        return plain | {"limits": list(LIMITS)}


def watch(reference: Profile, current: Profile, *, rng: np.random.Generator, n_splits: int = 59) -> Finding:
    """Hold a corpus against human text.

    Args:
        reference: A profile of human text of the same kind, at least eight documents; fifty are better.
        current: A profile of the same size bounds, at least one document.
        rng: Where splits come from; the same generator gives the same finding.
        n_splits: Splits of the comparison, at least 39, so that a p-value can reach the level.

    Returns:
        The finding.

    Raises:
        InputError: If there is too little text or there are too few splits.
    """
    if n_splits < LEAST_SPLITS:
        raise InputError(f"{n_splits} splits cannot reach the level", hint=f"at least {LEAST_SPLITS} can")
    found = overlap(reference, current, rng=rng)
    comparison = compare(reference, current, rng=rng, n_splits=n_splits)
    rows = {row.name: row for row in comparison.rows}
    evidence = Evidence(
        found.tail_loss,
        _loss("core-loss-1", rows["heterozygosity-1"]),
        _drift(rows.get("log-perplexity-0.5-1")),
        _loss("variety-loss-1", rows["missing-mass-1"]),
        found.kept,
        _ratio(rows["unknown-mass-1"]),
    )
    return Finding(
        judge(evidence),
        evidence,
        equivalent(found.effective, n_words=found.n_words),
        comparison,
        (reference.n_documents, current.n_documents),
        (reference.n_words, current.n_words),
        LEVEL,
    )


def _loss(name: str, row: Row) -> Coordinate:
    """Turn a difference into a share lost of the reference's value."""
    base = row.reference or 1.0
    return Coordinate(name, -row.difference / base, -row.null_high / base, -row.null_low / base, row.p)


def _ratio(row: Row) -> float:
    """Divide the shares of unknown words, where one in ten thousand counts as none."""
    return max(row.current, 1e-4) / max(row.reference, 1e-4)


def _drift(row: Row | None) -> Coordinate | None:
    if row is None:
        return None
    return Coordinate("perplexity-drift-1", row.difference, row.null_low, row.null_high, row.p)
