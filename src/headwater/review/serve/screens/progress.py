"""The progress screen: how far a campaign is, and whether it may stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.review.manifest import parse
from headwater.review.serve.desk import Desk
from headwater.review.serve.screens.reliability import INSIDERS
from headwater.review.serve.visit import Screen, Visit
from headwater.review.store import batches, history
from headwater.review.store.ballots import standing

if TYPE_CHECKING:
    from sqlalchemy import Connection


def view(desk: Desk, visit: Visit) -> dict[str, Any]:
    """Show counts; labels and stopping to those whom they cannot sway."""
    inside = visit.member.role in INSIDERS
    return {
        **desk.look(history.counts),
        "inside": inside,
        "labels": desk.recall("labels", history.labels) if inside else {},
        "stopping": desk.recall("stopping", _stopping) if inside else [],
    }


def _stopping(db: Connection) -> list[dict[str, Any]]:
    """Say of each batch whether its votes are enough."""
    from headwater.review.progress import progress

    drawn = [parse(data) for data in batches.manifests(db).values()]
    cast = standing(db) if drawn else []
    return [{"batch": one.digest, **progress(one, cast).to_json()} for one in drawn]


SCREEN = Screen("progress", "Progress", view)
