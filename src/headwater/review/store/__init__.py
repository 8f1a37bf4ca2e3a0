"""The queue of a campaign: items, leases and votes in SQLite or PostgreSQL."""

from headwater.review.store.committer import Committer
from headwater.review.store.queue import Item, Lease, Ticket, add, cast, lease, release, renew, retract, skip
from headwater.review.store.sealing import seal
from headwater.review.store.store import Store, open_store, opened

__all__ = [
    "Committer",
    "Item",
    "Lease",
    "Store",
    "Ticket",
    "add",
    "cast",
    "lease",
    "open_store",
    "opened",
    "release",
    "renew",
    "retract",
    "seal",
    "skip",
]
