"""From the parts that shards left behind to the results of the whole run."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any, cast

from headwater.curate import evidence, write
from headwater.curate.labels import LABELS, duplicate
from headwater.curate.layout import LEDGER, REPORT, RUN, SKIPPED, SUMMARY, Layout
from headwater.curate.policy import ACTIONS, Policy, parse
from headwater.curate.store import concatenate, intact, read_json, read_rows, write_json, write_text
from headwater.curate.summary import (
    CutCount,
    DeclarationUse,
    Example,
    LabelView,
    PassedOver,
    PrevalencePart,
    RarityAudit,
    ReasonCount,
    Silence,
    SkipCount,
    SourceCount,
    StatisticsState,
    StratumAudit,
    StratumUse,
    Summary,
    Tally,
)
from headwater.curate.words import WordSample
from headwater.sources.shard import Shard
from headwater.stats import wilson

MAX_DOMAINS = 200
MAX_TALLIES = 40
OTHER = "(other)"

_STATISTICS: dict[str, Any] = {
    "declarations": DeclarationUse,
    "strata": StratumUse,
    "cuts": CutCount,
    "prevalence": PrevalencePart,
    "silent": Silence,
}

Counts = Mapping[str, Mapping[str, Mapping[str, tuple[int, int]]]]


def summarise(layout: Layout, plan: Mapping[str, Any], render: Callable[[Summary], str]) -> Summary:
    """Write the ledger, the list of skips, the summary and the report of a run.

    Args:
        layout: Of the run.
        plan: Its configuration and shards.
        render: From the summary to one HTML page.

    Returns:
        The summary.
    """
    shards = [Shard(**shard) for shard in plan["shards"]]
    names = [shard.name for shard in shards]
    concatenate([layout.ledger(name) for name in names], layout.next / LEDGER, write.LEDGER_SCHEMA)
    concatenate(_skip_parts(layout, names), layout.next / SKIPPED, evidence.SKIP_SCHEMA)
    summary = _summary(layout, plan, shards)
    write_json(layout.next / SUMMARY, asdict(summary))
    write_text(layout.next / REPORT, render(summary))
    write_json(layout.next / RUN, _run_facts(plan, shards))
    return summary


def _skip_parts(layout: Layout, names: Sequence[str]) -> list[Path]:
    return [*(layout.skips(name) for name in names), layout.gaps]


def load(layout: Layout) -> Summary:
    """Read the summary of a finished run.

    Raises:
        FormatError: If it is damaged or gone.
    """
    path = layout.root / SUMMARY
    held = read_json(path)
    with intact(path):
        return _loaded(held)


def _loaded(held: dict[str, Any]) -> Summary:
    kinds: dict[str, Any] = {
        "sources": SourceCount,
        "skips": SkipCount,
        "reasons": ReasonCount,
        "languages": StratumAudit,
        "domains": StratumAudit,
        "scripts": StratumAudit,
        "lengths": StratumAudit,
        "passed_over": PassedOver,
        "words": RarityAudit,
        "niches": RarityAudit,
    }
    held |= {key: tuple(kind(**row) for row in held[key]) for key, kind in kinds.items()}
    held["labels"] = tuple(
        LabelView(
            **{
                **row,
                "tallies": tuple(Tally(**tally) for tally in row["tallies"]),
                "edges": tuple(row["edges"]),
                "counts": tuple(row["counts"]),
            }
        )
        for row in held["labels"]
    )
    held["examples"] = tuple(
        Example(**{**row, "evidence": tuple(row["evidence"])}) for row in held["examples"]
    )
    if (statistics := held.get("statistics")) is not None:
        parts = {key: tuple(kind(**row) for row in statistics[key]) for key, kind in _STATISTICS.items()}
        parts["weights"] = tuple(statistics["weights"])
        held["statistics"] = StatisticsState(**{**statistics, **parts})
    return Summary(**held)


def _run_facts(plan: Mapping[str, Any], shards: Sequence[Shard]) -> dict[str, Any]:
    inputs = {
        shard.source: {"kind": shard.kind, "size": shard.size, "sha256": shard.digest} for shard in shards
    }
    return {
        "run_id": plan["run_id"],
        "evidence_id": plan["evidence_id"],
        "version": plan["version"],
        "code": plan["code"],
        "config": plan["config"],
        "seeds": {"minhash": duplicate.SEED},
        "parameters": _parameters(plan["config"]["labels"]),
        "libraries": plan["libraries"],
        "decided": plan["decided"],
        "inputs": inputs,
        "passed_over": plan["passed_over"],
    }


def _parameters(labels: Sequence[str]) -> dict[str, dict[str, float]]:
    return {name: dict(getattr(LABELS[name], "parameters", {})) for name in labels}


def _summary(layout: Layout, plan: Mapping[str, Any], shards: Sequence[Shard]) -> Summary:
    names = [shard.name for shard in shards]
    policy: Policy = parse(plan["config"]["policy"])
    counts = _counts([layout.audit(name) for name in names])
    words = _words(layout, names)
    domains = _strata(counts.get("domain", {}))
    return Summary(
        run_id=plan["run_id"],
        version=plan["version"],
        policy=policy.name,
        policy_toml=plan["config"]["policy"],
        sources=tuple(_sources(layout, shards)),
        skips=tuple(_skips(layout, names)),
        reasons=tuple(_reasons(counts.get("reason", {}))),
        labels=tuple(_label_view(name, counts) for name in plan["config"]["labels"]),
        languages=tuple(_strata(counts.get("language", {}))),
        passed_over=tuple(PassedOver(**row) for row in plan["passed_over"]),
        domains=tuple(_capped(domains)),
        scripts=tuple(_strata(counts.get("script", {}))),
        lengths=tuple(sorted(_strata(counts.get("length", {})), key=_least_words)),
        words=tuple(_bands((n, n_admit) for _, n, n_admit in words.rows())),
        n_vocabulary=words.n_words(),
        examples=tuple(_examples(layout, names)),
        statistics=_statistics(layout, plan["config"]["calibration"]),
        niches=tuple(_bands((row.n, row.n_admit) for row in _strata(counts.get("niche", {})))),
    )


def _statistics(layout: Layout, calibration: str) -> StatisticsState | None:
    if not calibration:
        return None
    state = read_json(layout.fusion)
    rows: dict[str, Any] = {
        key: tuple(kind(**row) for row in state[key]) for key, kind in _STATISTICS.items()
    }
    return StatisticsState(
        calibration=calibration,
        n_tested=sum(row["n_tested"] for row in state["strata"]),
        n_found=state["findings"],
        n_abstained=sum(row["n_tested"] for row in state["strata"] if row["abstained"]),
        weights=tuple(state["weights"]),
        **rows,
        **{key: state[key] for key in ("n_unranked", "threshold", "n_canaries", "n_canary_hits")},
        **{key: state[key] for key in ("canary_bound", "off")},
    )


def _counts(paths: Sequence[Path]) -> Counts:
    """Add the shards' audit parts up: dimension -> value -> action -> documents and characters."""
    counts: dict[str, dict[str, dict[str, tuple[int, int]]]] = defaultdict(lambda: defaultdict(dict))
    for path in paths:
        for row in read_rows(path):
            actions = counts[row["dimension"]][row["value"]]
            n, n_chars = actions.get(row["action"], (0, 0))
            actions[row["action"]] = (n + row["n"], n_chars + row["n_chars"])
    return {dimension: dict(sorted(values.items())) for dimension, values in sorted(counts.items())}


