"""Who takes part in a campaign: invitations, members, sessions, challenges; steps of a transaction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headwater import canonical
from headwater.errors import ConsistencyError, InputError, SignatureError
from headwater.review.attest import ledger, signatory
from headwater.review.attest.roll import ROLES, Member, Roll
from headwater.review.attest.signatory import Signatory

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Session:
    """Hold a session that stands.

    Attributes:
        member: Whose it is.
        csrf: What every form of theirs carries.
    """

    member: Member
    csrf: str


def digest(secret: str) -> str:
    """Give what is kept of a secret: never itself."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def invite(db: Connection, code: str, role: str, *, by: str, until_s: float) -> None:
    """Invite somebody; one invitation makes one member.

    Args:
        db: A transaction.
        code: A fresh secret; whoever has it may join.
        role: One of `ROLES`.
        by: Who invites.
        until_s: Until when it may be used, POSIX seconds.

    Raises:
        InputError: If there is no such role.
    """
    from headwater.review.store.tables import INVITATION

    if role not in ROLES:
        raise InputError(f"there is no role {role!a:.40}", hint=f"roles are {', '.join(ROLES)}")
    db.execute(INVITATION.insert(), {"code": digest(code), "role": role, "by": by, "until_s": until_s})


def invited(db: Connection, code: str, *, now_s: float) -> str:
    """Look an invitation up.

    Returns:
        The role.

    Raises:
        InputError: If it is not there, was used, or is too old.
    """
    from headwater.review.store.tables import INVITATION

    named = INVITATION.c.code == digest(code)
    row = db.execute(INVITATION.select().where(named).with_for_update()).first()
    if row is None or row.used_by is not None or now_s >= row.until_s:
        raise InputError(
            "the invitation was used, has run out, or was never given", hint="ask for another one"
        )
    return str(row.role)


def join(db: Connection, invitation: str, key: Signatory, *, now_s: float, code: str | None = None) -> Member:
    """Make a member of whoever was invited.

    Args:
        db: A transaction.
        invitation: The secret of the invitation.
        key: By which they sign, or the server does for them.
        now_s: Now, POSIX seconds.
        code: What they sign in by if they have no key of their own.

    Raises:
        ConsistencyError: If the name or the key is taken.
    """
    from headwater.review.store.tables import INVITATION, MEMBER

    role = invited(db, invitation, now_s=now_s)
    credential = _credential(key)
    taken = (MEMBER.c.name == key.name) | (MEMBER.c.key == str(key))
    if credential:
        taken |= MEMBER.c.credential == credential
    if db.execute(MEMBER.select().where(taken)).first() is not None:
        raise ConsistencyError("the name or the key is taken", hint="choose another name")
    named = INVITATION.c.code == digest(invitation)
    by = str(db.execute(INVITATION.select().where(named)).one().by)
    made = Member(key, role, int(now_s))
    row = {"name": key.name, "key": str(key), "role": role, "from_s": made.from_s, "invited_by": by}
    db.execute(MEMBER.insert(), row | {"code": digest(code) if code else None, "credential": credential})
    db.execute(INVITATION.update().where(named).values(used_by=key.name))
    _write_down(db, made, now_s=now_s)
    return made


def revoke(db: Connection, name: str, *, now_s: float) -> None:
    """End a membership; what was signed before stands.

    Raises:
        InputError: If there is no such member any more.
    """
    from sqlalchemy import select

    from headwater.review.store.tables import ENTRY, MEMBER, SESSION, TOUCH

    # What was taken before stays theirs, even if the clock stood behind it.
    leaves = db.execute(select(ENTRY.c.leaf).where(ENTRY.c.validator == name)).scalars()
    last = max((canonical.parse(bytes(leaf))["recorded_s"] for leaf in leaves), default=0)
    gone = MEMBER.update().where((MEMBER.c.name == name) & MEMBER.c.until_s.is_(None))
    if not db.execute(gone.values(until_s=max(int(now_s), last) + 1)).rowcount:
        raise InputError("there is no such member, or no longer")
    ended = db.execute(MEMBER.select().where(MEMBER.c.name == name)).mappings().one()
    _write_down(db, _member(ended), now_s=now_s)
    db.execute(SESSION.delete().where(SESSION.c.member == name))
    # What they hold goes to others as soon as somebody asks.
    held = (TOUCH.c.validator == name) & (TOUCH.c.state == "leased")
    db.execute(TOUCH.update().where(held).values(until_s=0.0))


