"""The people screen: who takes part, invitations, and memberships that end."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from headwater.review.attest import signatory
from headwater.review.attest.roll import ROLES
from headwater.review.serve.desk import Desk
from headwater.review.serve.visit import Answer, RefusedError, Screen, Visit
from headwater.review.store import people


def view(desk: Desk, visit: Visit) -> dict[str, Any]:
    """Show members and what they sign by."""
    del visit
    return {
        "roles": list(ROLES),
        "members": [
            {
                "name": one.key.name,
                "role": one.role,
                "signs": signatory.kind(one.key),
                "from_s": one.from_s,
                "until_s": one.until_s,
            }
            for one in desk.look(people.roll).members
        ],
    }


def invite(desk: Desk, role: str, *, by: str) -> str:
    """Make an invitation.

    Args:
        desk: The campaign.
        role: Of whom it makes a member.
        by: Who invites.

    Returns:
        The address to send; whoever has it may join, once.
    """
    code, until_s = desk.token(), desk.clock() + desk.terms.invitation_s
    desk.change(lambda db: people.invite(db, code, role, by=by, until_s=until_s))
    return f"{desk.url}/join?{urlencode({'code': code})}"


def _invite(desk: Desk, visit: Visit) -> Answer:
    role = visit.text("role")
    address = invite(desk, role, by=visit.name)
    return Answer({"address": address, "role": role}, "/people", page="invited")


def _revoke(desk: Desk, visit: Visit) -> Answer:
    """End a membership.

    Raises:
        RefusedError: If it is one's own: a campaign without an admin helps nobody.
    """
    name = visit.text("name")
    if name == visit.name:
        raise RefusedError("you cannot end your own membership", status=409, hint="let another admin do it")
    desk.change(lambda db: people.revoke(db, name, now_s=desk.clock()))
    return Answer({"revoked": name}, "/people?said=revoked")


SCREEN = Screen("people", "People", view, {"invite": _invite, "revoke": _revoke}, frozenset({"admin"}))
