"""Items, signed votes and the invariants that every store keeps."""

from __future__ import annotations

import hashlib
from collections import Counter

from headwater.log import envelope
from headwater.log.checkpoint import Signer
from headwater.review.attest import Interaction, Judgement, Retraction, judgement, ledger, retraction
from headwater.review.store import Item, Lease, Store, Ticket

NOW_S = 1_700_000_000
BATCH = "bb" * 32


def items(n: int, *, n_wanted: int = 2) -> list[Item]:
    """Make items that are asked in order."""
    texts = [f"text {at}" for at in range(n)]
    return [
        Item(BATCH, hashlib.sha256(text.encode()).hexdigest(), text, 0.5, float(at), n_wanted)
        for at, text in enumerate(texts)
    ]


def vote(lease: Lease, number: int, label: str = "human") -> Judgement:
    """Answer a lease."""
    one = lease.item
    told = (one.document, "dd" * 32, label, None, (), "99" * 32, one.batch, one.pi)
    return Judgement(*told, f"{number:032x}", NOW_S, NOW_S, Interaction(), "none")


def ticket(said: Judgement | Retraction, signer: Signer) -> Ticket:
    """Sign what was said."""
    payload = judgement.statement(said) if isinstance(said, Judgement) else retraction.statement(said)
    leaf = ledger.entry(envelope.seal(payload, [signer]), now_s=NOW_S)
    return Ticket(leaf, hashlib.sha256(payload).hexdigest(), signer.name)


def check(store: Store) -> Counter[str]:
    """Hold the store against its invariants, and count labels of votes that stand."""
    from headwater.review.store.tables import ENTRY, ITEM, TOUCH

    with store.transaction() as db:
        asked = {row["id"]: dict(row) for row in db.execute(ITEM.select()).mappings()}
        touched = [dict(row) for row in db.execute(TOUCH.select()).mappings()]
        kept = [dict(row) for row in db.execute(ENTRY.select()).mappings()]
    gone = {row["retracts"] for row in kept if row["retracts"]}
    standing = [row for row in kept if row["kind"] == "vote" and row["statement"] not in gone]
    votes: Counter[int] = Counter(row["item"] for row in standing)
    voted: Counter[int] = Counter()
    leased: Counter[int] = Counter()
    for row in touched:
        voted[row["item"]] += row["state"] == "voted"
        leased[row["item"]] += row["state"] == "leased"
    for at, item in asked.items():
        assert item["n_votes"] == votes[at] == voted[at] <= item["n_wanted"]
        assert item["n_wanted"] == item["n_votes"] + leased[at] + item["room"]
    ballots = [(row["item"], row["validator"]) for row in standing]
    assert len(ballots) == len(set(ballots))
    assert len({row["nonce"] for row in kept}) == len(kept)
    return Counter(row["label"] for row in standing)
