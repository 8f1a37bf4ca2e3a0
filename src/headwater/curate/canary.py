"""Canaries: human texts held out of the calibration that go where every document of the crawl goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from zlib import crc32

from headwater.curate.audit import STRATA
from headwater.curate.calibration import Calibration, parse
from headwater.curate.document import bare
from headwater.curate.labels import LABELS
from headwater.curate.labels.detector import Detector
from headwater.curate.layout import Layout
from headwater.curate.policy import Policy
from headwater.curate.rules import decide
from headwater.curate.store import intact
from headwater.stats import clopper_pearson

LEAST = 20
_A_SHARD = 100
_DIMENSIONS = ("language", "script", "length")


@dataclass(frozen=True, slots=True)
class Cut:
    """What a policy does to the human texts of one stratum.

    Attributes:
        dimension: Such as `language`.
        stratum: Such as `de`.
        n: Canaries in it.
        n_cut: Of these, those the policy does not admit.
        low: Lower end of the 95 % interval (one-sided Clopper-Pearson) of the share it cuts.
    """

    dimension: str
    stratum: str
    n: int
    n_cut: int
    low: float


def held(layout: Layout) -> Calibration:
    """Read the calibration of the run under way.

    Raises:
        FormatError: If it is damaged.
    """
    with intact(layout.calibration):
        return parse(layout.calibration.read_bytes())


def canary_scores(layout: Layout, shard: str = "", *, detector: str = "") -> list[float | None]:
    """Score canaries where a shard's documents are decided.

    Args:
        layout: Of the run.
        shard: Its name; empty for all canaries.
        detector: Of the run; empty for none.

    Returns:
        In the order of the canaries; None for those whose turn is with other shards.
    """
    calibration = held(layout)
    canaries = calibration.canaries
    n_turns = max(1, round(len(canaries) / _A_SHARD)) if shard else 1
    turn = crc32(shard.encode()) % n_turns
    label = _label(calibration.label, detector if calibration.label == Detector.name else "")
    return [
        float(label.measure(bare(canary.text))["score"]) if at % n_turns == turn else None
        for at, canary in enumerate(canaries)
    ]


def cuts(
    calibration: Calibration, policy: Policy, labels: Sequence[str], *, called: Sequence[bool]
) -> list[Cut]:
    """Decide every canary as a document of the crawl, and count what is cut.

    Args:
        calibration: Whose canaries.
        policy: What evidence leads to.
        labels: Labels of the run.
        called: For each canary, whether statistics call it.

    Returns:
        One a stratum of at least 20 canaries, by dimension and name.
    """
    n: Counter[tuple[str, str]] = Counter()
    n_cut: Counter[tuple[str, str]] = Counter()
    for canary, hit in zip(calibration.canaries, called, strict=True):
        rows = measured(canary.text, labels)
        action = decide(rows, policy).action
        cut = action != "admit" or (hit and policy.reads_generated != "admit")
        for dimension in _DIMENSIONS:
            stratum = STRATA[dimension](rows)
            if stratum is not None:
                n[dimension, stratum] += 1
                n_cut[dimension, stratum] += cut
    return [
        Cut(*key, n[key], n_cut[key], clopper_pearson(n_cut[key], n[key], 0.9)[0])
        for key in sorted(n)
        if n[key] >= LEAST
    ]


def measured(text: str, labels: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """Measure a bare text by every label; corpus-wide columns are missing."""
    document = bare(text)
    return {name.rsplit("-", 1)[0]: _label(name).measure(document) for name in labels}


@cache
def _label(name: str, detector: str = "") -> Any:
    return LABELS[name](**({"detector": detector} if detector else {}))
