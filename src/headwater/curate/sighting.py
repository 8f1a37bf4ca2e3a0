"""One text of a crawl as an estimate over it sees it: site, month, strata, score, and what is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from headwater.curate.calibrate import score_of, stratum_names
from headwater.curate.calibration import Calibration
from headwater.curate.labels.statistical import Statistical
from headwater.curate.policy import Policy
from headwater.curate.rules import Labels, origin

NO_MONTH = "no date"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One text of a crawl, of each cluster of near-duplicates one.

    Attributes:
        site: Registrable domain, or the document's own id.
        language: Code.
        month: Such as `2024-03`, as the crawler claims.
        names: Its strata, the finest first; empty when it is too short to say anything of.
        score: Of the label that a calibration ranks.
        origin: `generated`, `human` or `translated` when that is known without statistics; empty when not.
    """

    site: str
    language: str
    month: str
    names: tuple[str, ...]
    score: float
    origin: str = ""


def sightings(
    rows: Iterable[Labels], policy: Policy, *, scored_by: str = Statistical.name
) -> Iterator[Sighting]:
    """Give the texts of a run, one a cluster of near-duplicates.

    A cluster is known to be generated when any of its texts is.

    Args:
        rows: Labels of every document; `language` and `statistical` must be among them.
        policy: Says from where on a watermark is one, and which status is an error.
        scored_by: Label whose score is taken.
    """
    clusters: dict[str, Sighting] = {}
    for labels in rows:
        status = labels.get("capture", {}).get("status") or 0
        if status >= policy.error_status or labels["statistical"]["n_scored_words"] == 0:
            continue
        seen = _sighting(labels, policy, scored_by)
        cluster = labels.get("duplicate", {}).get("near_cluster")
        if not cluster:
            yield seen
            continue
        first = clusters.setdefault(cluster, seen)
        if seen.origin == "generated":
            clusters[cluster] = replace(first, origin="generated")
    yield from clusters.values()


def known(calibration: Calibration) -> Iterator[Sighting]:
    """Give the generated texts that a calibration knows, each a site of its own."""
    for stratum, scores in calibration.generated.items():
        parts = stratum.split("/")
        names = tuple("/".join(parts[:depth]) for depth in range(len(parts), 0, -1))
        for score in scores:
            yield Sighting("", parts[0], "", names, score, "generated")


def _sighting(labels: Labels, policy: Policy, scored_by: str) -> Sighting:
    capture = labels.get("capture", {})
    return Sighting(
        site=capture.get("domain") or labels["statistical"]["id"],
        language=labels["language"]["language"],
        month=(capture.get("captured") or NO_MONTH)[:7],
        names=stratum_names(labels),
        score=score_of(labels, scored_by),
        origin=origin(labels, policy),
    )
