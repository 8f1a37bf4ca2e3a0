"""The review screen: one document at a time, and nothing that is known of it before the vote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.review.attest import Judgement, judgement
from headwater.review.attest.judgement import ASSISTANCE, LABELS
from headwater.review.attest.roll import JUDGES
from headwater.review.serve import ballot
from headwater.review.serve.desk import Desk, admit, witness
from headwater.review.serve.display import display, inert, language
from headwater.review.serve.visit import Answer, RefusedError, Screen, Visit, credential
from headwater.review.store import Lease, Ticket, batches, history, people, queue

if TYPE_CHECKING:
    from sqlalchemy import Connection


def view(desk: Desk, visit: Visit) -> dict[str, Any]:
    """Show the next document, and what was known of the last one.

    The field `hold` asks for two: the second is there before it is needed.
    """
    n, name = 2 if visit.text("hold") == "2" else 1, visit.name
    leases = desk.change(lambda db: _held(desk, db, name, n))
    whole = visit.text("whole") == "1"
    return {
        "items": [told_of(desk, one, whole=whole) for one in leases],
        "last": desk.look(lambda db: _last(db, name)),
        "signs": visit.signs,
        "key": credential(visit),
        "labels": list(LABELS),
        "assistance": list(ASSISTANCE),
        "guideline": desk.campaign.guideline,
        "csrf": visit.session.csrf if visit.session else "",
    }


def told_of(desk: Desk, lease: Lease, *, whole: bool) -> dict[str, Any]:
    """Tell of an item what may be seen before a vote, as a JSON value."""
    seen, nonce = display(lease.item.text, whole=whole), ballot.nonce_of(lease.token)
    return {
        "token": lease.token,
        "document": lease.item.document,
        "batch": lease.item.batch,
        "until_s": lease.until_s,
        "now_s": int(desk.clock()),
        "whole": whole,
        "n_hidden": seen.n_hidden,
        "language": language(lease.item.text),
        "n_characters": len(lease.item.text),
        "segments": [list(one) for one in seen.segments],
        "passages": [{"start": one.start, "end": one.end, "snippet": one.snippet} for one in seen.passages],
        "draft": ballot.draft(desk, lease.item, nonce=nonce, leased_s=lease.leased_s),
    }


def _held(desk: Desk, db: Connection, name: str, n: int) -> list[Lease]:
    """Hand out items until somebody holds n, and keep for longer what they hold."""
    now_s, ttl_s = desk.clock(), desk.terms.lease_s
    for one in queue.held(db, name)[:n]:
        queue.renew(db, name, token=one.token, now_s=now_s, ttl_s=ttl_s)
    mine = queue.held(db, name)
    while len(mine) < n:
        made = queue.lease(db, name, token=desk.token(), now_s=now_s, ttl_s=ttl_s)
        if made is None:
            break
        mine.append(made)
    return mine[:n]


def _last(db: Connection, name: str) -> dict[str, Any] | None:
    row = history.last(db, name)
    if row is None:
        return None
    known = batches.background(db, row["document"], row["batch"])
    return ballot.told_last(row) | {
        "known": inert({key: value for key, value in known.items() if key not in {"document", "record"}})
    }


def _vote(desk: Desk, visit: Visit) -> Answer:
    """Take the form of somebody for whom the server signs."""
    ballot.needs_witness(visit)
    token, name = visit.text("token"), visit.name
    nonce = ballot.nonce_of(token)
    if desk.look(lambda db: history.owner(db, nonce)) == name:
        return _kept(new=False)
    lease = ballot.lease_of(desk, visit, (visit.text("document"), visit.text("batch")))
    said = ballot.of_form(desk, visit, lease.item, nonce=nonce, leased_s=lease.leased_s)
    sealed = witness(desk, visit.member, judgement.statement(said))
    return _keep(desk, visit, admit(desk, visit.member, sealed)[0], said)


def _cast(desk: Desk, visit: Visit) -> Answer:
    """Take an envelope that somebody signed themselves.

    Raises:
        RefusedError: If it holds something else than a vote.
    """
    ticket, said = admit(desk, visit.member, visit.text("envelope").encode("utf-8", "surrogatepass"))
    if not isinstance(said, Judgement):
        raise RefusedError("the envelope holds no vote", status=400)
    if desk.look(lambda db: queue.kept_before(db, ticket, said.nonce)):
        return _kept(new=False)
    lease = ballot.lease_of(desk, visit, (said.document, said.batch))
    ballot.check(desk, said, lease.item)
    return _keep(desk, visit, ticket, said)


def _keep(desk: Desk, visit: Visit, ticket: Ticket, said: Judgement) -> Answer:
    name, token = visit.name, visit.text("token")

    def step(db: Connection) -> bool:
        people.member(db, name=name)  # Whoever was revoked meanwhile casts nothing.
        return queue.cast(db, ticket, said, token=token)

    return _kept(new=desk.change(step))


def _kept(*, new: bool) -> Answer:
    return Answer({"kept": True, "new": new}, "/review?said=kept")


def _skip(desk: Desk, visit: Visit) -> Answer:
    """Give a document back for others."""
    name, token = visit.name, visit.text("token")
    desk.change(lambda db: queue.skip(db, name, token=token))
    return Answer({"skipped": True}, "/review?said=skipped")


def _renew(desk: Desk, visit: Visit) -> Answer:
    """Keep a document for longer."""
    name, token, terms = visit.name, visit.text("token"), desk.terms
    until_s = desk.change(
        lambda db: queue.renew(db, name, token=token, now_s=desk.clock(), ttl_s=terms.lease_s)
    )
    return Answer({"until_s": until_s}, "/review")


def _undo(desk: Desk, visit: Visit) -> Answer:
    """Take a vote back, and hand its document out again."""
    ticket, said = ballot.taken_back(desk, visit)
    name, token, terms = visit.name, desk.token(), desk.terms

    def step(db: Connection) -> bool:
        people.member(db, name=name)
        item = queue.retract(db, ticket, said)
        if item is None:
            return False
        now_s = desk.clock()
        queue.lease_again(db, name, item, token=token, now_s=now_s, ttl_s=terms.lease_s)
        return True

    return Answer({"undone": True, "new": desk.change(step)}, "/review?said=undone")


SCREEN = Screen(
    "review",
    "Review",
    view,
    {
        "vote": _vote,
        "cast": _cast,
        "skip": _skip,
        "renew": _renew,
        "undo": _undo,
        "retract": _undo,
    },
    JUDGES,
)
