"""The statements of the queue, built once; SQLAlchemy is imported with this module, so import it late."""

from __future__ import annotations

from sqlalchemy import BindParameter, ColumnElement, bindparam, delete, insert, select, tuple_, update

from headwater.review.store.tables import ENTRY, ITEM, RULING, TOUCH, WALK

_who: BindParameter[str] = bindparam("who")
_token: BindParameter[str] = bindparam("of_token")

# Leases that have run out, some at a time; those that somebody else is busy with are passed over.
LATE = (
    select(TOUCH.c.item, TOUCH.c.token)
    .where((TOUCH.c.state == "leased") & (TOUCH.c.until_s <= bindparam("now_s")))
    .order_by(TOUCH.c.until_s)
    .limit(64)
    .with_for_update(skip_locked=True)
)
_had = select(TOUCH.c.item).where((TOUCH.c.item == ITEM.c.id) & (TOUCH.c.validator == _who))
# The first open item that a validator has not had, of all and behind a place.
FREE = (
    select(ITEM)
    .where((ITEM.c.room > 0) & ~_had.exists())
    .order_by(ITEM.c.rank, ITEM.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
FREE_BEHIND = FREE.where(tuple_(ITEM.c.rank, ITEM.c.id) > tuple_(bindparam("rank"), bindparam("item")))
WALK_AT = select(WALK.c.rank, WALK.c.item).where(WALK.c.validator == _who)
WALK_TO = (
    update(WALK).where(WALK.c.validator == _who).values(rank=bindparam("to_rank"), item=bindparam("to_item"))
)
HELD = (
    select(TOUCH)
    .where((TOUCH.c.token == _token) & (TOUCH.c.validator == _who) & (TOUCH.c.state == "leased"))
    .with_for_update()
)
PROLONG = update(TOUCH).where(TOUCH.c.token == _token).values(until_s=bindparam("to_until_s"))
END = update(TOUCH).where(TOUCH.c.token == _token).values(state=bindparam("to_state"), token=None)
DROP = delete(TOUCH).where(TOUCH.c.token == _token)
FORGET = delete(TOUCH).where((TOUCH.c.item == bindparam("of_item")) & (TOUCH.c.validator == _who))
LEASE = insert(TOUCH)
MINE = (
    select(ITEM, TOUCH.c.token, TOUCH.c.leased_s, TOUCH.c.until_s)
    .join(TOUCH, TOUCH.c.item == ITEM.c.id)
    .where((TOUCH.c.validator == _who) & (TOUCH.c.state == "leased"))
    .order_by(TOUCH.c.leased_s, TOUCH.c.item)
)
FREE_ITEM = select(ITEM).where((ITEM.c.id == bindparam("of_item")) & (ITEM.c.room > 0)).with_for_update()
UNRULE = delete(RULING).where(RULING.c.statement == bindparam("of_statement"))
ITEM_OF = select(ITEM.c.id, ITEM.c.document, ITEM.c.batch, ITEM.c.pi).where(ITEM.c.id == bindparam("of_item"))
CHANGE = (
    update(ITEM)
    .where(ITEM.c.id == bindparam("of_item"))
    .values(room=ITEM.c.room + bindparam("by_room"), n_votes=ITEM.c.n_votes + bindparam("by_votes"))
)
OF_NONCE = select(ENTRY.c.statement, ENTRY.c.validator).where(ENTRY.c.nonce == bindparam("of_nonce"))
OF_STATEMENT = select(ENTRY.c.item, ENTRY.c.kind).where(
    (ENTRY.c.statement == bindparam("of_statement"))
    & (ENTRY.c.validator == _who)
    & (ENTRY.c.kind != "retraction")
)
TAKEN_BACK = select(ENTRY.c.id).where(ENTRY.c.retracts == bindparam("of_statement"))
KEEP = insert(ENTRY)


def stands() -> ColumnElement[bool]:
    """Say of an entry that nobody took it back."""
    gone = ENTRY.alias()
    return ~select(gone.c.id).where(gone.c.retracts == ENTRY.c.statement).exists()
