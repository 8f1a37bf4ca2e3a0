"""The sign-in screen: by passkey, by a key on the command line, or by a code."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from headwater.errors import SignatureError
from headwater.log.algorithm import ED25519
from headwater.log.note import VerifierKey
from headwater.review.attest.passkey import Passkey
from headwater.review.attest.roll import Member
from headwater.review.serve.desk import Desk
from headwater.review.serve.visit import Answer, RefusedError, Screen, Visit
from headwater.review.store import people

if TYPE_CHECKING:
    from sqlalchemy import Connection

PURPOSE = "headwater-review-sign-in-1"


def view(desk: Desk, visit: Visit) -> dict[str, Any]:
    """Show how to sign in; the twin gives a challenge to answer."""
    del visit
    value = desk.token()
    terms, now_s = desk.terms, desk.clock()
    desk.change(lambda db: people.challenge(db, value, now_s=now_s, ttl_s=terms.challenge_s))
    return {"challenge": value, "origin": desk.campaign.origin, "rp_id": desk.domain, "url": desk.url}


def signed_text(url: str, challenge: str) -> str:
    """Give what a key signs to sign in: for one server, once.

    Args:
        url: Of the server.
        challenge: What it gave.
    """
    return f"{PURPOSE}\n{url}\n{challenge}\n"


def challenge_of(value: str) -> bytes:
    """Give what a passkey is asked to sign."""
    return hashlib.sha256(f"{PURPOSE} {value}".encode()).digest()


def open_for(desk: Desk, db: Connection, member: Member) -> tuple[str, str]:
    """Open a session.

    Args:
        desk: The campaign.
        db: A transaction.
        member: Whose.

    Returns:
        The cookie's secret, and the token of its forms.
    """
    secret, csrf = desk.token() + desk.token(), desk.token()
    until_s = desk.clock() + desk.terms.session_s
    people.open_session(db, member.key.name, secret=secret, csrf=csrf, until_s=until_s)
    return secret, csrf


def _by_code(desk: Desk, visit: Visit) -> Answer:
    named = people.digest(visit.text("code").strip())

    def step(db: Connection) -> tuple[str, str, Member]:
        found = people.member(db, code=named)
        return *open_for(desk, db, found), found

    return _welcome(*desk.change(step))


def _by_key(desk: Desk, visit: Visit) -> Answer:
    """Take a signature of an Ed25519 key over the challenge.

    Raises:
        SignatureError: If it is none.
    """
    challenge, name = visit.text("challenge"), visit.text("name")
    value = _hex(visit.text("signature"))

    def step(db: Connection) -> tuple[str, str, Member]:
        people.spend(db, challenge, now_s=desk.clock())
        found = people.member(db, name=name)
        if not isinstance(found.key, VerifierKey):
            raise SignatureError(f"{name!a:.80} has no key of their own")
        ED25519.verify(found.key.public, (name, signed_text(desk.url, challenge)), value)
        return *open_for(desk, db, found), found

    return _welcome(*desk.change(step))


def _by_passkey(desk: Desk, visit: Visit) -> Answer:
    """Take an assertion of a passkey over the challenge.

    Raises:
        SignatureError: If it is none.
    """
    challenge, credential = visit.text("challenge"), visit.text("credential")
    value = visit.text("assertion").encode("utf-8", "surrogatepass")

    def step(db: Connection) -> tuple[str, str, Member]:
        people.spend(db, challenge, now_s=desk.clock())
        found = people.member(db, credential=credential)
        if not isinstance(found.key, Passkey):
            raise SignatureError("this is no passkey of a member")
        found.key.check_challenge(challenge_of(challenge), value)
        return *open_for(desk, db, found), found

    return _welcome(*desk.change(step))


def _welcome(secret: str, csrf: str, member: Member) -> Answer:
    return Answer({"name": member.key.name, "role": member.role, "csrf": csrf}, "/", cookie=secret)


def _out(desk: Desk, visit: Visit) -> Answer:
    desk.change(lambda db: people.close_session(db, visit.secret))
    return Answer({"signed_out": True}, "/sign-in", cookie="")


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise RefusedError("the signature is not in hex", status=400) from error


SCREEN = Screen(
    "sign-in",
    "",
    view,
    {"code": _by_code, "key": _by_key, "passkey": _by_passkey, "out": _out},
    roles=None,
)
