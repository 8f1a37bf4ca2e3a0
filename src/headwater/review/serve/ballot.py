"""A ballot: what is handed out to be signed, what a form makes of it, and what may be cast."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from headwater.errors import ConsistencyError, InputError
from headwater.review.attest import (
    Adjudication,
    Interaction,
    Judgement,
    Retraction,
    adjudication,
    judgement,
    retraction,
)
from headwater.review.attest.judgement import LABELS
from headwater.review.serve.desk import Desk, admit, witness
from headwater.review.serve.display import display, inert, language, spans
from headwater.review.serve.visit import RefusedError, Visit
from headwater.review.store import Item, Lease, Ticket, late, queue

# Clocks of a voter and of their server may differ by this, and no more.
_CLOCKS_APART_S = 86_400
_EXCERPT = 140
UNSIGNED = {"label": "cannot-tell", "confidence": None, "spans": (), "assistance": "none"}


def nonce_of(token: str) -> str:
    """Derive a nonce from a lease, so that a form sent twice is one vote."""
    return hashlib.sha256(f"nonce {token}".encode()).hexdigest()[:32]


def draft(
    desk: Desk, item: Item, *, nonce: str, leased_s: float, considered: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Make the statement that a validator fills in and signs, as a JSON value.

    The label, and what else the validator says, are theirs to replace.

    Args:
        desk: The campaign.
        item: What is judged.
        nonce: 32 hex digits.
        leased_s: When it was handed out.
        considered: Votes that are settled; empty for a vote.
    """
    from headwater import canonical

    said = _judgement(desk, item, {"nonce": nonce, "leased_s": int(leased_s), **UNSIGNED})
    drafted = (
        adjudication.statement(Adjudication(said, considered)) if considered else judgement.statement(said)
    )
    found: dict[str, Any] = canonical.parse(drafted)
    return found


def of_form(desk: Desk, visit: Visit, item: Item, *, nonce: str, leased_s: float) -> Judgement:
    """Make a judgement of a form.

    Args:
        desk: The campaign.
        visit: With the fields of the form.
        item: What is judged.
        nonce: 32 hex digits.
        leased_s: When it was handed out.

    Raises:
        RefusedError: If no label was chosen.
    """
    label = visit.text("label")
    if label not in LABELS:
        raise RefusedError("choose one of the labels", status=400, hint=", ".join(LABELS))
    seen = display(item.text, whole=visit.text("whole") == "1")
    confidence = visit.number("confidence", 5) or None
    interaction = Interaction(
        visit.number("n_typed"), visit.number("n_pasted"), visit.number("hidden_ms"), visit.number("shown_ms")
    )
    marked = spans(seen.passages, visit.texts("passage")) if label == "mixed" else ()
    told = {
        "label": label,
        "confidence": confidence,
        "spans": marked,
        "interaction": interaction,
        "assistance": visit.text("assistance", "none"),
        "displayed": seen.digest,
        "nonce": nonce,
        "leased_s": int(leased_s),
        "voted_s": int(desk.clock()),
    }
    return _judgement(desk, item, told)


def check(desk: Desk, said: Judgement, item: Item) -> None:
    """Check what somebody signed against what they were shown.

    Args:
        desk: The campaign.
        said: What they signed.
        item: What they were shown.

    Raises:
        ConsistencyError: If it is of other bytes or another guideline.
        InputError: If its clock is far from ours.
    """
    shown = (display(item.text, whole=whole).digest for whole in (False, True))
    if said.displayed not in shown:
        raise ConsistencyError(
            "other bytes were displayed than those of this document", hint="load the page anew"
        )
    if said.guideline != desk.campaign.guideline_digest:
        raise ConsistencyError("the vote goes by another guideline", hint="load the page anew")
    if said.spans and said.spans[-1][1] > len(item.text):
        raise ConsistencyError("a span ends behind the document")
    if abs(said.voted_s - desk.clock()) > _CLOCKS_APART_S:
        raise InputError("the vote's time is far from this server's", hint="set the clock, and vote again")


def lease_of(desk: Desk, visit: Visit, named: tuple[str, str]) -> Lease:
    """Find the lease that a vote is on; one that ran out is taken up again.

    Args:
        desk: The campaign.
        visit: With the token of the lease.
        named: Document and batch of the item.
    """
    name, token, ttl_s = visit.name, visit.text("token"), desk.terms.lease_s
    for one in desk.look(lambda db: queue.held(db, name)):
        if one.token == token:
            return one
    now_s = desk.clock()
    return desk.change(lambda db: late.take_up(db, name, named, token=token, now_s=now_s, ttl_s=ttl_s))


def _judgement(desk: Desk, item: Item, told: Mapping[str, Any]) -> Judgement:
    known = {
        "document": item.document,
        "displayed": display(item.text, whole=False).digest,
        "guideline": desk.campaign.guideline_digest,
        "batch": item.batch,
        "pi": item.pi,
        "voted_s": told["leased_s"],
        "interaction": Interaction(),
    }
    return Judgement(**{**known, **told})


def told_last(row: Mapping[str, Any]) -> dict[str, Any]:
    """Tell somebody what they said last, as a JSON value.

    Args:
        row: As `history.last` gives it.
    """
    text = str(row["text"])
    excerpt = inert(text[:_EXCERPT]) + ("…" if len(text) > _EXCERPT else "")
    told = {"statement": row["statement"], "label": row["label"], "excerpt": excerpt}
    return told | {"language": language(text)}


def taken_back(desk: Desk, visit: Visit) -> tuple[Ticket, Retraction]:
    """Read what takes something back, and sign it for whom the server signs.

    Args:
        desk: The campaign.
        visit: With `envelope`, or with `statement`.

    Returns:
        What becomes of it in the store, and what it says.

    Raises:
        RefusedError: If the envelope says something else.
    """
    sealed = visit.text("envelope").encode("utf-8", "surrogatepass")
    if not sealed:
        needs_witness(visit)
        said = Retraction(visit.text("statement"), desk.token(), int(desk.clock()))
        sealed = witness(desk, visit.member, retraction.statement(said))
    ticket, told = admit(desk, visit.member, sealed)
    if not isinstance(told, Retraction):
        raise RefusedError("the envelope takes nothing back", status=400)
    return ticket, told


def needs_witness(visit: Visit) -> None:
    """Check that the server signs for somebody.

    Raises:
        RefusedError: If they sign themselves.
    """
    if visit.signs != "witnessed":
        raise RefusedError(
            f"you sign by {visit.signs}, which a form without script cannot",
            status=403,
            hint="allow script on this page; or ask for an invitation, and join without a key",
        )
