"""Passkeys, witnessed keys, adjudications and authorships: what signs, what parses, what a reader refuses."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import ConsistencyError, FormatError, HeadwaterError, SignatureError
from headwater.log import envelope, note, sequencer
from headwater.log.storage import Memory
from headwater.review.attest import (
    Adjudication,
    Authorship,
    Interaction,
    Member,
    Retraction,
    Roll,
    adjudication,
    append,
    authorship,
    judgement,
    ledger,
    retraction,
    roll,
    signatory,
    witnessed,
)
from tests.log.samples import ORIGIN
from tests.review.attest import vectors
from tests.review.attest.authenticator import assertion, passkey, seal
from tests.review.attest.worlds import ANN, BEN, NOW_S, cast, vote

VECTORS = json.loads(vectors.PATH.read_text("utf-8"))
KEY = passkey("review.example/pat")
WITNESS = witnessed.signer(b"s" * 32, "review.example/wim")
ROLL = Roll(
    (
        Member(ANN.key, "validator", 0),
        Member(BEN.key, "adjudicator", 0),
        Member(KEY, "validator", 0),
        Member(witnessed.of(WITNESS.key), "writer", 0),
    )
)
TEXT = hashlib.sha256(b"mine").hexdigest()
WRITTEN = Authorship(TEXT, "CC0-1.0", "cc" * 32, "7" * 32, NOW_S, Interaction(n_typed=4), "none")


def said(sealed: bytes) -> str:
    """Name the statement of an envelope."""
    return hashlib.sha256(envelope.parse(sealed)[0]).hexdigest()


def appended(*sealed: bytes) -> int:
    """Admit envelopes to a new log."""
    log = Memory()
    sequencer.create(log, ORIGIN)
    return append(log, sealed, ROLL, now_s=NOW_S).size


def settled(considered: list[str], number: int = 9) -> bytes:
    """Settle votes as the adjudicator."""
    one = Adjudication(vote(number=number), tuple(sorted(considered)))
    return envelope.seal(adjudication.statement(one), [BEN])


def test_a_passkey_signs_a_vote() -> None:
    payload = judgement.statement(vote())
    believed: list[signatory.Signatory] = [ANN.key, KEY]
    assert envelope.open_(seal(payload, KEY), believed) == (payload, KEY)
    assert appended(seal(payload, KEY)) == 1


@pytest.mark.parametrize(
    "how",
    [
        {"rp": "evil.example"},
        {"site": "https://evil.example"},
        {"flags": 0},
        {"kind": "webauthn.create"},
    ],
)
def test_an_assertion_of_elsewhere_or_without_its_owner_is_none(how: dict[str, Any]) -> None:
    with pytest.raises(SignatureError):
        envelope.open_(seal(judgement.statement(vote()), KEY, **how), [KEY])


def test_an_assertion_is_over_one_statement() -> None:
    payload, other = judgement.statement(vote()), judgement.statement(vote(number=1))
    _, ((named, value),) = envelope.parse(seal(payload, KEY))
    for forged in (
        value[:-3],
        b"{}",
        b"\xff",
        b"[]",
        value.replace(b'"signature":', b'"more":1,"signature":'),
    ):
        with pytest.raises(SignatureError):
            envelope.open_(envelope.encode(payload, [(named, forged)]), [KEY])
    with pytest.raises(SignatureError):
        envelope.open_(envelope.encode(other, [(named, value)]), [KEY])


def test_a_challenge_of_a_sign_in_is_no_vote() -> None:
    KEY.check_challenge(b"c" * 32, assertion(b"c" * 32))
    with pytest.raises(SignatureError):
        KEY.check(b"c" * 32, assertion(b"c" * 32))


def test_a_roll_holds_keys_of_every_kind() -> None:
    assert roll.parse(roll.encode(ROLL)) == ROLL
    assert [signatory.kind(one.key) for one in ROLL.members] == ["key", "key", "passkey", "witnessed"]


@pytest.mark.parametrize(
    "key", [ANN.key, KEY, witnessed.of(WITNESS.key)], ids=["key", "passkey", "witnessed"]
)
@given(data=st.data())
def test_a_line_is_a_key_or_refused(key: signatory.Signatory, data: st.DataObject) -> None:
    line = str(key)
    at = data.draw(st.integers(0, len(line) - 1))
    changed = line[:at] + data.draw(st.characters()) + line[at + 1 :]
    try:
        found = signatory.parse(changed)
    except HeadwaterError:
        return
    assert str(found) == changed


def test_a_witnessed_key_is_of_one_member() -> None:
    payload = authorship.statement(WRITTEN)
    signed = envelope.signed_text(payload)
    value = WITNESS.algorithm.sign(WITNESS.seed, WITNESS.name, signed, time_s=0)
    own, other = (
        witnessed.of(WITNESS.key),
        witnessed.of(witnessed.signer(b"s" * 32, "review.example/eve").key),
    )
    sealed = envelope.encode(payload, [("", value)])
    assert envelope.open_(sealed, [other, own])[1] == own
    assert appended(sealed) == 1
    with pytest.raises(SignatureError):
        envelope.open_(sealed, [other])
    with pytest.raises(FormatError):
        witnessed.parse("x", witnessed.KIND + b"short")


@pytest.mark.parametrize("parser", [adjudication, authorship])
@given(data=st.data())
def test_a_statement_is_of_its_form_or_refused(parser: Any, data: st.DataObject) -> None:
    whole = (
        adjudication.statement(Adjudication(vote(), ("ab" * 32,)))
        if parser is adjudication
        else authorship.statement(WRITTEN)
    )
    assert parser.statement(parser.parse(whole)) == whole
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:at] + data.draw(st.binary(max_size=3)) + whole[at + data.draw(st.integers(0, 3)) :]
    try:
        found = parser.parse(changed)
    except HeadwaterError:
        return
    assert parser.statement(found) == changed


@pytest.mark.parametrize(
    "changed",
    [{"licence": "mine"}, {"consent": "x"}, {"assistance": "a friend"}, {"written_s": -1}, {"nonce": "0"}],
)
def test_an_authorship_with_a_field_out_of_range_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(FormatError):
        authorship.statement(replace(WRITTEN, **changed))


def test_a_reader_admits_what_settles_votes_that_are_there() -> None:
    first, second = cast(ANN, 0, 1), seal(judgement.statement(vote(0, 2, label="ai")), KEY)
    assert appended(first, second, settled([said(first), said(second)])) == 3
    assert ledger.sealed_of(ledger.entry(first, now_s=NOW_S)) == first


@pytest.mark.parametrize("case", ["not there", "another document", "voted", "twice", "no adjudicator"])
def test_a_reader_refuses_an_adjudication_that_does_not_follow(case: str) -> None:
    first, other = cast(ANN, 0, 1), cast(ANN, 1, 2)
    entries = {
        "not there": [first, settled(["00" * 32])],
        "another document": [first, other, settled([said(first), said(other)])],
        "voted": [first, cast(BEN, 0, 3), settled([said(first)])],
        "twice": [first, settled([said(first)]), settled([said(first)], 10)],
    }
    if case == "no adjudicator":
        payload = adjudication.statement(Adjudication(vote(number=9), (said(first),)))
        with pytest.raises(SignatureError, match="may not sign this"):
            appended(first, envelope.seal(payload, [ANN]))
        return
    with pytest.raises(ConsistencyError):
        appended(*entries[case])


def test_a_text_is_taken_back_once_and_by_its_writer() -> None:
    text = envelope.seal(authorship.statement(WRITTEN), [ANN])
    back = [
        envelope.seal(retraction.statement(Retraction(said(text), f"{at:032x}", NOW_S)), [who])
        for at, who in enumerate((ANN, ANN, BEN), 20)
    ]
    assert appended(text, back[0]) == 2
    for wrong in ([text, back[0], back[1]], [text, back[2]]):
        with pytest.raises(ConsistencyError):
            appended(*wrong)


def test_a_passkey_on_a_roll_has_its_fields_and_no_others() -> None:
    name, data = note.parse_key_line(str(KEY))
    fields = json.loads(data.partition(b"\n")[2])
    changed: Any
    for changed in ({**fields, "more": 1}, {**fields, "public": 3}, {"rp_id": "x"}, []):
        line = note.key_line(
            name,
            b"\xffheadwater-passkey-1\n"
            + json.dumps(changed, sort_keys=True, separators=(",", ":")).encode(),
        )
        with pytest.raises(FormatError):
            signatory.parse(line)


@pytest.mark.parametrize("one", VECTORS["tests"], ids=lambda one: one["comment"])
def test_vectors(one: dict[str, Any]) -> None:
    key, data = signatory.parse(one["key"]), one["envelope"].encode()
    if one["result"] == "valid":
        payload, by = envelope.open_(data, [key])
        assert by == key
        assert ledger.parse(payload).nonce
    else:
        with pytest.raises((FormatError, SignatureError)):
            ledger.parse(envelope.open_(data, [key])[0])


def test_vectors_are_those_of_their_generator() -> None:
    assert VECTORS["tests"] == vectors.cases()
