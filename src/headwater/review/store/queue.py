"""Leases and votes: who gets which item, and what is kept of the answer; each a step of one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from headwater.errors import ConsistencyError, InputError
from headwater.review.attest.judgement import Judgement
from headwater.review.attest.retraction import Retraction
from headwater.review.store.store import roomy

if TYPE_CHECKING:
    from sqlalchemy import Connection

_ADDED_AT_ONCE = 4_096


@dataclass(frozen=True, slots=True)
class Item:
    """Hold what is to be judged.

    Attributes:
        batch: SHA-256 of the batch manifest, hex.
        document: SHA-256 of the text in UTF-8, hex.
        text: The text.
        pi: The document's chance to be in the batch; None for a probe.
        rank: Lower is asked first.
        n_wanted: Votes wanted, and never more.
    """

    batch: str
    document: str
    text: str
    pi: float | None
    rank: float
    n_wanted: int


@dataclass(frozen=True, slots=True)
class Lease:
    """Hold an item that was handed out.

    Attributes:
        token: 32 hex digits; whoever has it may vote.
        item: The item.
        until_s: When it may go to somebody else, POSIX seconds.
        leased_s: When it was handed out.
    """

    token: str
    item: Item
    until_s: float
    leased_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Ticket:
    """Hold what a signed statement becomes in the store.

    Attributes:
        leaf: The entry of the log.
        statement: SHA-256 of what was signed, hex.
        validator: Name of the key.
    """

    leaf: bytes
    statement: str
    validator: str


def add(db: Connection, items: Iterable[Item]) -> int:
    """Put items into the queue; those that are there stay as they are.

    Args:
        db: A transaction.
        items: What to ask.

    Returns:
        How many were new.

    Raises:
        InputError: If an item wants no vote, or its text is not that of its digest.
    """
    n, pending = 0, iter(items)
    with roomy(db):
        while some := {(one.batch, one.document): one for one in islice(pending, _ADDED_AT_ONCE)}:
            for one in some.values():
                digest = hashlib.sha256(one.text.encode("utf-8", "surrogatepass")).hexdigest()
                if one.n_wanted < 1 or digest != one.document:
                    raise InputError("an item wants at least one vote and has the digest of its text")
            n += _add(db, some)
    return n


def _add(db: Connection, some: Mapping[tuple[str, str], Item]) -> int:
    from sqlalchemy import select

    from headwater.review.store.tables import ITEM

    named = ITEM.c.document.in_([document for _, document in some])
    there = {tuple(row) for row in db.execute(select(ITEM.c.batch, ITEM.c.document).where(named))}
    new = [one for key, one in some.items() if key not in there]
    rows = [{name: getattr(one, name) for name in Item.__slots__} for one in new]
    if rows:
        db.execute(ITEM.insert(), [row | {"n_votes": 0, "room": row["n_wanted"]} for row in rows])
    return len(rows)


def lease(db: Connection, validator: str, *, token: str, now_s: float, ttl_s: float) -> Lease | None:
    """Hand out the next item that a validator has not had.

    A validator walks over the open items by rank, and begins anew at the end for what came back meanwhile.

    Args:
        db: A transaction.
        validator: Name of the key.
        token: 32 fresh hex digits.
        now_s: Now, POSIX seconds.
        ttl_s: How long it is kept for them.

    Returns:
        The lease; None if nothing is left for them.
    """
    _take_back(db, now_s)
    row = _next(db, validator)
    if row is None:
        return None
    _walk_to(db, validator, (row["rank"], row["id"]))
    return _hand_out(db, validator, row, Lease(token, item_of(row), now_s + ttl_s, now_s))


def lease_again(
    db: Connection, validator: str, item: int, *, token: str, now_s: float, ttl_s: float
) -> Lease | None:
    """Hand out again what a validator has just taken their vote back on.

    Args:
        db: The transaction of the retraction.
        validator: Name of the key.
        item: What `retract` gave.
        token: 32 fresh hex digits.
        now_s: Now, POSIX seconds.
        ttl_s: How long it is kept for them.

    Returns:
        The lease; None if it is full.
    """
    from headwater.review.store import statements

    row = db.execute(statements.FREE_ITEM, {"of_item": item}).mappings().first()
    if row is None:
        return None
    # It goes before what was handed out meanwhile.
    first = min((one.leased_s for one in held(db, validator)), default=now_s + 1.0) - 1.0
    return _hand_out(db, validator, row, Lease(token, item_of(row), now_s + ttl_s, min(first, now_s)))


def held(db: Connection, validator: str) -> list[Lease]:
    """Give what a validator holds unanswered, in the order of handing out.

    Args:
        db: A transaction.
        validator: Name of the key.
    """
    from headwater.review.store import statements

    rows = db.execute(statements.MINE, {"who": validator}).mappings()
    return [Lease(row["token"], item_of(row), row["until_s"], row["leased_s"]) for row in rows]


def renew(db: Connection, validator: str, *, token: str, now_s: float, ttl_s: float) -> float:
    """Keep a lease for longer.

    Returns:
        Until when.

    Raises:
        InputError: If there is no such lease any more.
    """
    from headwater.review.store import statements

    until_s: float = max(now_s + ttl_s, _held(db, validator, token)["until_s"])
    db.execute(statements.PROLONG, {"of_token": token, "to_until_s": until_s})
    return until_s


def release(db: Connection, validator: str, *, token: str) -> None:
    """Give an item back unseen; the same validator may get it again.

    Raises:
        InputError: If there is no such lease any more.
    """
    from headwater.review.store import statements

    mine = _held(db, validator, token)
    db.execute(statements.DROP, {"of_token": token})
    _change(db, mine["item"], room=1)


def skip(db: Connection, validator: str, *, token: str) -> None:
    """Give an item back for others; this validator does not get it again.

    Raises:
        InputError: If there is no such lease any more.
    """
    from headwater.review.store import statements

    mine = _held(db, validator, token)
    db.execute(statements.END, {"of_token": token, "to_state": "skipped"})
    _change(db, mine["item"], room=1)


def cast(db: Connection, ticket: Ticket, said: Judgement, *, token: str) -> bool:
    """Keep a vote on an item that was leased.

    A vote that came late counts as long as nobody else was given the item instead.

    Args:
        db: A transaction.
        ticket: The signed statement, verified.
        said: What it says.
        token: Of the lease.

    Returns:
        False if this very vote was kept before, and nothing changed.

    Raises:
        ConsistencyError: If its nonce was used for something else, or it is of another item.
        InputError: If there is no such lease any more.
    """
    from headwater.review.store import statements

    if kept_before(db, ticket, said.nonce):
        return False
    mine = _held(db, ticket.validator, token)
    row = db.execute(statements.ITEM_OF, {"of_item": mine["item"]}).one()
    if (row.document, row.batch, row.pi) != (said.document, said.batch, said.pi):
        raise ConsistencyError("the vote is of another document, batch or chance than its lease")
    db.execute(statements.END, {"of_token": token, "to_state": "voted"})
    _change(db, row.id, votes=1)
    keep(db, ticket, said.nonce, kind="vote", item=row.id, label=said.label, retracts=None)
    return True


def retract(db: Connection, ticket: Ticket, said: Retraction) -> int | None:
    """Take back a vote, an adjudication or a text; its item opens again.

    Args:
        db: A transaction.
        ticket: The signed statement, verified.
        said: What it says.

    Returns:
        The item; None if there is none, or this very retraction was kept before and nothing changed.

    Raises:
        ConsistencyError: If its nonce was used for something else, or no such vote of theirs stands.
    """
    from headwater.review.store import statements

    if kept_before(db, ticket, said.nonce):
        return None
    named = {"of_statement": said.judgement}
    before = db.execute(statements.OF_STATEMENT, named | {"who": ticket.validator}).first()
    again = db.execute(statements.TAKEN_BACK, named).first()
    if before is None or again is not None:
        raise ConsistencyError("there is no such vote to take back")
    if before.kind == "vote":
        db.execute(statements.FORGET, {"of_item": before.item, "who": ticket.validator})
        _change(db, before.item, votes=-1, room=1)
    elif before.kind == "ruling":
        db.execute(statements.UNRULE, named)
    keep(db, ticket, said.nonce, kind="retraction", item=before.item, label=None, retracts=said.judgement)
    return None if before.item is None else int(before.item)


def _hand_out(db: Connection, validator: str, row: Any, made: Lease) -> Lease:
    from headwater.review.store import statements

    _change(db, row["id"], room=-1)
    told = {"token": made.token, "until_s": made.until_s, "leased_s": made.leased_s}
    db.execute(statements.LEASE, {"item": row["id"], "validator": validator, "state": "leased"} | told)
    return made


def item_of(row: Any) -> Item:
    """Give an item from a row that holds its columns."""
    return Item(**{name: row[name] for name in Item.__slots__})


def _take_back(db: Connection, now_s: float) -> None:
    """Free items whose leases have run out, some at a time."""
    from headwater.review.store import statements

    for item, token in db.execute(statements.LATE, {"now_s": now_s}).all():
        db.execute(statements.DROP, {"of_token": token})
        _change(db, item, room=1)


def _next(db: Connection, validator: str) -> Mapping[str, Any] | None:
    from headwater.review.store import statements

    who = {"who": validator}
    at = db.execute(statements.WALK_AT, who).first()
    row = None
    if at is not None:
        behind = who | {"rank": at.rank, "item": at.item}
        row = db.execute(statements.FREE_BEHIND, behind).mappings().first()
    row = row or db.execute(statements.FREE, who).mappings().first()
    return None if row is None else dict(row)


def _walk_to(db: Connection, validator: str, at: tuple[float, int]) -> None:
    from headwater.review.store import statements
    from headwater.review.store.tables import WALK

    moved = db.execute(statements.WALK_TO, {"who": validator, "to_rank": at[0], "to_item": at[1]})
    if not moved.rowcount:
        db.execute(WALK.insert(), {"validator": validator, "rank": at[0], "item": at[1]})


def _held(db: Connection, validator: str, token: str) -> Mapping[str, Any]:
    """Find a lease that nobody took back yet, and lock it.

    Raises:
        InputError: If there is none.
    """
    from headwater.review.store import statements

    row = db.execute(statements.HELD, {"of_token": token, "who": validator}).mappings().first()
    if row is None:
        raise InputError("the lease has run out, or was never given", hint="open the next item")
    return dict(row)


def _change(db: Connection, item: int, *, room: int = 0, votes: int = 0) -> None:
    from headwater.review.store import statements

    db.execute(statements.CHANGE, {"of_item": item, "by_room": room, "by_votes": votes})


def kept_before(db: Connection, ticket: Ticket, nonce: str) -> bool:
    """Tell whether a statement is there already.

    Args:
        db: A transaction.
        ticket: The signed statement.
        nonce: Of the statement.

    Raises:
        ConsistencyError: If its nonce belongs to another one.
    """
    from headwater.review.store import statements

    row = db.execute(statements.OF_NONCE, {"of_nonce": nonce}).first()
    if row is not None and tuple(row) != (ticket.statement, ticket.validator):
        raise ConsistencyError("the nonce was used for another vote")
    return row is not None


def keep(db: Connection, ticket: Ticket, nonce: str, **told: Any) -> None:
    """Write a statement down for the log.

    Args:
        db: A transaction.
        ticket: The signed statement.
        nonce: Of the statement.
        **told: The other columns of its entry.
    """
    from headwater.review.store import statements

    row = {"validator": ticket.validator, "nonce": nonce, "statement": ticket.statement, "leaf": ticket.leaf}
    db.execute(statements.KEEP, row | told)
