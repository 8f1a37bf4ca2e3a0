"""The adjudication screen: a document on which votes do not agree, with the votes and all evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.review.attest import Adjudication, adjudication, ledger
from headwater.review.attest.judgement import ASSISTANCE, LABELS
from headwater.review.attest.roll import SETTLERS
from headwater.review.serve import ballot
from headwater.review.serve.desk import Desk, admit, witness
from headwater.review.serve.display import display, inert, language
from headwater.review.serve.visit import Answer, RefusedError, Screen, Visit, credential
from headwater.review.store import Item, Ticket, batches, history, people, queue, settlement
from headwater.review.store.settlement import Vote

if TYPE_CHECKING:
    from sqlalchemy import Connection


def view(desk: Desk, visit: Visit) -> dict[str, Any]:
    """Show a contested document, what was said of it, and how many more there are."""
    name = visit.name
    found = desk.look(lambda db: settlement.contested(db, name, most=101))
    told: dict[str, Any] = {
        "item": None,
        "n_more": max(len(found) - 1, 0),
        "labels": list(LABELS),
        "assistance": list(ASSISTANCE),
        "signs": visit.signs,
        "key": credential(visit),
        "now_s": int(desk.clock()),
        "last": desk.look(lambda db: _last(db, name)),
    }
    if found:
        number, item, votes = found[0]
        told["item"] = _told_of(desk, visit, number, (item, votes))
    return told


def _last(db: Connection, name: str) -> dict[str, Any] | None:
    row = history.last(db, name, kind="ruling")
    return None if row is None else ballot.told_last(row)


def _told_of(desk: Desk, visit: Visit, number: int, what: tuple[Item, list[Vote]]) -> dict[str, Any]:
    item, votes = what
    whole, nonce, now_s = visit.text("whole") == "1", desk.token(), int(desk.clock())
    seen = display(item.text, whole=whole)
    known = desk.look(lambda db: batches.background(db, item.document, item.batch))
    return {
        "number": number,
        "document": item.document,
        "whole": whole,
        "n_hidden": seen.n_hidden,
        "language": language(item.text),
        "now_s": now_s,
        "nonce": nonce,
        "segments": [list(one) for one in seen.segments],
        "passages": [{"start": one.start, "end": one.end, "snippet": one.snippet} for one in seen.passages],
        "votes": [_said(one) for one in votes],
        "known": inert(known),
        "draft": ballot.draft(
            desk, item, nonce=nonce, leased_s=now_s, considered=tuple(one.statement for one in votes)
        ),
    }


def _said(one: Vote) -> dict[str, Any]:
    from headwater.log import envelope
    from headwater.review.attest import judgement

    payload, _ = envelope.parse(ledger.sealed_of(one.leaf))
    said = judgement.parse(payload)
    return {
        "statement": one.statement,
        "validator": one.validator,
        "label": one.label,
        "confidence": said.confidence,
        "spans": [list(span) for span in said.spans],
        "assistance": said.assistance,
        "seconds": max(said.voted_s - said.leased_s, 0),
    }


def _settle(desk: Desk, visit: Visit) -> Answer:
    """Take the form of an adjudicator for whom the server signs."""
    ballot.needs_witness(visit)
    nonce, name = visit.text("nonce"), visit.name
    if desk.look(lambda db: history.owner(db, nonce)) == name:
        return _kept(new=False)
    item, votes = _item(desk, visit)
    said = ballot.of_form(desk, visit, item, nonce=nonce, leased_s=visit.number("now_s"))
    settled = Adjudication(said, tuple(visit.texts("considered")) or tuple(one.statement for one in votes))
    sealed = witness(desk, visit.member, adjudication.statement(settled))
    return _keep(desk, visit, admit(desk, visit.member, sealed)[0], settled)


def _cast(desk: Desk, visit: Visit) -> Answer:
    """Take an envelope that an adjudicator signed.

    Raises:
        RefusedError: If it holds something else.
    """
    ticket, said = admit(desk, visit.member, visit.text("envelope").encode("utf-8", "surrogatepass"))
    if not isinstance(said, Adjudication):
        raise RefusedError("the envelope holds no adjudication", status=400)
    if not desk.look(lambda db: history.owner(db, said.nonce)):
        ballot.check(desk, said.judgement, _item(desk, visit)[0])
    return _keep(desk, visit, ticket, said)


def _item(desk: Desk, visit: Visit) -> tuple[Item, list[Vote]]:
    """Find a contested document by its number.

    Raises:
        RefusedError: If it is settled, or was never contested.
    """
    number = visit.number("number")
    found = desk.look(lambda db: settlement.open_item(db, number))
    if found is None:
        raise RefusedError("this document is settled, or there is none", status=409, hint="take the next one")
    return found


def _keep(desk: Desk, visit: Visit, ticket: Ticket, said: Adjudication) -> Answer:
    name = visit.name

    def step(db: Connection) -> bool:
        people.member(db, name=name)
        return settlement.settle(db, ticket, said)

    return _kept(new=desk.change(step))


def _undo(desk: Desk, visit: Visit) -> Answer:
    """Take an adjudication back, so that its document is contested again."""
    ticket, said = ballot.taken_back(desk, visit)
    name = visit.name

    def step(db: Connection) -> None:
        people.member(db, name=name)
        queue.retract(db, ticket, said)

    desk.change(step)
    return Answer({"undone": True}, "/adjudicate?said=undone")


def _kept(*, new: bool) -> Answer:
    return Answer({"kept": True, "new": new}, "/adjudicate?said=settled")


SCREEN = Screen("adjudicate", "Adjudicate", view, {"settle": _settle, "cast": _cast, "undo": _undo}, SETTLERS)
