"""The ledger: votes and retractions as a log has them, admitted once and checked again by readers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from headwater import canonical
from headwater.errors import ConsistencyError, FormatError, InclusionError, SignatureError
from headwater.log import checkpoint, envelope, sequencer, tree
from headwater.log.checkpoint import Checkpoint, Policy
from headwater.log.head import Head
from headwater.log.note import VerifierKey
from headwater.log.reader import Reader
from headwater.log.storage import Storage
from headwater.review.attest import judgement, retraction
from headwater.review.attest.judgement import Judgement, is_whole
from headwater.review.attest.retraction import Retraction
from headwater.review.attest.roll import Roll

FORMAT = "headwater-review-entry-1"


@dataclass(frozen=True, slots=True)
class Cast:
    """Hold one vote of the ledger.

    Attributes:
        index: Its place in the log.
        statement: SHA-256 of what was signed, hex; a retraction names it.
        judgement: What was said.
        by: Whose key signed it.
        role: Of that key.
        recorded_s: When the log took it, POSIX seconds.
        retracted: Whether it was taken back.
    """

    index: int
    statement: str
    judgement: Judgement
    by: VerifierKey
    role: str
    recorded_s: int
    retracted: bool = False


@dataclass(slots=True)
class _Tally:
    """Collect what was admitted so far."""

    casts: dict[str, Cast]
    nonces: set[str]
    standing: set[tuple[str, str, str]]


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


def append(storage: Storage, envelopes: Sequence[bytes], roll: Roll, *, now_s: int) -> Head:
    """Admit envelopes to the log, all of them or none.

    Args:
        storage: Where the log lies.
        envelopes: Votes and retractions.
        roll: Who may sign.
        now_s: Now, POSIX seconds.

    Returns:
        The new head, not yet published.

    Raises:
        FormatError: If one is no vote or retraction.
        SignatureError: If nobody on the roll signed one, or the key was revoked.
        ConsistencyError: If one is a replay, a second vote on a document, or takes back what is not there.
    """
    last = Reader(storage).head()
    tally = _Tally({}, set(), set())
    for index in range(last.size):
        _admit(tally, index, Reader(storage).entry(index), roll)
    new = [entry(sealed, now_s=now_s) for sealed in envelopes]
    for at, data in enumerate(new):
        _admit(tally, last.size + at, data, roll)
    return sequencer.append(storage, new)


def read(entries: Iterable[bytes], signed: bytes, policy: Policy, roll: Roll) -> list[Cast]:
    """Verify a whole ledger.

    Args:
        entries: All entries of the log, in order.
        signed: Its checkpoint.
        policy: Who must have signed that.
        roll: Who may vote.

    Returns:
        Every vote in order, those that were taken back too.

    Raises:
        FormatError: If an entry is none.
        SignatureError: If the checkpoint or an entry is badly signed.
        InclusionError: If the entries are not those of the checkpoint.
        ConsistencyError: If a vote was admitted twice, or takes back what is not there.
    """
    at: Checkpoint = checkpoint.verify(signed, policy)
    tally, grown, n = _Tally({}, set(), set()), tree.Range(), 0
    for data in entries:
        grown = grown.grow(tree.leaf_hash(data))
        _admit(tally, n, data, roll)
        n += 1
    if (n, grown.root) != (at.size, at.root):
        raise InclusionError("the entries of the ledger are not those that its checkpoint says")
    return list(tally.casts.values())


def _admit(tally: _Tally, index: int, data: bytes, roll: Roll) -> None:
    """Take one entry into the tally.

    Raises:
        ConsistencyError: If it does not follow from what is there.
        SignatureError: If it is badly signed.
    """
    sealed, recorded_s = _parse_entry(data)
    try:
        payload, key = envelope.open_(sealed, roll.keys)
        member = roll.judge(key, at_s=recorded_s)
    except SignatureError as error:
        raise SignatureError(f"entry {index}: {error}") from error
    said = _statement(payload)
    if said.nonce in tally.nonces:
        raise ConsistencyError(f"entry {index} of {key.name} is a replay: its nonce was used before")
    tally.nonces.add(said.nonce)
    if isinstance(said, Retraction):
        _retract(tally, index, said, key)
        return
    ballot = (key.name, said.document, said.batch)
    if ballot in tally.standing:
        raise ConsistencyError(f"entry {index}: {key.name} votes twice on a document")
    tally.standing.add(ballot)
    digest = hashlib.sha256(payload).hexdigest()
    tally.casts[digest] = Cast(index, digest, said, key, member.role, recorded_s)


def _retract(tally: _Tally, index: int, said: Retraction, key: VerifierKey) -> None:
    """Take a vote back.

    Raises:
        ConsistencyError: If there is no such vote of this key that stands.
    """
    cast = tally.casts.get(said.judgement)
    if cast is None or cast.by != key or cast.retracted:
        raise ConsistencyError(f"entry {index}: {key.name} takes back a vote that is not there")
    tally.casts[said.judgement] = replace(cast, retracted=True)
    tally.standing.discard((key.name, cast.judgement.document, cast.judgement.batch))


def _statement(payload: bytes) -> Judgement | Retraction:
    value = canonical.parse(payload)
    kind = value.get("predicateType") if isinstance(value, dict) else None
    return retraction.parse(payload) if kind == retraction.KIND else judgement.parse(payload)


def _parse_entry(data: bytes) -> tuple[bytes, int]:
    value = canonical.parse(data)
    if not isinstance(value, dict) or set(value) != {"envelope", "format", "recorded_s"}:
        raise FormatError("not an entry of a review's ledger")
    text, when = value["envelope"], value["recorded_s"]
    if value["format"] != FORMAT or not isinstance(text, str) or not is_whole(when):
        raise FormatError("an entry of a review's ledger has a field that is not of its form")
    return text.encode(), when
