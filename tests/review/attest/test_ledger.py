"""The log admits each vote once, from who may cast it, and its readers find out whatever else it holds."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given

from headwater.errors import ConsistencyError, FormatError, InclusionError, InputError, SignatureError
from headwater.log import envelope, sequencer
from headwater.log.checkpoint import Policy
from headwater.log.reader import Reader
from headwater.log.storage import Memory
from headwater.review.attest import Retraction, append, judgement, ledger, read, retraction
from tests.log.samples import CLASSIC, ORIGIN, damaged
from tests.review.attest.worlds import ANN, BEN, EVE, NOW_S, ROLL, cast, vote

POLICY = Policy(ORIGIN, (CLASSIC.key,))


def log_of(*envelopes: bytes, now_s: int = NOW_S) -> Memory:
    """Make a ledger that admits some votes."""
    into = Memory()
    sequencer.create(into, ORIGIN)
    append(into, envelopes, ROLL, now_s=now_s)
    return into


def forced(*envelopes: bytes, now_s: int = NOW_S) -> tuple[list[bytes], bytes]:
    """Make a log whose keeper admits anything."""
    into = Memory()
    sequencer.create(into, ORIGIN)
    entries = [ledger.entry(one, now_s=now_s) for one in envelopes]
    sequencer.append(into, entries)
    return entries, sequencer.publish(into, [CLASSIC], time_s=NOW_S)


def taken_back(signer: Any, of: Any, number: int = 99) -> bytes:
    """Make a signed retraction."""
    digest = hashlib.sha256(judgement.statement(of)).hexdigest()
    return envelope.seal(retraction.statement(Retraction(digest, f"{number:032x}", NOW_S)), [signer])


def test_votes_are_admitted_read_and_taken_back() -> None:
    into = log_of(cast(ANN, 0, 1), cast(BEN, 0, 2, label="ai"))
    append(
        into,
        [taken_back(ANN, vote(0, 1)), cast(ANN, 0, 3, label="mixed", spans=((0, 6),))],
        ROLL,
        now_s=NOW_S,
    )
    signed = sequencer.publish(into, [CLASSIC], time_s=NOW_S)
    entries = [Reader(into).entry(at) for at in range(4)]

    found = read(entries, signed, POLICY, ROLL)

    assert [(one.index, one.by.name[-3:], one.judgement.label, one.retracted) for one in found] == [
        (0, "ann", "human", True),
        (1, "ben", "ai", False),
        (3, "ann", "mixed", False),
    ]
    assert found[1].role == "adjudicator"


FAULTS = {
    "replayed": ([cast(ANN, 0, 1), cast(ANN, 0, 1)], ConsistencyError, "replay"),
    "nonce of another": ([cast(ANN, 0, 1), cast(BEN, 1, 1)], ConsistencyError, "replay"),
    "voted twice": ([cast(ANN, 0, 1), cast(ANN, 0, 2, label="ai")], ConsistencyError, "twice"),
    "stranger": ([cast(EVE)], SignatureError, "none of 2 known keys"),
    "not there": ([taken_back(ANN, vote(0, 1))], ConsistencyError, "not there"),
    "of another": ([cast(ANN, 0, 1), taken_back(BEN, vote(0, 1))], ConsistencyError, "not there"),
    "twice back": (
        [cast(ANN, 0, 1), taken_back(ANN, vote(0, 1)), taken_back(ANN, vote(0, 1), 98)],
        ConsistencyError,
        "not there",
    ),
    "no statement": ([envelope.seal(b"{}", [ANN])], FormatError, "judgement"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_does_not_belong_is_neither_admitted_nor_read(name: str) -> None:
    envelopes, error, message = FAULTS[name]
    into = Memory()
    sequencer.create(into, ORIGIN)
    with pytest.raises(error, match=message):
        append(into, envelopes, ROLL, now_s=NOW_S)
    assert Reader(into).head().size == 0  # all of them, or none

    entries, signed = forced(*envelopes)
    with pytest.raises(error, match=message):
        read(entries, signed, POLICY, ROLL)


def test_a_revoked_key_casts_no_vote_whatever_time_it_says() -> None:
    backdated = cast(BEN, 0, 1, voted_s=NOW_S - 50)
    with pytest.raises(SignatureError, match="revoked"):
        log_of(backdated, now_s=NOW_S + 100)
    assert Reader(log_of(backdated, now_s=NOW_S + 99)).head().size == 1


def test_a_changed_dropped_or_moved_entry_is_found_out() -> None:
    entries, signed = forced(cast(ANN, 0, 1), cast(BEN, 0, 2), cast(ANN, 1, 3))
    assert len(read(entries, signed, POLICY, ROLL)) == 3
    late = entries[2].replace(b'"recorded_s":1700000000', b'"recorded_s":1700000001')
    assert late != entries[2]
    for wrong in (
        entries[:2],
        [*entries, entries[0]],
        [*entries[:2], late],
        [entries[1], entries[0], entries[2]],
    ):
        with pytest.raises((InclusionError, ConsistencyError)):
            read(wrong, signed, POLICY, ROLL)
    with pytest.raises(SignatureError):
        read(entries, signed.replace(b"\n3\n", b"\n2\n"), POLICY, ROLL)


@given(damaged(ledger.entry(cast(ANN, 0, 1), now_s=NOW_S)))
def test_any_bytes_are_an_entry_or_refused(data: bytes) -> None:
    into = Memory()
    sequencer.create(into, ORIGIN)
    sequencer.append(into, [data])
    signed = sequencer.publish(into, [CLASSIC], time_s=NOW_S)
    try:
        found = read([data], signed, POLICY, ROLL)
    except (InputError, SignatureError):
        return
    assert found[0].judgement == vote(0, 1)
