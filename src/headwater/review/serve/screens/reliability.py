"""The reliability screen: how validators agree; to each validator, how they stand themselves."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from headwater.review.exchange.ballot import RULING, Ballot
from headwater.review.serve.desk import Desk
from headwater.review.serve.visit import Screen, Visit
from headwater.review.store import history

INSIDERS = frozenset({"curator", "auditor", "admin"})


def ballots(desk: Desk) -> list[Ballot]:
    """Give votes that stand, and what was ruled."""
    cast = desk.look(history.votes)
    settled = desk.look(lambda db: history.votes(db, kind="ruling"))
    known = [Ballot(row["document"], RULING, row["label"], row["pi"]) for row in settled]
    return [Ballot(row["document"], row["validator"], row["label"], row["pi"]) for row in cast] + known


def view(desk: Desk, visit: Visit) -> dict[str, Any]:
    """Show how validators stand; to a validator, their own row."""
    import numpy as np

    from headwater.review.reliability import reliability

    inside = visit.member.role in INSIDERS
    found = reliability(ballots(desk), rng=np.random.default_rng(0))
    rows = [asdict(one) for one in found.standings if inside or one.validator == visit.name]
    if not inside:
        for row in rows:
            row["risk"] = None  # A sign for the curator; to others it would be an accusation.
    return {
        "inside": inside,
        "alpha": None if found.alpha is None else asdict(found.alpha),
        "validators": rows,
    }


SCREEN = Screen("reliability", "Reliability", view)
