"""Batches in a store: their manifests, their items, and what nobody sees of an item before their vote."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from headwater.errors import InputError
from headwater.review.manifest import Chosen, parse
from headwater.review.store.queue import Item, add

if TYPE_CHECKING:
    from sqlalchemy import Connection


def add_batch(
    db: Connection, manifest: bytes, texts: Iterable[tuple[str, Mapping[str, Any]]], *, n_wanted: int
) -> int:
    """Keep a manifest, and queue its documents that are not there yet.

    Args:
        db: A transaction.
        manifest: Canonical JSON, as it was drawn.
        texts: Each text, and what is told of it after a vote: a JSON value.
        n_wanted: Votes on each that is new.

    Returns:
        How many items were new.

    Raises:
        InputError: If a text is not in the manifest, or one of the manifest is neither given nor queued.
    """
    from sqlalchemy import select

    from headwater.review.store.tables import BACKGROUND, BATCH, ITEM

    drawn = parse(manifest)
    asked, rank = drawn.by_document(), drawn.ranks()
    items, told = [], {}
    for text, about in texts:
        document = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        if document not in asked:
            raise InputError(f"the document {document[:16]} is not in the manifest of the batch")
        items.append(Item(drawn.digest, document, text, asked[document].pi, rank[document], n_wanted))
        told[document] = dict(about)
    if db.execute(select(BATCH.c.digest).where(BATCH.c.digest == drawn.digest)).first() is None:
        db.execute(BATCH.insert(), {"digest": drawn.digest, "manifest": manifest})
    n = add(db, items)
    queued = select(ITEM.c.id, ITEM.c.document, BACKGROUND.c.item).outerjoin(
        BACKGROUND, BACKGROUND.c.item == ITEM.c.id
    )
    there = db.execute(queued.where(ITEM.c.batch == drawn.digest)).all()
    missing = asked.keys() - {row.document for row in there}
    if missing:
        raise InputError(
            f"{len(missing)} documents of the batch have no text, such as {min(missing)[:16]}",
            hint="give them with --texts, or draw with --store",
        )
    rows = [
        {"item": row.id, "told": _told(asked[row.document], told.get(row.document, {}))}
        for row in there
        if row.item is None and asked[row.document].part != "gold"
    ]
    if rows:
        db.execute(BACKGROUND.insert(), rows)
    return n


def _told(one: Chosen, about: Mapping[str, Any]) -> str:
    return json.dumps({**about, **one.to_json()}, allow_nan=False)


def know(db: Connection, batch: str, labels: Mapping[str, str]) -> None:
    """Write down the answers that are known.

    Args:
        db: A transaction.
        batch: SHA-256 of the manifest, hex; its items are queued.
        labels: Digest of a text -> label.
    """
    from sqlalchemy import select

    from headwater.review.store.tables import GOLD, ITEM

    known = select(GOLD.c.item).where(GOLD.c.item == ITEM.c.id).exists()
    queued = select(ITEM.c.id, ITEM.c.document).where((ITEM.c.batch == batch) & ~known)
    rows = [
        {"item": row.id, "label": labels[row.document]}
        for row in db.execute(queued)
        if row.document in labels
    ]
    if rows:
        db.execute(GOLD.insert(), rows)


def manifests(db: Connection) -> dict[str, bytes]:
    """Give all manifests by their digests."""
    from headwater.review.store.tables import BATCH

    return {row.digest: bytes(row.manifest) for row in db.execute(BATCH.select())}


def background(db: Connection, document: str, batch: str) -> dict[str, Any]:
    """Give what is told of an item after a vote; empty where nothing is known."""
    from sqlalchemy import select

    from headwater.review.store.tables import BACKGROUND, ITEM

    named = (ITEM.c.document == document) & (ITEM.c.batch == batch)
    found = db.execute(
        select(BACKGROUND.c.told).join(ITEM, ITEM.c.id == BACKGROUND.c.item).where(named)
    ).scalar()
    return {} if found is None else dict(json.loads(found))
