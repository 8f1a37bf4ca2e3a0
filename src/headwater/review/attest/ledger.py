"""The ledger: votes and retractions as a log has them, admitted once and checked again by readers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from headwater import canonical
from headwater.errors import ConsistencyError, FormatError, InclusionError, SignatureError
from headwater.log import checkpoint, envelope, sequencer, tree
from headwater.log.checkpoint import Checkpoint, Policy
from headwater.log.head import Head
from headwater.log.reader import Reader
from headwater.log.storage import Storage
from headwater.review.attest import adjudication, authorship, judgement, retraction, roll
from headwater.review.attest.adjudication import Adjudication
from headwater.review.attest.authorship import Authorship
from headwater.review.attest.judgement import Judgement, is_whole
from headwater.review.attest.retraction import Retraction
from headwater.review.attest.roll import AUTHORS, JUDGES, SETTLERS, Member, Roll
from headwater.review.attest.signatory import Signatory

FORMAT = "headwater-review-entry-1"
MEMBER_FORMAT = "headwater-review-member-1"
Statement = Judgement | Adjudication | Authorship | Retraction
_PARSERS: Mapping[str, Callable[[bytes], Statement]] = {
    adjudication.KIND: adjudication.parse,
    authorship.KIND: authorship.parse,
    retraction.KIND: retraction.parse,
}


@dataclass(frozen=True, slots=True)
class Cast:
    """Hold one vote of the ledger, or what an adjudicator made of several.

    Attributes:
        index: Its place in the log.
        statement: SHA-256 of what was signed, hex; a retraction names it.
        judgement: What was said.
        by: Whose key signed it.
        role: Of that key.
        recorded_s: When the log took it, POSIX seconds.
        retracted: Whether it was taken back.
        considered: Statements of the votes that it settles; empty for a vote, which is cast without others.
    """

    index: int
    statement: str
    judgement: Judgement
    by: Signatory
    role: str
    recorded_s: int
    retracted: bool = False
    considered: tuple[str, ...] = ()


@dataclass(slots=True)
class _Tally:
    """Collect what was admitted so far."""

    casts: dict[str, Cast]
    nonces: set[str]
    standing: set[tuple[str, str, str]]
    written: dict[str, tuple[str, bool]]
    roll: Roll = field(default_factory=lambda: Roll(()))


def entry(sealed: bytes, *, now_s: int) -> bytes:
    """Make an entry of the log of an envelope.

    Args:
        sealed: The envelope.
        now_s: Now, by the clock of whoever keeps the log.

    Raises:
        FormatError: If the envelope is no text, or the time none.
    """
    if not is_whole(now_s):
        raise FormatError("an entry has no time")
    try:
        text = sealed.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError("an envelope is not UTF-8") from error
    return canonical.encode({"envelope": text, "format": FORMAT, "recorded_s": now_s})


def enrolled(one: Member, *, now_s: int) -> bytes:
    """Make an entry of the log of somebody who takes part from now on, or no longer.

    Args:
        one: Who.
        now_s: Now, by the clock of whoever keeps the log.
    """
    roll.encode(Roll((one,)))  # It says so if a field is out of range.
    return canonical.encode({"format": MEMBER_FORMAT, "member": roll.to_json(one), "recorded_s": now_s})


def sealed_of(data: bytes) -> bytes:
    """Give the envelope of an entry; nothing is verified.

    Args:
        data: An entry of the log.
    """
    return _parse_entry(data)[0]


def append(storage: Storage, envelopes: Sequence[bytes], who: Roll, *, now_s: int) -> Head:
    """Admit envelopes to the log, all of them or none.

    Args:
        storage: Where the log lies.
        envelopes: Votes and retractions.
        who: Who may sign, where the log does not hold its roll.
        now_s: Now, POSIX seconds.

    Returns:
        The new head, not yet published.

    Raises:
        FormatError: If one is no vote or retraction.
        SignatureError: If nobody on the roll signed one, or the key was revoked.
        ConsistencyError: If one is a replay, a second vote on a document, or takes back what is not there.
    """
    last = Reader(storage).head()
    tally = _Tally({}, set(), set(), {})
    for index in range(last.size):
        _admit(tally, index, Reader(storage).entry(index), who)
    new = [entry(sealed, now_s=now_s) for sealed in envelopes]
    for at, data in enumerate(new):
        _admit(tally, last.size + at, data, who)
    return sequencer.append(storage, new)


def read(entries: Iterable[bytes], signed: bytes, policy: Policy, who: Roll | None = None) -> list[Cast]:
    """Verify a whole ledger.

    Args:
        entries: All entries of the log, in order.
        signed: Its checkpoint.
        policy: Who must have signed that.
        who: Who may vote; None for those whom the log names. Where it names any, they have to be these.

    Returns:
        Every vote in order, those that were taken back too.

    Raises:
        FormatError: If an entry is none.
        SignatureError: If the checkpoint or an entry is badly signed.
        InclusionError: If the entries are not those of the checkpoint.
        ConsistencyError: If a vote was admitted twice, or takes back what is not there, or the roll is not
            that of the log.
    """
    at: Checkpoint = checkpoint.verify(signed, policy)
    tally, grown, n = _Tally({}, set(), set(), {}), tree.Range(), 0
    for data in entries:
        grown = grown.grow(tree.leaf_hash(data))
        _admit(tally, n, data, who or Roll(()))
        n += 1
    if (n, grown.root) != (at.size, at.root):
        raise InclusionError("the entries of the ledger are not those that its checkpoint says")
    if who is not None and tally.roll.members and tally.roll != who:
        raise ConsistencyError("the roll is not that of the ledger")
    return list(tally.casts.values())


def _admit(tally: _Tally, index: int, data: bytes, who: Roll) -> None:
    """Take one entry into the tally.

    Raises:
        ConsistencyError: If it does not follow from what is there.
        SignatureError: If it is badly signed.
    """
    if (member := _member(data)) is not None:
        _enrol(tally, index, member)
        return
    sealed, recorded_s = _parse_entry(data)
    who = tally.roll if tally.roll.members else who
    try:
        payload, key = envelope.open_(sealed, who.keys)
        said = parse(payload)
        member = who.act(key, at_s=recorded_s, roles=may(said))
    except SignatureError as error:
        raise SignatureError(f"entry {index}: {error}") from error
    if said.nonce in tally.nonces:
        raise ConsistencyError(f"entry {index} of {key.name} is a replay: its nonce was used before")
    tally.nonces.add(said.nonce)
    digest = hashlib.sha256(payload).hexdigest()
    if isinstance(said, Retraction):
        _retract(tally, index, said, key)
    elif isinstance(said, Authorship):
        tally.written[digest] = key.name, True
    else:
        _count(tally, said, Cast(index, digest, _judged(said), key, member.role, recorded_s))


def _enrol(tally: _Tally, index: int, one: Member) -> None:
    """Take in somebody who is new, or the end of a membership.

    Raises:
        ConsistencyError: If the name is somebody else's, or has ended.
    """
    others = tuple(other for other in tally.roll.members if other.key.name != one.key.name)
    before = next((other for other in tally.roll.members if other.key.name == one.key.name), None)
    if before is None and tally.casts and not tally.roll.members:
        raise ConsistencyError(f"entry {index}: a roll begins behind votes")
    if before is not None and (one.until_s is None or replace(one, until_s=None) != before):
        raise ConsistencyError(f"entry {index}: {one.key.name} is on the roll, with another key or role")
    tally.roll = Roll(tuple(sorted((*others, one), key=lambda member: member.key.name)))


def _count(tally: _Tally, said: Judgement | Adjudication, cast: Cast) -> None:
    """Take in a vote, or what settles votes.

    Raises:
        ConsistencyError: If it is a second one, or settles what is not there.
    """
    one, name = cast.judgement, cast.by.name
    ballot = (name, one.document, one.batch)
    if ballot in tally.standing:
        raise ConsistencyError(f"entry {cast.index}: {name} votes twice on a document")
    if isinstance(said, Adjudication):
        settled = [tally.casts.get(digest) for digest in said.considered]
        about = {(seen.judgement.document, seen.judgement.batch) for seen in settled if seen}
        if None in settled or about != {(one.document, one.batch)}:
            raise ConsistencyError(f"entry {cast.index}: {name} settles votes that are not there")
        cast = replace(cast, considered=said.considered)
    tally.standing.add(ballot)
    tally.casts[cast.statement] = cast


def _retract(tally: _Tally, index: int, said: Retraction, key: Signatory) -> None:
    """Take a vote, or a text of one's own, back.

    Raises:
        ConsistencyError: If there is none of this key that stands.
    """
    if tally.written.get(said.judgement) == (key.name, True):
        tally.written[said.judgement] = key.name, False
        return
    cast = tally.casts.get(said.judgement)
    if cast is None or cast.by != key or cast.retracted:
        raise ConsistencyError(f"entry {index}: {key.name} takes back a vote that is not there")
    tally.casts[said.judgement] = replace(cast, retracted=True)
    tally.standing.discard((key.name, cast.judgement.document, cast.judgement.batch))


def parse(payload: bytes) -> Statement:
    """Parse a statement of any kind that a ledger holds.

    Args:
        payload: Canonical JSON.
    """
    value = canonical.parse(payload)
    kind = value.get("predicateType") if isinstance(value, dict) else None
    read = _PARSERS.get(kind) if isinstance(kind, str) else None
    return read(payload) if read else judgement.parse(payload)


def may(said: Statement) -> frozenset[str]:
    """Give the roles that may sign a statement."""
    if isinstance(said, Adjudication):
        return SETTLERS
    return JUDGES if isinstance(said, Judgement) else AUTHORS


def _judged(said: Judgement | Adjudication) -> Judgement:
    return said.judgement if isinstance(said, Adjudication) else said


def _member(data: bytes) -> Member | None:
    """Read who takes part; None if the entry is of something else.

    Raises:
        FormatError: If a field is not of its form.
    """
    value = canonical.parse(data)
    if not isinstance(value, dict) or value.get("format") != MEMBER_FORMAT:
        return None
    try:
        found = roll.of_json(value["member"])
        same = enrolled(found, now_s=value["recorded_s"]) == data
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise FormatError(f"an entry of a review's ledger names no member: {str(error)[:60]}") from error
    if not same or not is_whole(value["recorded_s"]):
        raise FormatError("an entry of a review's ledger names a member with other fields")
    return found


def _parse_entry(data: bytes) -> tuple[bytes, int]:
    value = canonical.parse(data)
    if not isinstance(value, dict) or set(value) != {"envelope", "format", "recorded_s"}:
        raise FormatError("not an entry of a review's ledger")
    text, when = value["envelope"], value["recorded_s"]
    if value["format"] != FORMAT or not isinstance(text, str) or not is_whole(when):
        raise FormatError("an entry of a review's ledger has a field that is not of its form")
    return text.encode(), when
