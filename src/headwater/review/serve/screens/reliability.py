"""The reliability screen: how validators agree; to each validator, how they stand themselves."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from headwater.review.serve.desk import Desk
from headwater.review.serve.visit import Screen, Visit
from headwater.review.store.ballots import standing

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from headwater.review.reliability import Reliability

INSIDERS = frozenset({"curator", "auditor", "admin"})


def view(desk: Desk, visit: Visit) -> dict[str, Any]:
    """Show how validators stand; to a validator, their own row."""
    inside = visit.member.role in INSIDERS
    found = desk.recall("reliability", _reliability)
    rows = [asdict(one) for one in found.standings if inside or one.validator == visit.name]
    if not inside:
        for row in rows:
            row["risk"] = None  # A sign for the curator; to others it would be an accusation.
    return {
        "inside": inside,
        "alpha": None if found.alpha is None else asdict(found.alpha),
        "validators": rows,
    }


def _reliability(db: Connection) -> Reliability:
    import numpy as np

    from headwater.review.reliability import reliability

    return reliability(standing(db), rng=np.random.default_rng(0))


SCREEN = Screen("reliability", "Reliability", view)
