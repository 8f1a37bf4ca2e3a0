"""Votes out of the queue that stand, and which documents get another one."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from headwater.review.exchange.ballot import GOLD as GOLD_SAYS
from headwater.review.exchange.ballot import RULING, Ballot

if TYPE_CHECKING:
    from sqlalchemy import Connection

_AT_ONCE = 500


def standing(db: Connection, batch: str | None = None) -> list[Ballot]:
    """List votes that stand, what adjudicators ruled, and what was known.

    Args:
        db: A transaction.
        batch: SHA-256 of its manifest, hex; None for those of all batches.

    Returns:
        What was known, then the others in the order in which they came; a document is named by the digest of
        its text.
    """
    from sqlalchemy import select

    from headwater.review.store.statements import stands
    from headwater.review.store.tables import ENTRY, GOLD, ITEM

    known = select(ITEM.c.document, GOLD.c.label).join(GOLD, GOLD.c.item == ITEM.c.id).order_by(ITEM.c.id)
    found = (
        select(ITEM.c.document, ENTRY.c.validator, ENTRY.c.label, ITEM.c.pi, ENTRY.c.kind)
        .join(ITEM, ITEM.c.id == ENTRY.c.item)
        .where(ENTRY.c.label.is_not(None) & stands())
        .order_by(ENTRY.c.id)
    )
    if batch is not None:
        found, known = found.where(ITEM.c.batch == batch), known.where(ITEM.c.batch == batch)
    gold = [Ballot(row.document, GOLD_SAYS, row.label, None) for row in db.execute(known)]
    return gold + [
        Ballot(row.document, RULING if row.kind == "ruling" else row.validator, row.label, row.pi)
        for row in db.execute(found)
    ]


def texts(db: Connection, batch: str) -> list[tuple[str, str]]:
    """List digest and text of each document of a batch, in the order of asking.

    Args:
        db: A transaction.
        batch: SHA-256 of the manifest, hex.
    """
    from sqlalchemy import select

    from headwater.review.store.tables import ITEM

    found = select(ITEM.c.document, ITEM.c.text).where(ITEM.c.batch == batch).order_by(ITEM.c.rank, ITEM.c.id)
    return [(row.document, row.text) for row in db.execute(found)]


def want_another(db: Connection, batch: str, documents: Collection[str], *, most: int) -> int:
    """Let one more validator see each document that has all its votes.

    Args:
        db: A transaction.
        batch: SHA-256 of the manifest, hex.
        documents: Digests of texts.
        most: Votes that none goes beyond.

    Returns:
        How many got one; those with an answer still to come did not.
    """
    from sqlalchemy import update

    from headwater.review.store.tables import ITEM

    n = 0
    for some in _parts(documents):
        full = (ITEM.c.n_votes == ITEM.c.n_wanted) & (ITEM.c.n_wanted < most)
        named = (ITEM.c.batch == batch) & ITEM.c.document.in_(some)
        more = update(ITEM).where(named & full).values(n_wanted=ITEM.c.n_wanted + 1, room=ITEM.c.room + 1)
        n += db.execute(more).rowcount
    return n


def want_no_more(db: Connection, batch: str, documents: Collection[str]) -> int:
    """Hand out documents no more; what is out may still be answered.

    Args:
        db: A transaction.
        batch: SHA-256 of the manifest, hex.
        documents: Digests of texts.

    Returns:
        How many were open.
    """
    from sqlalchemy import update

    from headwater.review.store.tables import ITEM

    n = 0
    for some in _parts(documents):
        named = (ITEM.c.batch == batch) & ITEM.c.document.in_(some) & (ITEM.c.room > 0) & (ITEM.c.n_votes > 0)
        shut = update(ITEM).where(named).values(n_wanted=ITEM.c.n_wanted - ITEM.c.room, room=0)
        n += db.execute(shut).rowcount
    return n


def _parts(documents: Collection[str]) -> list[list[str]]:
    every = sorted(documents)
    return [every[at : at + _AT_ONCE] for at in range(0, len(every), _AT_ONCE)]
