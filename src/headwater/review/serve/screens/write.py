"""The write screen: people hand in texts of their own, with a licence and their consent."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from headwater.review.attest import Authorship, Interaction, authorship
from headwater.review.attest.authorship import LICENCES
from headwater.review.attest.judgement import ASSISTANCE
from headwater.review.attest.roll import AUTHORS
from headwater.review.serve.ballot import needs_witness, taken_back
from headwater.review.serve.desk import Desk, admit, witness
from headwater.review.serve.display import inert
from headwater.review.serve.visit import Answer, RefusedError, Screen, Visit, credential
from headwater.review.store import Ticket, people, queue, writing

if TYPE_CHECKING:
    from sqlalchemy import Connection

CONSENT = (
    "I wrote this text myself. I may give it away, and I do so under the licence I chose. It may be kept, "
    "published, and used to train language models. I can take it back from further use; copies that others "
    "have made stay with them."
)
MOST_CHARACTERS = 200_000


def view(desk: Desk, visit: Visit) -> dict[str, Any]:
    """Show the form, and what somebody has handed in."""
    name = visit.name
    mine = desk.look(lambda db: writing.written(db, name))
    return {
        "consent": CONSENT,
        "licences": list(LICENCES),
        "assistance": list(ASSISTANCE),
        "most_characters": MOST_CHARACTERS,
        "nonce": desk.token(),
        "now_s": int(desk.clock()),
        "signs": visit.signs,
        "key": credential(visit),
        "draft": _draft(desk),
        "texts": [
            {key: one[key] for key in ("statement", "document", "licence", "written_s")}
            | {"excerpt": inert(one["text"][:200]), "n_characters": len(one["text"])}
            for one in mine
        ],
    }


def _draft(desk: Desk) -> dict[str, Any]:
    """Make the statement that a writer fills in, as a JSON value."""
    from headwater import canonical

    nothing = hashlib.sha256(b"").hexdigest()
    now_s = int(desk.clock())
    said = Authorship(nothing, LICENCES[0], _consent(), desk.token(), now_s, Interaction(), "none")
    found: dict[str, Any] = canonical.parse(authorship.statement(said))
    return found


def _consent() -> str:
    return hashlib.sha256(CONSENT.encode()).hexdigest()


def _hand_in(desk: Desk, visit: Visit) -> Answer:
    """Take the form of somebody for whom the server signs."""
    needs_witness(visit)
    text = _text(visit)
    interaction = Interaction(
        visit.number("n_typed"), visit.number("n_pasted"), shown_ms=visit.number("shown_ms")
    )
    said = Authorship(
        hashlib.sha256(text.encode()).hexdigest(),
        visit.text("licence"),
        _consent(),
        visit.text("nonce"),
        int(desk.clock()),
        interaction,
        visit.text("assistance", "none"),
    )
    sealed = witness(desk, visit.member, authorship.statement(said))
    return _keep(desk, visit, admit(desk, visit.member, sealed)[0], said)


def _sign_in_text(desk: Desk, visit: Visit) -> Answer:
    """Take a text with the envelope that its writer signed.

    Raises:
        RefusedError: If the envelope says something else.
    """
    ticket, said = admit(desk, visit.member, visit.text("envelope").encode("utf-8", "surrogatepass"))
    if not isinstance(said, Authorship) or said.consent != _consent():
        raise RefusedError("the envelope hands no text in, or by other words", status=400)
    return _keep(desk, visit, ticket, said)


def _keep(desk: Desk, visit: Visit, ticket: Ticket, said: Authorship) -> Answer:
    name, text = visit.name, _text(visit)

    def step(db: Connection) -> bool:
        people.member(db, name=name)
        return writing.hand_in(db, ticket, said, text)

    return Answer({"kept": True, "new": desk.change(step), "document": said.document}, "/write?said=written")


def _text(visit: Visit) -> str:
    """Read a text, as it is signed: lines end as they do on every machine.

    Raises:
        RefusedError: If it is empty, too long, or its writer did not consent.
    """
    text = visit.text("text").replace("\r\n", "\n").replace("\r", "\n").strip()
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise RefusedError("the text has half a character in it", status=400) from error
    if not text or len(text) > MOST_CHARACTERS:
        raise RefusedError("write a text", status=400, hint=f"of at most {MOST_CHARACTERS} characters")
    if visit.text("consents") != "yes":
        raise RefusedError("nothing is kept without your consent", status=400, hint="read and tick the box")
    return text


def _take_back(desk: Desk, visit: Visit) -> Answer:
    """Take a text back."""
    ticket, said = taken_back(desk, visit)
    desk.change(lambda db: queue.retract(db, ticket, said))
    return Answer({"undone": True}, "/write?said=undone")


SCREEN = Screen(
    "write",
    "Write",
    view,
    {"hand-in": _hand_in, "cast": _sign_in_text, "retract": _take_back},
    AUTHORS,
)