def _sources(layout: Layout, shards: Sequence[Shard]) -> Iterable[SourceCount]:
    between: Counter[str] = Counter()
    for row in read_rows(layout.gaps):
        between[row["source"]] += row["length"]
    for _, group in groupby(shards, key=lambda shard: shard.path):
        pieces = list(group)
        commits = [layout.commit(evidence.STEP, piece.name) for piece in pieces]
        total: Counter[str] = Counter()
        for commit in commits:
            total.update(read_json(commit))
        yield SourceCount(
            source=pieces[0].source,
            kind=pieces[0].kind,
            size=pieces[0].size,
            unit=pieces[0].unit,
            n_read=total["n_read"],
            n_decided=total["n_labelled"],
            n_skipped=total["n_read"] - total["n_labelled"],
            parsed=total["parsed"],
            skipped=total["skipped"] + between[pieces[0].source],
        )


def _skips(layout: Layout, names: Sequence[str]) -> Iterable[SkipCount]:
    found: dict[tuple[str, bool], list[Any]] = {}
    for path in _skip_parts(layout, names):
        for row in read_rows(path):
            entry = found.setdefault((row["reason"], row["lost"]), [0, 0, row])
            entry[0] += row["n_records"]
            entry[1] += row["length"]
    for (reason, lost), (n, n_bytes, first) in sorted(
        found.items(), key=lambda kv: (not kv[0][1], -kv[1][0], kv[0])
    ):
        yield SkipCount(reason, lost, n, n_bytes, f"{first['source']}@{first['offset']}", first["detail"])


