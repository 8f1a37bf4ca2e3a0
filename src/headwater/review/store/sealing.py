"""From the store to the log: entries in the order in which they get their places, each exactly once."""

from __future__ import annotations

from headwater.log import sequencer
from headwater.log.head import Head
from headwater.log.reader import Reader
from headwater.log.storage import Storage
from headwater.review.store.store import Store

_AT_ONCE = 4096


def seal(store: Store, log: Storage) -> Head:
    """Append what the log does not have yet.

    Places are given in the store first, and what has a place but is not in the log is appended by whoever
    comes next; so a crash between the two loses and doubles nothing. One process seals at a time.

    Args:
        store: Where votes are.
        log: Where they go; nothing else is appended to it.

    Returns:
        The new head, not yet published.
    """
    from sqlalchemy import func, select

    from headwater.review.store.tables import ENTRY

    with store.transaction() as db:
        last = db.execute(select(func.max(ENTRY.c.place))).scalar()
        first = 0 if last is None else last + 1
        unplaced = db.execute(
            select(ENTRY.c.id).where(ENTRY.c.place.is_(None)).order_by(ENTRY.c.id)
        ).scalars()
        for at, one in enumerate(unplaced.all()):
            db.execute(ENTRY.update().where(ENTRY.c.id == one).values(place=first + at))
    head = Reader(log).head()
    while True:
        with store.transaction() as db:
            more = (
                select(ENTRY.c.leaf).where(ENTRY.c.place >= head.size).order_by(ENTRY.c.place).limit(_AT_ONCE)
            )
            leaves = [bytes(leaf) for leaf in db.execute(more).scalars()]
        if not leaves:
            return head
        head = sequencer.append(log, leaves)
