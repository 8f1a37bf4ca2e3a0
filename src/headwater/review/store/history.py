"""What was said so far: the votes of one person, those of all, and how far a campaign is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select


def last(db: Connection, validator: str, *, kind: str = "vote") -> Mapping[str, Any] | None:
    """Find the last vote of somebody that stands, with the text that it is on.

    Args:
        db: A transaction.
        validator: Name of the key.
        kind: `vote` or `ruling`.
    """
    from headwater.review.store.tables import ENTRY, ITEM

    chosen = _standing(kind, ITEM.c.text, ITEM.c.batch).where(ENTRY.c.validator == validator)
    row = db.execute(chosen.order_by(ENTRY.c.id.desc()).limit(1)).mappings().first()
    return None if row is None else dict(row)


def votes(db: Connection, validator: str | None = None, *, kind: str = "vote") -> list[dict[str, Any]]:
    """Give votes that stand, in the order in which they came.

    Args:
        db: A transaction.
        validator: Of whom; None for those of everybody.
        kind: `vote` or `ruling`.
    """
    from headwater.review.store.tables import ENTRY, ITEM

    chosen = _standing(kind, ITEM.c.pi, ITEM.c.batch)
    if validator is not None:
        chosen = chosen.where(ENTRY.c.validator == validator)
    return [dict(row) for row in db.execute(chosen.order_by(ENTRY.c.id)).mappings()]


def owner(db: Connection, nonce: str) -> str | None:
    """Say who signed the statement with a nonce; None if nobody did."""
    from headwater.review.store import statements

    row = db.execute(statements.OF_NONCE, {"of_nonce": nonce}).first()
    return None if row is None else str(row.validator)


def counts(db: Connection) -> dict[str, int]:
    """Count items, votes, leases, adjudications, texts and entries."""
    from sqlalchemy import func, select

    from headwater.review.store.tables import ENTRY, ITEM, RULING, TOUCH, WRITING

    total = func.coalesce(func.sum(ITEM.c.n_wanted), 0), func.coalesce(func.sum(ITEM.c.n_votes), 0)
    n_items, n_wanted, n_votes = db.execute(select(func.count(), *total).select_from(ITEM)).one()
    full = select(func.count()).select_from(ITEM).where(ITEM.c.n_votes >= ITEM.c.n_wanted)
    leased = select(func.count()).select_from(TOUCH).where(TOUCH.c.state == "leased")
    skipped = select(func.count()).select_from(TOUCH).where(TOUCH.c.state == "skipped")
    unplaced = select(func.count()).select_from(ENTRY).where(ENTRY.c.place.is_(None))
    return {
        "n_items": int(n_items),
        "n_wanted": int(n_wanted),
        "n_votes": int(n_votes),
        "n_full": int(db.execute(full).scalar_one()),
        "n_leased": int(db.execute(leased).scalar_one()),
        "n_skipped": int(db.execute(skipped).scalar_one()),
        "n_rulings": int(db.execute(select(func.count()).select_from(RULING)).scalar_one()),
        "n_texts": int(db.execute(select(func.count()).select_from(WRITING)).scalar_one()),
        "n_entries": int(db.execute(select(func.count()).select_from(ENTRY)).scalar_one()),
        "n_unsealed": int(db.execute(unplaced).scalar_one()),
    }


def state(db: Connection) -> tuple[int, int]:
    """Give the last entry and the number of batches: the same ones, the same votes."""
    from sqlalchemy import func, select

    from headwater.review.store.tables import BATCH, ENTRY

    last = db.execute(select(func.coalesce(func.max(ENTRY.c.id), 0))).scalar_one()
    return int(last), int(db.execute(select(func.count()).select_from(BATCH)).scalar_one())


def labels(db: Connection) -> dict[str, int]:
    """Count votes that stand by their labels."""
    found: dict[str, int] = {}
    for row in votes(db):
        found[row["label"]] = found.get(row["label"], 0) + 1
    return dict(sorted(found.items()))


def _standing(kind: str, *more: Any) -> Select[Any]:
    from sqlalchemy import select

    from headwater.review.store.statements import stands
    from headwater.review.store.tables import ENTRY, ITEM

    columns = (ENTRY.c.statement, ENTRY.c.validator, ENTRY.c.label, ENTRY.c.item, ITEM.c.document, *more)
    return select(*columns).join(ITEM, ITEM.c.id == ENTRY.c.item).where((ENTRY.c.kind == kind) & stands())