def roll(db: Connection) -> Roll:
    """Give all members, those that were revoked too."""
    from headwater.review.store.tables import MEMBER

    found = [_member(row) for row in db.execute(MEMBER.select()).mappings()]
    return Roll(tuple(sorted(found, key=lambda one: one.key.name)))


def member(db: Connection, **named: str) -> Member:
    """Find a member who may act.

    Args:
        db: A transaction.
        **named: One column and what it is: `name`, `code` (a digest) or `credential`.

    Raises:
        SignatureError: If there is none, or they were revoked.
    """
    from headwater.review.store.tables import MEMBER

    ((column, value),) = named.items()
    row = db.execute(MEMBER.select().where(MEMBER.c[column] == value)).mappings().first()
    if row is None or row["until_s"] is not None:
        raise SignatureError("nobody who takes part signs in like this", hint="were you invited, or revoked?")
    return _member(row)


def open_session(db: Connection, name: str, *, secret: str, csrf: str, until_s: float) -> None:
    """Open a session; the store keeps the digest of its secret alone."""
    from headwater.review.store.tables import SESSION

    row = {"secret": digest(secret), "member": name, "csrf": csrf, "until_s": until_s}
    db.execute(SESSION.insert(), row)


def session(db: Connection, secret: str, *, now_s: float) -> Session | None:
    """Find the session of a cookie; None if it has ended, or its member was revoked."""
    from headwater.review.store.tables import MEMBER, SESSION

    both = SESSION.join(MEMBER, SESSION.c.member == MEMBER.c.name)
    row = db.execute(both.select().where(SESSION.c.secret == digest(secret))).mappings().first()
    if row is None or now_s >= row[SESSION.c.until_s] or row[MEMBER.c.until_s] is not None:
        return None
    return Session(_member({column.name: row[column] for column in MEMBER.c}), row[SESSION.c.csrf])


def close_session(db: Connection, secret: str) -> None:
    """End a session."""
    from headwater.review.store.tables import SESSION

    db.execute(SESSION.delete().where(SESSION.c.secret == digest(secret)))


def challenge(db: Connection, value: str, *, now_s: float, ttl_s: float) -> None:
    """Remember a challenge until somebody answers it; old ones are forgotten."""
    from headwater.review.store.tables import CHALLENGE

    db.execute(CHALLENGE.delete().where(CHALLENGE.c.until_s <= now_s))
    db.execute(CHALLENGE.insert(), {"value": value, "until_s": now_s + ttl_s})


def spend(db: Connection, value: str, *, now_s: float) -> None:
    """Take a challenge, which nobody can answer a second time.

    Raises:
        SignatureError: If it was never given, is too old, or was answered.
    """
    from headwater.review.store.tables import CHALLENGE

    named = (CHALLENGE.c.value == value) & (CHALLENGE.c.until_s > now_s)
    if not db.execute(CHALLENGE.delete().where(named)).rowcount:
        raise SignatureError("the challenge was answered, or is too old", hint="begin again")


def _write_down(db: Connection, one: Member, *, now_s: float) -> None:
    """Write down for the log who takes part from now on, or no longer."""
    from headwater.review.store import statements

    leaf = ledger.enrolled(one, now_s=max(int(now_s), 0))
    named = hashlib.sha256(leaf).hexdigest()
    row = {"kind": "member", "item": None, "label": None, "retracts": None}
    told = {"validator": one.key.name, "nonce": named[:32], "statement": named, "leaf": leaf}
    db.execute(statements.KEEP, row | told)


def _member(row: Any) -> Member:
    return Member(signatory.parse(row["key"]), row["role"], row["from_s"], row["until_s"])


def _credential(key: Signatory) -> str | None:
    from headwater.review.attest.passkey import Passkey

    return key.credential.hex() if isinstance(key, Passkey) else None
