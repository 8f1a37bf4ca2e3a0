"""A visit: who asks, with what; and what a screen answers or refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from headwater.errors import InputError
from headwater.log.envelope import key_id_of
from headwater.review.attest import signatory
from headwater.review.attest.passkey import Passkey
from headwater.review.attest.roll import ROLES, Member
from headwater.review.store.people import Session

if TYPE_CHECKING:
    from headwater.review.serve.desk import Desk

EVERYBODY = frozenset(ROLES)


class RefusedError(InputError):
    """Refuse a request for a reason that HTTP has a number for.

    Args:
        message: What is wrong.
        status: The number.
        hint: What to do.
    """

    def __init__(self, message: str, *, status: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status


@dataclass(frozen=True, slots=True)
class Visit:
    """Hold one request.

    Attributes:
        session: Of whoever asks; None if they are not signed in.
        secret: What their cookie holds.
        said: Fields of the form, of the JSON object, or of the query.
    """

    session: Session | None
    secret: str
    said: Mapping[str, Any]

    @property
    def member(self) -> Member:
        """Give who asks.

        Raises:
            RefusedError: If they are not signed in.
        """
        if self.session is None:
            raise RefusedError("you are not signed in", status=401, hint="sign in, or ask for an invitation")
        return self.session.member

    @property
    def name(self) -> str:
        """Give the name of the key of whoever asks."""
        return self.member.key.name

    @property
    def signs(self) -> str:
        """Say how they sign: `key`, `passkey` or `witnessed`."""
        return signatory.kind(self.member.key)

    def text(self, name: str, default: str = "") -> str:
        """Give a field as text.

        Raises:
            RefusedError: If it is something else.
        """
        value = self.said.get(name, default)
        if isinstance(value, list) and value:
            value = value[-1]
        if not isinstance(value, str):
            raise RefusedError(f"the field {name} is no text", status=400)
        return value

    def texts(self, name: str) -> list[str]:
        """Give a field that may be there several times."""
        value = self.said.get(name, [])
        return [str(one) for one in value] if isinstance(value, list) else [str(value)]

    def number(self, name: str, most: int = 2**40 - 1) -> int:
        """Give a count; 0 if it is not there, or none."""
        value = (self.texts(name) or ["0"])[-1]
        return min(int(value), most) if value.isascii() and value.isdigit() and len(value) < 14 else 0


def credential(visit: Visit) -> dict[str, str]:
    """Tell a page by which key somebody signs, and which passkey to ask for."""
    key = visit.member.key
    named = {"id": key_id_of(key)}
    return named | (
        {"credential": key.credential.hex(), "rp_id": key.rp_id} if isinstance(key, Passkey) else {}
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold what an action did.

    Attributes:
        told: As a JSON value.
        goto: Where a browser without script goes next.
        cookie: A new session's secret, `""` to end the session; None to leave it.
        page: Name of a template that shows `told` at once: for what is shown a single time.
    """

    told: Mapping[str, Any]
    goto: str
    cookie: str | None = None
    page: str = ""


View = Callable[["Desk", Visit], Mapping[str, Any]]
Action = Callable[["Desk", Visit], Answer]


@dataclass(frozen=True, slots=True)
class Screen:
    """Hold one screen.

    Attributes:
        name: Its path, and that of its template.
        title: In the menu; empty if it is not there.
        view: What it shows, as a JSON value.
        actions: What can be done there, by name.
        roles: Who may see it; None for everybody, signed in or not.
    """

    name: str
    title: str
    view: View
    actions: Mapping[str, Action] = field(default_factory=dict)
    roles: frozenset[str] | None = EVERYBODY
