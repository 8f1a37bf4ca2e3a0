"""Put the results of a run in place together: a new result replaces the old one whole, or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import Any

from headwater.curate.labels import LABELS
from headwater.curate.layout import RESULTS, RUN, Layout
from headwater.curate.store import intact, read_json, write_json

_TRANSIENT = (
    "documents",
    "drafts",
    "settled",
    "fused",
    "canaries",
    "ledger",
    "audit",
    "words",
    "next",
    "old",
    "crumbs",
    "journals",
)

_FACTS = ("run_id", "evidence_id", "version", "code", "libraries", "decided", "shards", "passed_over")


def put(layout: Layout, plan: Mapping[str, Any]) -> None:
    """Put what stands in `next` in place.

    Args:
        layout: Of the run.
        plan: Becomes the folder's plan.
    """
    write_json(layout.next / "plan.json", dict(plan))
    write_json(layout.work / "ready.json", {"run_id": plan["run_id"]})
    finish(layout)


def finish(layout: Layout) -> None:
    """Finish a replacement that was begun, if any; safe to repeat after a kill."""
    ready = layout.work / "ready.json"
    if not ready.exists():
        return
    old = layout.work / "old"
    for name in RESULTS:
        source, target = layout.next / name, layout.root / name
        if source.exists():
            if target.exists():
                old.mkdir(parents=True, exist_ok=True)
                if (old / name).exists():
                    _remove(old / name)
                target.rename(old / name)
            source.rename(target)
    plan = layout.next / "plan.json"
    if plan.exists():
        plan.replace(layout.plan)
    clear(layout)
    ready.unlink()


def clear(layout: Layout) -> None:
    """Remove what only a run under way needs; what labels need stays."""
    for name in _TRANSIENT:
        _remove(layout.work / name)
    for step in ("decide", "write"):
        _remove(layout.work / "commits" / step)
    for path in (layout.work / "redecide.json", layout.calibration, layout.judgements, layout.fusion):
        _remove(path)


def plan_of(layout: Layout) -> dict[str, Any]:
    """Read the plan of a run.

    Raises:
        FormatError: If it is damaged, or names labels that there are not.
    """
    held: dict[str, Any] = read_json(layout.plan)
    with intact(layout.plan):
        for key in (
            "run_id",
            "evidence_id",
            "version",
            "code",
            "libraries",
            "decided",
            "shards",
            "passed_over",
        ):
            held[key]
        for name in held["config"]["labels"]:
            LABELS[name]
    return held


def is_published(layout: Layout) -> bool:
    """Tell whether the folder holds the results of its plan."""
    if not layout.plan.exists() or not all((layout.root / name).exists() for name in RESULTS):
        return False
    run = read_json(layout.root / RUN)
    with intact(layout.root / RUN):
        return bool(run["run_id"] == plan_of(layout)["run_id"])


def _remove(path: Any) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
