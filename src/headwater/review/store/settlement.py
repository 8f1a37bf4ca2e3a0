"""What votes did not settle: contested items, and the one adjudication of each that stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headwater.errors import ConsistencyError
from headwater.review.attest.adjudication import Adjudication
from headwater.review.store.queue import Item, Ticket, item_of, keep, kept_before

if TYPE_CHECKING:
    from sqlalchemy import Connection

_LOOKED_AT = 256


@dataclass(frozen=True, slots=True)
class Vote:
    """Hold a vote that stands.

    Attributes:
        statement: SHA-256 of what was signed, hex.
        validator: Name of the key.
        label: What it says.
        leaf: Its entry of the log.
    """

    statement: str
    validator: str
    label: str
    leaf: bytes


def is_contested(labels: Sequence[str]) -> bool:
    """Tell whether no label has more than half of the votes that say one."""
    said = Counter(label for label in labels if label != "cannot-tell")
    return not said or 2 * said.most_common(1)[0][1] <= said.total()


def contested(db: Connection, validator: str, *, most: int) -> list[tuple[int, Item, list[Vote]]]:
    """Find items that have all their votes, no answer and no adjudication.

    Args:
        db: A transaction.
        validator: Who wants to adjudicate; what they voted on themselves is left to others.
        most: How many to give.

    Returns:
        The number of each item, the item, and its votes in the order of their statements.
    """
    from sqlalchemy import select

    from headwater.review.store.tables import GOLD, ITEM, RULING, TOUCH

    ruled = select(RULING.c.item).where(RULING.c.item == ITEM.c.id).exists()
    settled = ruled | select(GOLD.c.item).where(GOLD.c.item == ITEM.c.id).exists()  # Its answer is known.
    own = select(TOUCH.c.item).where((TOUCH.c.item == ITEM.c.id) & (TOUCH.c.validator == validator)).exists()
    found: list[tuple[int, Item, list[Vote]]] = []
    after = 0
    while len(found) < most:
        full = (ITEM.c.n_votes >= ITEM.c.n_wanted) & ~settled & ~own & (ITEM.c.id > after)
        rows = db.execute(select(ITEM).where(full).order_by(ITEM.c.id).limit(_LOOKED_AT)).mappings().all()
        if not rows:
            break
        after = rows[-1]["id"]
        for row in rows:
            votes = votes_on(db, row["id"])
            if is_contested([one.label for one in votes]):
                found.append((row["id"], item_of(row), votes))
    return found[:most]


def open_item(db: Connection, number: int) -> tuple[Item, list[Vote]] | None:
    """Give an item with its votes; None if there is none, or it is settled."""
    from sqlalchemy import select

    from headwater.review.store.tables import ITEM, RULING

    settled = select(RULING.c.item).where(RULING.c.item == ITEM.c.id).exists()
    row = db.execute(select(ITEM).where((ITEM.c.id == number) & ~settled)).mappings().first()
    return None if row is None else (item_of(row), votes_on(db, number))


def votes_on(db: Connection, item: int) -> list[Vote]:
    """Give the votes on an item that stand, in the order of their statements."""
    from sqlalchemy import select

    from headwater.review.store.statements import stands
    from headwater.review.store.tables import ENTRY

    chosen = select(ENTRY.c.statement, ENTRY.c.validator, ENTRY.c.label, ENTRY.c.leaf).where(
        (ENTRY.c.item == item) & (ENTRY.c.kind == "vote") & stands()
    )
    rows = db.execute(chosen.order_by(ENTRY.c.statement))
    return [Vote(row.statement, row.validator, row.label, bytes(row.leaf)) for row in rows]


def settle(db: Connection, ticket: Ticket, said: Adjudication) -> bool:
    """Keep an adjudication.

    Args:
        db: A transaction.
        ticket: The signed statement, verified.
        said: What it says.

    Returns:
        False if this very one was kept before, and nothing changed.

    Raises:
        ConsistencyError: If the item is not there or has an adjudication, or its votes are not those that
            were considered.
    """
    from sqlalchemy import select

    from headwater.review.store.tables import ITEM, RULING

    if kept_before(db, ticket, said.nonce):
        return False
    one = said.judgement
    named = (ITEM.c.document == one.document) & (ITEM.c.batch == one.batch)
    row: Any = db.execute(select(ITEM.c.id, ITEM.c.pi).where(named).with_for_update()).first()
    if row is None or row.pi != one.pi:
        raise ConsistencyError("the adjudication is of an item that is not there")
    if db.execute(select(RULING.c.item).where(RULING.c.item == row.id)).first() is not None:
        raise ConsistencyError("somebody has adjudicated this already")
    votes = votes_on(db, row.id)
    if tuple(vote.statement for vote in votes) != said.considered:
        raise ConsistencyError("the votes changed meanwhile", hint="look at them again")
    if any(vote.validator == ticket.validator for vote in votes):
        raise ConsistencyError("nobody adjudicates what they voted on")
    told = {"validator": ticket.validator, "statement": ticket.statement, "label": one.label}
    db.execute(RULING.insert(), {"item": row.id} | told)
    keep(db, ticket, one.nonce, kind="ruling", item=row.id, label=one.label, retracts=None)
    return True
