"""The desk: an open campaign with its store, its clock and its address, and how a statement gets in."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

from headwater.errors import ConfigError
from headwater.log import envelope
from headwater.review.attest import ledger, roll, witnessed
from headwater.review.attest.ledger import Statement
from headwater.review.attest.roll import Member
from headwater.review.serve.campaign import Campaign
from headwater.review.serve.memo import Memo
from headwater.review.store import Committer, Store, Ticket, history

Found = TypeVar("Found")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Terms:
    """Say for how long things hold.

    Attributes:
        lease_s: How long an item is kept for somebody; a page that is open renews it.
        session_s: How long somebody stays signed in.
        invitation_s: How long an invitation may be used.
        challenge_s: How long a challenge may be answered.
    """

    lease_s: float = 600.0
    session_s: float = 12 * 3600.0
    invitation_s: float = 14 * 86400.0
    challenge_s: float = 300.0


@dataclass(frozen=True, slots=True)
class Desk:
    """Hold what every screen needs.

    Attributes:
        campaign: What it is about.
        store: Its queue.
        committer: What changes the queue.
        url: Where browsers reach it, such as `https://review.example`.
        clock: Gives the time, POSIX seconds.
        terms: How long things hold.
        memo: What was computed of votes.
    """

    campaign: Campaign
    store: Store
    committer: Committer
    url: str
    clock: Callable[[], float] = time.time
    terms: Terms = Terms()
    memo: Memo = field(default_factory=Memo)

    @property
    def is_secure(self) -> bool:
        """Tell whether browsers reach it by TLS."""
        return self.url.startswith("https://")

    @property
    def domain(self) -> str:
        """Give the domain that passkeys are bound to."""
        return urlsplit(self.url).hostname or ""

    def change(self, step: Callable[..., Found]) -> Found:
        """Run a step that changes the store; it is durable when this returns."""
        return self.committer.run(step)

    def look(self, step: Callable[..., Found]) -> Found:
        """Run a step that only reads."""
        with self.store.reading() as db:
            return step(db)

    def recall(self, name: str, step: Callable[..., Found]) -> Found:
        """Run a step that reads votes and batches, once for each state of them.

        Args:
            name: Of what it gives.
            step: What to do with the connection.
        """
        with self.store.reading() as db:
            found: Found = self.memo.get(name, history.state(db), lambda: step(db))
            return found

    def token(self) -> str:
        """Draw 32 fresh hex digits."""
        return secrets.token_hex(16)


def check_url(url: str) -> str:
    """Check where browsers reach a server.

    Args:
        url: Scheme, host, and maybe a port.

    Returns:
        The same without a slash at its end.

    Raises:
        ConfigError: If it is more, or is plain HTTP to another machine: cookies would be read on the way.
    """
    parts = urlsplit(url.rstrip("/"))
    plain = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not parts.hostname or parts.path or parts.query or not (plain or parts.scheme == "https"):
        raise ConfigError(
            f"cannot be served at {url!a:.80}",
            hint="such as https://review.example, by a proxy that speaks TLS; http for this machine alone",
        )
    return url.rstrip("/")


def admit(desk: Desk, member: Member, sealed: bytes) -> tuple[Ticket, Statement]:
    """Verify an envelope before it is kept.

    Args:
        desk: The campaign.
        member: Who handed it in; nobody else's signature counts.
        sealed: The envelope.

    Returns:
        What becomes of it in the store, and what it says. What is wrong with it is raised.
    """
    payload, _ = envelope.open_(sealed, [member.key])
    said = ledger.parse(payload)
    # The log's time never lies before its member's, whatever the clock says.
    recorded_s = max(int(desk.clock()), member.from_s)
    roll.check(member, at_s=recorded_s, roles=ledger.may(said))
    leaf = ledger.entry(sealed, now_s=recorded_s)
    return Ticket(leaf, hashlib.sha256(payload).hexdigest(), member.key.name), said


def witness(desk: Desk, member: Member, payload: bytes) -> bytes:
    """Sign for a member who has no key: the server says that they said so.

    Args:
        desk: The campaign.
        member: For whom.
        payload: The statement.

    Returns:
        The envelope.
    """
    signer = witnessed.signer(desk.campaign.secret, member.key.name)
    signed = envelope.signed_text(payload)
    value = signer.algorithm.sign(signer.seed, signer.name, signed, time_s=0)
    return envelope.encode(payload, [(envelope.key_id_of(member.key), value)])
