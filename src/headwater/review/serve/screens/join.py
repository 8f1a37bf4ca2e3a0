"""The join screen: an invitation becomes a member, with a passkey, a key, or a code and no key."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from headwater.errors import FormatError, SignatureError
from headwater.log.algorithm import ED25519
from headwater.log.note import VerifierKey
from headwater.review.attest import signatory, witnessed
from headwater.review.attest.passkey import Passkey, library
from headwater.review.attest.roll import Member
from headwater.review.attest.signatory import Signatory
from headwater.review.serve.desk import Desk
from headwater.review.serve.screens.sign_in import challenge_of, open_for, signed_text
from headwater.review.serve.visit import Answer, RefusedError, Screen, Visit
from headwater.review.store import people

if TYPE_CHECKING:
    from sqlalchemy import Connection

_PSEUDONYM = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?", re.ASCII)


def view(desk: Desk, visit: Visit) -> dict[str, Any]:
    """Show what an invitation is for; the twin gives a challenge for a new key."""
    code, now_s, value = visit.text("code"), desk.clock(), desk.token()
    role = desk.look(lambda db: people.invited(db, code, now_s=now_s)) if code else ""
    if role:
        desk.change(lambda db: people.challenge(db, value, now_s=now_s, ttl_s=desk.terms.challenge_s))
    return {
        "code": code,
        "role": role,
        "challenge": value if role else "",
        "creation": challenge_of(value).hex() if role else "",
        "origin": desk.campaign.origin,
        "rp_id": desk.domain,
        "guideline": desk.campaign.guideline,
    }


def _without_key(desk: Desk, visit: Visit) -> Answer:
    """Make a member for whom the server signs; their code is shown once."""
    name, code = _name(desk, visit), desk.token()
    key = witnessed.of(witnessed.signer(desk.campaign.secret, name).key)
    answer = _member(desk, visit, key, code=code)
    return Answer({**answer.told, "code": code}, answer.goto, answer.cookie, page="joined")


def _with_passkey(desk: Desk, visit: Visit) -> Answer:
    """Make a member of a new passkey."""
    challenge = visit.text("challenge")
    desk.change(lambda db: people.spend(db, challenge, now_s=desk.clock()))
    return _member(desk, visit, _registered(desk, visit, challenge_of(challenge)))


def _registered(desk: Desk, visit: Visit, challenge: bytes) -> Passkey:
    webauthn = library()
    try:
        made = webauthn.verify_registration_response(
            credential=json.loads(visit.text("registration")),
            expected_challenge=challenge,
            expected_rp_id=desk.domain,
            expected_origin=desk.url,
        )
    except RefusedError:
        raise
    except Exception as error:
        # The library lets errors of its parsers through, of many kinds.
        raise SignatureError(f"the passkey cannot be taken: {str(error)[:120]}") from error
    return Passkey(_name(desk, visit), desk.domain, desk.url, made.credential_id, made.credential_public_key)


def _with_key(desk: Desk, visit: Visit) -> Answer:
    """Make a member of an Ed25519 key, which signs the challenge.

    Raises:
        FormatError: If it is no such key.
    """
    key, challenge = signatory.parse(visit.text("key")), visit.text("challenge")
    if not isinstance(key, VerifierKey):
        raise FormatError("the key is not Ed25519's")
    _check_name(key.name)
    desk.change(lambda db: people.spend(db, challenge, now_s=desk.clock()))
    try:
        value = bytes.fromhex(visit.text("signature"))
    except ValueError as error:
        raise FormatError("the signature is not in hex") from error
    ED25519.verify(key.public, (key.name, signed_text(desk.url, challenge)), value)
    return _member(desk, visit, key)


def _member(desk: Desk, visit: Visit, key: Signatory, code: str | None = None) -> Answer:
    invitation = visit.text("code")

    def step(db: Connection) -> tuple[str, str, Member]:
        made = people.join(db, invitation, key, now_s=desk.clock(), code=code)
        return *open_for(desk, db, made), made

    secret, csrf, made = desk.change(step)
    return Answer({"name": made.key.name, "role": made.role, "csrf": csrf}, "/", cookie=secret)


def _name(desk: Desk, visit: Visit) -> str:
    """Make the name of a key of a pseudonym.

    Raises:
        RefusedError: If it is none.
    """
    pseudonym = visit.text("name").strip().lower()
    if not _PSEUDONYM.fullmatch(pseudonym):
        raise RefusedError(
            "choose another pseudonym", status=400, hint="up to 32 letters a to z, digits and hyphens"
        )
    return f"{desk.campaign.origin}/{pseudonym}"


def _check_name(name: str) -> None:
    """Keep names short, and within what pages show as they are.

    Raises:
        FormatError: If it is another.
    """
    if len(name) > 200 or not name.isprintable():
        raise FormatError("the name of the key is too long, or no line of text")


SCREEN = Screen(
    "join",
    "",
    view,
    {"code": _without_key, "passkey": _with_passkey, "key": _with_key},
    roles=None,
)
