"""The screen "why this batch": how documents were chosen, and with what chance."""

from __future__ import annotations

from collections import Counter
from typing import Any

from headwater.review.manifest import Manifest, parse
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
        "batches": [_told(parse(data), inside=inside) for _, data in sorted(found.items())],
    }


def _told(one: Manifest, *, inside: bool) -> dict[str, Any]:
    chances = [item.pi for item in one.items if item.pi is not None]
    rank = one.ranks()
    shown = sorted(one.items, key=lambda item: rank[item.document])[:_SHOWN] if inside else []
    return {
        "digest": one.digest,
        "n_items": len(one.items),
        "n_documents": one.n_documents,
        "seed": one.seed,
        **one.told,
        "draw": one.draw,
        "slices": dict(Counter(item.part for item in one.items)),
        "n_strata": len({item.stratum for item in one.items}),
        "pi": [min(chances), max(chances)] if chances else [],
        "items": [
            {name: item.to_json()[name] for name in ("document", "slice", "pi", "stratum", "why")}
            for item in shown
        ],
    }


SCREEN = Screen("batch", "Why this batch", view)