def _reasons(values: Mapping[str, Mapping[str, tuple[int, int]]]) -> list[ReasonCount]:
    rows = [
        ReasonCount(action, reason, n, n_chars)
        for reason, actions in values.items()
        for action, (n, n_chars) in actions.items()
    ]
    return sorted(rows, key=lambda row: (-row.n, row.action, row.reason))


def _label_view(name: str, counts: Counts) -> LabelView:
    view = LABELS[name].view
    tallies = {fact: _total(actions) for fact, actions in counts.get(f"tally:{name}", {}).items()}
    ordered = sorted(tallies.items(), key=lambda item: (-item[1], item[0]))[:MAX_TALLIES]
    bins = counts.get(f"bin:{name}", {})
    return LabelView(
        label=name,
        title=view.title,
        note=view.note,
        tallies=tuple(Tally(fact, n) for fact, n in ordered),
        histogram_of=view.histogram_of,
        edges=tuple(map(float, view.edges)),
        counts=tuple(_total(bins.get(str(at), {})) for at in range(max(0, len(view.edges) - 1))),
    )


def _total(actions: Mapping[str, tuple[int, int]]) -> int:
    return sum(n for n, _ in actions.values())


def _strata(values: Mapping[str, Mapping[str, tuple[int, int]]]) -> list[StratumAudit]:
    rows = [
        _stratum(name, *(actions.get(action, (0, 0))[0] for action in ACTIONS))
        for name, actions in values.items()
    ]
    return sorted(rows, key=lambda row: (-row.n, row.stratum))


def _stratum(name: str, n_admit: int, n_quarantine: int, n_exclude: int) -> StratumAudit:
    n = n_admit + n_quarantine + n_exclude
    return StratumAudit(name, n, n_admit, n_quarantine, n_exclude, *wilson(n_admit, n))


def _least_words(row: StratumAudit) -> int:
    return int(row.stratum.partition("–")[0].partition(" ")[0].removesuffix("+"))


def _capped(rows: Sequence[StratumAudit]) -> list[StratumAudit]:
    rest = rows[MAX_DOMAINS:]
    if not rest:
        return list(rows)
    sums = (sum(getattr(row, name) for row in rest) for name in ("n_admit", "n_quarantine", "n_exclude"))
    return [*rows[:MAX_DOMAINS], _stratum(OTHER, *sums)]


def _words(layout: Layout, names: Sequence[str]) -> WordSample:
    sample = WordSample()
    for name in names:
        for row in read_rows(layout.words(name)):
            sample.add([row["word"]], n=row["n"], kept=row["n_admit"])
    return sample


def _bands(found: Iterable[tuple[int, int]]) -> Iterable[RarityAudit]:
    """Gather what is equally rare, from how many documents each has and how many of them are admitted."""
    bands: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for n, n_admit in found:
        band = bands[n.bit_length()]
        band[0] += 1
        band[1] += n_admit > 0
    for bits, (n_types, n_kept) in sorted(bands.items()):
        yield RarityAudit(2 ** (bits - 1), 2**bits - 1, n_types, n_kept, *wilson(n_kept, n_types))


def _examples(layout: Layout, names: Sequence[str]) -> Iterable[Example]:
    found: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for name in names:
        for row in read_json(layout.commit(write.STEP, name))["examples"]:
            key = (row["action"], row["reason"])
            found[key] = write.least([*found[key], row])
    for key in sorted(found, key=lambda key: (-ACTIONS.index(cast("Any", key[0])), key[1])):
        yield from (Example(**{**row, "evidence": tuple(row["evidence"])}) for row in found[key])
