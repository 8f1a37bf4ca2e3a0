"""The account screen: who one is here, by what one signs, and everything that one said."""

from __future__ import annotations

from typing import Any

from headwater.review.serve.desk import Desk
from headwater.review.serve.visit import Screen, Visit
from headwater.review.store import history


def view(desk: Desk, visit: Visit) -> dict[str, Any]:
    """Show one's key and one's votes; the twin is the export of them."""
    name = visit.name
    votes = desk.look(lambda db: history.votes(db, name))
    return {
        "name": name,
        "role": visit.member.role,
        "signs": visit.signs,
        "key": str(visit.member.key),
        "csrf": visit.session.csrf if visit.session else "",
        "votes": [
            {key: row[key] for key in ("statement", "document", "batch", "label", "pi")} for row in votes
        ],
    }


SCREEN = Screen("account", "Account", view)
