"""A vote that comes after its lease ran out: it counts if the item still has room for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.errors import InputError
from headwater.review.store import queue
from headwater.review.store.queue import Lease

if TYPE_CHECKING:
    from sqlalchemy import Connection


def take_up(
    db: Connection, validator: str, named: tuple[str, str], *, token: str, now_s: float, ttl_s: float
) -> Lease:
    """Hand an item out again to somebody whose lease on it was taken back.

    Args:
        db: A transaction.
        validator: Name of the key.
        named: Document and batch of the item.
        token: Of the lease that they had.
        now_s: Now, POSIX seconds.
        ttl_s: How long it is kept for them.

    Returns:
        The lease.

    Raises:
        InputError: If it is not there, has no room, or they have answered it.
    """
    from sqlalchemy import select

    from headwater.review.store.tables import ITEM, TOUCH

    touched = select(TOUCH.c.item).where((TOUCH.c.item == ITEM.c.id) & (TOUCH.c.validator == validator))
    wanted = (ITEM.c.document == named[0]) & (ITEM.c.batch == named[1]) & ~touched.exists()
    item = db.execute(select(ITEM.c.id).where(wanted)).scalar()
    found = None
    if item is not None and token:
        found = queue.lease_again(db, validator, item, token=token, now_s=now_s, ttl_s=ttl_s)
    if found is None:
        raise InputError("the lease has run out, or was never given", hint="open the next item")
    return found
