"""A judgement says what it says in one form, and is of one document, display and batch."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater import canonical
from headwater.errors import FormatError, SignatureError, VerificationError
from headwater.log import envelope, note
from headwater.log.algorithm import ED25519, ML_DSA_44
from headwater.log.checkpoint import Signer
from headwater.review.attest import LABELS, Interaction, Member, Retraction, Roll, judgement, retraction, roll
from headwater.review.attest.judgement import ASSISTANCE
from tests.log.samples import damaged
from tests.review.attest.worlds import ANN, BEN, DISPLAYED, EVE, MANIFEST, NOW_S, ROLL, TEXTS, cast, sha, vote

TAKEN_BACK = Retraction("ab" * 32, "cd" * 16, NOW_S)
VECTORS = json.loads((Path(__file__).parents[3] / "vectors/review/judgement.json").read_text("utf-8"))


def spans() -> st.SearchStrategy[tuple[tuple[int, int], ...]]:
    """Draw stretches that ascend and stay apart."""
    ends = st.lists(st.integers(0, 2**40 - 1), unique=True, max_size=8)
    return ends.map(lambda e: tuple(zip(sorted(e)[::2], sorted(e)[1::2], strict=False)))


@given(
    st.sampled_from(LABELS),
    st.sampled_from(ASSISTANCE),
    st.none() | st.integers(1, 5),
    st.none() | st.floats(0, 1, exclude_min=True),
    spans(),
    st.tuples(*4 * [st.integers(0, 2**40 - 1)]),
)
def test_every_judgement_survives_its_form(
    label: str, assistance: str, confidence: int | None, pi: float | None, marked: Any, counts: Any
) -> None:
    told = vote(
        label="mixed" if marked else label,
        assistance=assistance,
        confidence=confidence,
        pi=pi,
        spans=marked,
        interaction=Interaction(*counts),
    )

    assert judgement.parse(judgement.statement(told)) == told


@given(damaged(judgement.statement(vote()), judgement.statement(vote(2, label="mixed", spans=((0, 2),)))))
def test_any_bytes_are_a_judgement_or_refused(data: bytes) -> None:
    try:
        found = judgement.parse(data)
    except FormatError:
        return
    assert judgement.statement(found) == data


@given(damaged(retraction.statement(TAKEN_BACK)))
def test_any_bytes_are_a_retraction_or_refused(data: bytes) -> None:
    try:
        found = retraction.parse(data)
    except FormatError:
        return
    assert retraction.statement(found) == data


@given(damaged(roll.encode(ROLL)))
def test_any_bytes_are_a_roll_or_refused(data: bytes) -> None:
    try:
        found = roll.parse(data)
    except FormatError:
        return
    assert roll.encode(found) == data


@pytest.mark.parametrize(
    "changed",
    [
        {"document": "AB" * 32},
        {"displayed": "ab"},
        {"label": "robot"},
        {"confidence": 0},
        {"confidence": True},
        {"pi": 0.0},
        {"pi": 1.5},
        {"pi": float("nan")},
        {"pi": True},
        {"nonce": "0" * 31},
        {"leased_s": -1},
        {"voted_s": 2**40},
        {"assistance": "my cousin"},
        {"interaction": Interaction(n_pasted=-1)},
        {"spans": ((0, 1),)},
        {"label": "mixed", "spans": ((1, 1),)},
        {"label": "mixed", "spans": ((0, 5), (3, 6))},
        {"label": "mixed", "spans": tuple((2 * i, 2 * i + 1) for i in range(257))},
    ],
    ids=lambda changed: "-".join(f"{key}={str(value)[:12]}" for key, value in changed.items()),
)
def test_a_field_out_of_range_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(FormatError):
        judgement.statement(vote(**changed))


def test_a_judgement_is_of_its_document_display_and_batch() -> None:
    for at, text in enumerate(TEXTS):
        judgement.verify(vote(at), text=text, displayed=DISPLAYED[at], manifest=MANIFEST)

    sound: dict[str, Any] = {"text": TEXTS[0], "displayed": DISPLAYED[0], "manifest": MANIFEST}
    other = canonical.encode({"items": []})
    for changed, message in (
        ({"text": TEXTS[1]}, "another document"),
        ({"displayed": DISPLAYED[1]}, "another display"),
        ({"manifest": other}, "another batch"),
    ):
        with pytest.raises(VerificationError, match=message):
            judgement.verify(vote(), **sound | changed)
    with pytest.raises(FormatError, match="not a batch"):
        judgement.verify(vote(batch=sha(other)), **sound | {"manifest": other})
    with pytest.raises(VerificationError, match="chance"):
        judgement.verify(vote(pi=0.0032), **sound)
    with pytest.raises(VerificationError, match="ends behind"):
        judgement.verify(vote(label="mixed", spans=((0, 99),)), **sound)


def test_who_may_judge() -> None:
    assert ROLL.judge(ANN.key, at_s=NOW_S).role == "validator"
    assert ROLL.judge(BEN.key, at_s=NOW_S + 99).role == "adjudicator"
    for signer, at_s, message in (
        (BEN, NOW_S + 100, "revoked"),
        (ANN, NOW_S - 101, "not valid yet"),
        (EVE, NOW_S, "not on the roll"),
    ):
        with pytest.raises(SignatureError, match=message):
            ROLL.judge(signer.key, at_s=at_s)
    with pytest.raises(SignatureError, match="may not sign this"):
        Roll((Member(EVE.key, "auditor", 0),)).judge(EVE.key, at_s=1)


def test_a_roll_has_one_key_a_name_and_one_kind_of_key() -> None:
    again = Member(Signer(ANN.name, ED25519, bytes(32)).key, "validator", 0)
    lasting = Member(Signer("zoe.example", ML_DSA_44, bytes(32)).key, "validator", 0)
    for members in ((ROLL.members[0], again), ROLL.members[::-1], (lasting,)):
        with pytest.raises(FormatError):
            roll.encode(Roll(members))


def test_the_signature_is_plain_dsse_over_plain_ed25519() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    value = json.loads(cast(ANN))
    payload = base64.b64decode(value["payload"])
    kind = value["payloadType"].encode()
    encoded = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    signature = base64.b64decode(value["signatures"][0]["sig"])
    Ed25519PublicKey.from_public_bytes(ANN.key.public).verify(signature, encoded)
    assert json.loads(payload)["predicateType"] == judgement.KIND


@pytest.mark.parametrize("one", VECTORS["tests"], ids=lambda one: one["comment"])
def test_vectors(one: dict[str, Any]) -> None:
    keys = [note.parse_key(one["key"])]
    data = one["envelope"].encode()
    if one["result"] == "valid":
        payload, _ = envelope.open_(data, keys)
        assert judgement.parse(payload).label == one["label"]
    else:
        with pytest.raises((FormatError, SignatureError)):
            judgement.parse(envelope.open_(data, keys)[0])
