"""The progress screen: how far a campaign is, and whether it may stop."""

from __future__ import annotations

from typing import Any

from headwater.review.serve.desk import Desk
from headwater.review.serve.visit import Screen, Visit
from headwater.review.store import history


def view(desk: Desk, visit: Visit) -> dict[str, Any]:
    """Show counts, and labels to those whom they cannot sway."""
    inside = visit.member.role in {"curator", "auditor", "admin"}
    return {
        **desk.look(history.counts),
        "inside": inside,
        "labels": desk.look(history.labels) if inside else {},
    }


SCREEN = Screen("progress", "Progress", view)
