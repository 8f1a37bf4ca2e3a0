"""Batches in a store: their manifests, their items, and what nobody sees of an item before their vote."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

from headwater.errors import InputError
from headwater.review.manifest import Chosen, parse
from headwater.review.store.queue import Item, add

if TYPE_CHECKING:
    from sqlalchemy import Connection


def add_batch(
    db: Connection,
    manifest: bytes,
    texts: Iterable[tuple[str, Mapping[str, Any]]],
    *,
    n_wanted: int,
    gold: Mapping[str, str] | None = None,
) -> int:
    """Keep a manifest, and queue its documents that are not there yet.

    Args:
        db: A transaction.
        manifest: Canonical JSON, as it was drawn.
        texts: Each text, and what is told of it after a vote: a JSON value.
        n_wanted: Votes on each that is new.
        gold: Texts of the batch whose label is known, text -> label.

    Returns:
        How many items were new.

    Raises:
        InputError: If a text is not in the manifest, one of the manifest is neither given nor queued, or
            gold is not gold of the manifest, or lacks its label.
    """
    from sqlalchemy import select

    from headwater.review.store.tables import BATCH

    drawn, known = parse(manifest), gold or {}
    asked, rank = drawn.by_document(), drawn.ranks()
    labels = {_digest(text): label for text, label in known.items()}
    _insist_on_gold(asked, labels)
    items, told = [], {}
    for text, about in chain(texts, ((text, {}) for text in known)):
        document = _digest(text)
        if document not in asked:
            raise InputError(f"the document {document[:16]} is not in the manifest of the batch")
        items.append(Item(drawn.digest, document, text, asked[document].pi, rank[document], n_wanted))
        told[document] = dict(about)
    if db.execute(select(BATCH.c.digest).where(BATCH.c.digest == drawn.digest)).first() is None:
        db.execute(BATCH.insert(), {"digest": drawn.digest, "manifest": manifest})
    n = add(db, items)
    know(db, drawn.digest, labels)
    _keep_told(db, drawn.digest, asked, told)
    return n


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _insist_on_gold(asked: Mapping[str, Chosen], labels: Mapping[str, str]) -> None:
    """Refuse a label for what is asked about without one: whoever knew the answer chose it.

    Raises:
        InputError: If a document is not gold of the manifest.
    """
    wrong = [one for one in labels if one not in asked or asked[one].part != "gold"]
    if wrong:
        raise InputError(
            f"the document {min(wrong)[:16]} is no gold of the batch",
            hint="draw the batch with --gold, so that its manifest has them",
        )


def _keep_told(
    db: Connection, batch: str, asked: Mapping[str, Chosen], told: Mapping[str, dict[str, Any]]
) -> None:
    """Write down what is told of items after a vote, and see that all items are there, gold with labels.

    Raises:
        InputError: If something is missing.
    """
    from sqlalchemy import select

    from headwater.review.store.tables import BACKGROUND, GOLD, ITEM

    queued = (
        select(ITEM.c.id, ITEM.c.document, BACKGROUND.c.item, GOLD.c.label)
        .outerjoin(BACKGROUND, BACKGROUND.c.item == ITEM.c.id)
        .outerjoin(GOLD, GOLD.c.item == ITEM.c.id)
    )
    there = db.execute(queued.where(ITEM.c.batch == batch)).all()
    missing = asked.keys() - {row.document for row in there}
    if missing:
        raise InputError(
            f"{len(missing)} documents of the batch have no text, such as {min(missing)[:16]}",
            hint="give them with --texts, and gold with --gold, or draw with --store",
        )
    blank = [row.document for row in there if row.label is None and asked[row.document].part == "gold"]
    if blank:
        raise InputError(
            f"{len(blank)} documents of the batch are gold without a label, such as {min(blank)[:16]}",
            hint="give text and label of each with --gold",
        )
    rows = [
        {"item": row.id, "told": _told(asked[row.document], told.get(row.document, {}))}
        for row in there
        if row.item is None and asked[row.document].part != "gold"
    ]
    if rows:
        db.execute(BACKGROUND.insert(), rows)


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
