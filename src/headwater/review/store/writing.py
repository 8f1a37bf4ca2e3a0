"""Texts that people hand in: kept with the licence and the consent that their writers signed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from headwater.errors import ConsistencyError
from headwater.review.attest.authorship import Authorship
from headwater.review.store.queue import Ticket, keep, kept_before

if TYPE_CHECKING:
    from sqlalchemy import Connection


def hand_in(db: Connection, ticket: Ticket, said: Authorship, text: str) -> bool:
    """Keep a text.

    Args:
        db: A transaction.
        ticket: The signed statement, verified.
        said: What it says.
        text: The text.

    Returns:
        False if this very one was kept before, and nothing changed.

    Raises:
        ConsistencyError: If the statement is of another text, or the text is there already.
    """
    from headwater.review.store.tables import WRITING

    if kept_before(db, ticket, said.nonce):
        return False
    if hashlib.sha256(text.encode()).hexdigest() != said.document:
        raise ConsistencyError("the statement is of another text")
    if db.execute(WRITING.select().where(WRITING.c.document == said.document)).first() is not None:
        raise ConsistencyError("this very text was handed in before")
    row = {"statement": ticket.statement, "validator": ticket.validator, "document": said.document}
    told = {"text": text, "licence": said.licence, "written_s": said.written_s}
    db.execute(WRITING.insert(), row | told)
    keep(db, ticket, said.nonce, kind="writing", item=None, label=None, retracts=None)
    return True


def written(db: Connection, validator: str | None = None) -> list[dict[str, Any]]:
    """Give texts that stand, with their entries of the log, the newest first.

    Args:
        db: A transaction.
        validator: Of whom; None for those of everybody.
    """
    from sqlalchemy import select

    from headwater.review.store.statements import stands
    from headwater.review.store.tables import ENTRY, WRITING

    both = WRITING.join(ENTRY, ENTRY.c.statement == WRITING.c.statement)
    chosen = select(WRITING, ENTRY.c.leaf, ENTRY.c.place).select_from(both).where(stands())
    chosen = chosen.order_by(WRITING.c.written_s.desc(), WRITING.c.statement)
    if validator is not None:
        chosen = chosen.where(WRITING.c.validator == validator)
    return [dict(row) for row in db.execute(chosen).mappings()]
