"""The screen "why this batch": how documents were chosen, and with what chance."""

from __future__ import annotations

from collections import Counter
from typing import Any

from headwater import canonical
from headwater.review.serve.desk import Desk
from headwater.review.serve.visit import Screen, Visit
from headwater.review.store import batches

# Who votes sees how a batch was drawn, and of no document why: that would say what detectors think of it.
INSIDERS = frozenset({"curator", "auditor", "admin"})
_SHOWN = 100


def view(desk: Desk, visit: Visit) -> dict[str, Any]:
    """Show every batch; to those who do not vote, also its documents."""
    inside = visit.member.role in INSIDERS
    found = desk.look(batches.manifests)
    return {
        "inside": inside,
        "batches": [_told(digest, data, inside=inside) for digest, data in sorted(found.items())],
    }


def _told(digest: str, data: bytes, *, inside: bool) -> dict[str, Any]:
    manifest, items = canonical.parse(data), batches.chosen(data)
    selector = manifest.get("selector", {})
    chances = [one["pi"] for one in items if one["pi"] is not None]
    told: dict[str, Any] = {
        "digest": digest,
        "n_items": len(items),
        "n_documents": manifest.get("n_documents", len(items)),
        "seed": str(manifest.get("seed", "")),
        "selector": selector if isinstance(selector, dict) else {},
        "draw": manifest.get("draw", {}),
        "sketch": str(manifest.get("sketch", "")),
        "detectors": manifest.get("detectors", {}),
        "slices": dict(Counter(str(one.get("slice", "")) for one in items)),
        "n_strata": len({one.get("stratum") for one in items}),
        "pi": [min(chances), max(chances)] if chances else [],
        "items": [],
    }
    if inside:
        told["items"] = [
            {
                "document": str(one.get("document", one["id"])),
                "slice": str(one.get("slice", "")),
                "pi": one["pi"],
                "stratum": one.get("stratum"),
                "why": one.get("why", {}),
            }
            for one in items[:_SHOWN]
        ]
    return told


SCREEN = Screen("batch", "Why this batch", view)
