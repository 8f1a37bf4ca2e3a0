"""Between the second pass and the third: statistics over all shards, and the decisions they change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from headwater.curate import settlement
from headwater.curate.calibrate import score_of, stratum_names
from headwater.curate.calibration import Calibration
from headwater.curate.canary import canary_scores, cuts, held
from headwater.curate.decide import known_rows
from headwater.curate.declaration import Tally, worth
from headwater.curate.engine.engine import Item, OpenFrame
from headwater.curate.estimate import estimate, pooled
from headwater.curate.fuse import Finding, Subject, canary_calls, fuse
from headwater.curate.layout import STATISTICS, Layout
from headwater.curate.policy import Policy, parse
from headwater.curate.rules import Labels, claims_machine, is_certified, origin
from headwater.curate.sighting import Sighting, sightings
from headwater.curate.store import Tables, read_json, read_rows, write_json

STATISTICS_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("stratum", pa.string()),
        ("p", pa.float64()),
        ("weight", pa.float32()),
        ("log_ratio", pa.float32()),
        ("review", pa.bool_()),
    ]
)


def run(item: Item, open_frame: OpenFrame) -> Item:
    """Rank what is still admitted by a calibration, and note which decisions change.

    Args:
        item: `root`, `shards` (their names), `labels`, `policy` (TOML), `detector` and `judged`.
        open_frame: Not needed; labels are read shard by shard.

    Returns:
        Nothing; the results stand in files.
    """
    del open_frame
    layout, shards, policy = Layout(Path(item["root"])), item["shards"], parse(item["policy"])
    calibration = held(layout)
    scores = [
        canary_scores(layout, detector=item["detector"]),
        *(read_json(layout.canaries(shard)) for shard in shards),
    ]
    tally = Tally(policy)
    rows = tally.over(_labelled(layout, shards, item))
    crawl = list(sightings(rows, policy, scored_by=calibration.label))
    made = tally.found()
    ratios = {one.kind: one.log_ratio for one in made if one.log_ratio is not None}
    fusion = fuse(
        _tested(layout, shards, item, scored_by=calibration.label, ratios=ratios),
        calibration,
        policy,
        canary_scores=scores,
        declared=pooled(seen for seen in crawl if seen.origin == "generated"),
    )
    called = canary_calls(calibration, policy, scores, fusion)
    found = {finding.id: finding for finding in fusion.findings}
    state = asdict(fusion) | {"findings": sum(finding.found for finding in fusion.findings)}
    state["cuts"] = [asdict(cut) for cut in cuts(calibration, policy, item["labels"], called=called)]
    state["declarations"] = [asdict(one) for one in made]
    state |= _crowd(fusion.findings, crawl, calibration)
    write_json(layout.fusion, state)
    _write(layout, shards, found, policy)
    return {}


def put_none(layout: Layout) -> None:
    """Say that nothing is ranked, for want of a calibration.

    Args:
        layout: Of the run.
    """
    with Tables({layout.next / STATISTICS: STATISTICS_SCHEMA}).open():
        return


def _crowd(
    findings: Sequence[Finding], crawl: Sequence[Sighting], calibration: Calibration
) -> dict[str, Any]:
    """Say of the crawl as a whole how it is weighted, and how much of it is generated."""
    weights, _ = np.histogram([finding.weight for finding in findings], 10, (0.0, 1.0))
    found = estimate(crawl, calibration, rng=np.random.default_rng(0))
    return {
        "weights": weights.tolist(),
        "prevalence": [asdict(part) for part in found.parts],
        "silent": [asdict(silence) for silence in found.silent],
    }


def _labelled(layout: Layout, shards: Sequence[str], item: Item) -> Iterator[Labels]:
    for shard in shards:
        yield from known_rows(layout, shard, item)


def _write(layout: Layout, shards: Sequence[str], found: Mapping[str, Finding], policy: Policy) -> None:
    target = layout.next / STATISTICS
    with Tables({target: STATISTICS_SCHEMA}).open() as statistics:
        for shard in shards:
            mine = [found[row["id"]] for row in _decided(layout, shard) if row["id"] in found]
            rows = [{name: getattr(one, name) for name in STATISTICS_SCHEMA.names} for one in mine]
            statistics.add({target: rows}, weight_bytes=128 * len(rows))
            changed = [_row(one, policy) for one in mine if one.found and policy.reads_generated != "admit"]
            with Tables({layout.fused(shard): settlement.SCHEMA}).open() as fused:
                fused.add({layout.fused(shard): changed}, weight_bytes=512 * len(changed))


def _row(finding: Finding, policy: Policy) -> dict[str, Any]:
    return {
        "id": finding.id,
        "action": policy.reads_generated,
        "reason": "reads-generated",
        "evidence": [f"p = {finding.p:.3g} among human texts of {finding.stratum}"],
    }


def _tested(
    layout: Layout, shards: Sequence[str], item: Item, *, scored_by: str, ratios: Mapping[str, float]
) -> Iterator[Subject]:
    """Give what is still admitted, one a cluster, without what is known to be a person's or a translation."""
    clusters, policy = set[str](), parse(item["policy"])
    for shard in shards:
        for draft, row in zip(_decided(layout, shard), known_rows(layout, shard, item), strict=True):
            cluster = draft.get("near_cluster")
            names = stratum_names(row)
            # Of contradicting evidence the origin is open; what certifies a person still bars statistics.
            known = origin(row, policy) or is_certified(row, policy)
            if draft["action"] != "admit" or not names or cluster in clusters or known:
                continue
            clusters |= {cluster} if cluster else set()
            declares = worth(claims_machine(row), ratios)
            yield Subject(draft["id"], names, score_of(row, scored_by), declares)


def _decided(layout: Layout, shard: str) -> Iterator[dict[str, Any]]:
    changed = settlement.settled(layout, shard)
    return (draft | dict(changed.get(draft["id"], {})) for draft in read_rows(layout.drafts(shard)))
