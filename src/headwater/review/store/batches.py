"""Batches in a store: their manifests, their items, and what nobody sees of an item before their vote."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from headwater import canonical
from headwater.errors import FormatError, InputError
from headwater.review.manifest import FORMAT
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
        FormatError: If the manifest is none.
        InputError: If a text is not in the manifest, or one of the manifest is neither given nor queued.
    """
    from sqlalchemy import select

    from headwater.review.store.tables import BACKGROUND, BATCH, ITEM

    drawn, batch = chosen(manifest), hashlib.sha256(manifest).hexdigest()
    place = {str(one["id"]): at for at, one in enumerate(drawn)}
    items, told = [], {}
    for text, about in texts:
        document = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        at = place.get(document[:16])
        if at is None:
            raise InputError(f"the document {document[:16]} is not in the manifest of the batch")
        items.append(Item(batch, document, text, drawn[at]["pi"], float(at), n_wanted))
        told[document] = dict(about)
    if db.execute(select(BATCH.c.digest).where(BATCH.c.digest == batch)).first() is None:
        db.execute(BATCH.insert(), {"digest": batch, "manifest": manifest})
    n = add(db, items)
    queued = select(ITEM.c.id, ITEM.c.document, BACKGROUND.c.item).outerjoin(
        BACKGROUND, BACKGROUND.c.item == ITEM.c.id
    )
    there = db.execute(queued.where(ITEM.c.batch == batch)).all()
    missing = place.keys() - {row.document[:16] for row in there}
    if missing:
        raise InputError(
            f"{len(missing)} documents of the batch have no text, such as {min(missing)}",
            hint="give them with --texts, or draw with --store",
        )
    rows = [
        {"item": row.id, "told": _told(drawn[place[row.document[:16]]], told.get(row.document, {}))}
        for row in there
        if row.item is None
    ]
    if rows:
        db.execute(BACKGROUND.insert(), rows)
    return n


def _told(one: Mapping[str, Any], about: Mapping[str, Any]) -> str:
    return json.dumps(
        {**about, **{name: value for name, value in one.items() if name != "id"}}, allow_nan=False
    )


def chosen(manifest: bytes) -> list[dict[str, Any]]:
    """Read the items of a manifest.

    Args:
        manifest: Canonical JSON.

    Raises:
        FormatError: If it is no manifest of a batch.
    """
    value = canonical.parse(manifest)
    try:
        items = [dict(one) for one in value["items"]]
        sound = value["format"] == FORMAT and all(
            isinstance(one["id"], str) and (one["pi"] is None or 0 < one["pi"] <= 1) for one in items
        )
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError("not the manifest of a batch") from error
    if not sound or len({one["id"] for one in items}) != len(items):
        raise FormatError("the manifest of a batch has an item twice, or one that is not of its form")
    return items


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
