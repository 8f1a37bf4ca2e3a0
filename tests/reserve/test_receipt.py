"""A receipt binds a model to a sample, and to nothing else."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest
from hypothesis import given

from headwater import canonical
from headwater.errors import FormatError, InputError, SignatureError, VerificationError
from headwater.log.algorithm import ML_DSA_44
from headwater.reserve import entry, receipt
from headwater.reserve import mix as mixes
from headwater.reserve.receipt import Receipt
from tests.log.samples import CLASSIC, damaged
from tests.reserve.sealed import sealed
from tests.reserve.test_sample import drawn
from tests.reserve.worlds import KEYS, NOW_S

MIX = drawn(sealed(600), 300)[1]
MANIFEST = mixes.encode(MIX)
RECEIPT = receipt.issue("tiny", "ab" * 32, MIX, MANIFEST, time_s=NOW_S)
SEALED = receipt.seal(RECEIPT, KEYS.documents)
KEY = KEYS.documents[0].key


def test_a_receipt_is_signed_and_is_of_its_sample() -> None:
    found = receipt.open_envelope(SEALED, [CLASSIC.key, KEY])

    assert found == RECEIPT
    receipt.verify(found, MANIFEST, MIX)
    assert (found.n_documents, found.size, found.trained) == (
        len(list(MIX.documents())),
        600,
        "2023-11-14T22:13:20Z",
    )
    assert entry.parse(entry.encode(receipt.entry(found, now_s=NOW_S)))["mix_sha256"] == found.mix_sha256


def test_the_envelope_is_dsse_as_its_specification_has_it() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    value = json.loads(SEALED)
    payload = base64.b64decode(value["payload"])
    kind = value["payloadType"].encode()
    encoded = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    Ed25519PublicKey.from_public_bytes(KEY.public).verify(
        base64.b64decode(value["signatures"][0]["sig"]), encoded
    )

    said = json.loads(payload)
    assert said["_type"] == "https://in-toto.io/Statement/v1"
    assert said["subject"] == [{"digest": {"sha256": "ab" * 32}, "name": "tiny"}]


def test_a_stranger_or_a_changed_word_is_found_out() -> None:
    with pytest.raises(SignatureError):
        receipt.open_envelope(SEALED, [CLASSIC.key])
    value = json.loads(SEALED)
    forged = base64.b64decode(value["payload"]).replace(b'"tiny"', b'"huge"')
    with pytest.raises(SignatureError):
        receipt.open_envelope(
            json.dumps(value | {"payload": base64.b64encode(forged).decode()}).encode(), [KEY]
        )


def test_a_receipt_of_another_sample_is_found_out() -> None:
    other = drawn(sealed(600), 40)[1]
    with pytest.raises(VerificationError, match="another mix"):
        receipt.verify(RECEIPT, mixes.encode(other), other)
    for change in ({"n_documents": 3}, {"share": 0.5}, {"size": 9}, {"reserve": "x"}):
        with pytest.raises(VerificationError, match="otherwise"):
            receipt.verify(replace(RECEIPT, **change), MANIFEST, MIX)


def test_what_cannot_be_signed_is_refused() -> None:
    with pytest.raises(InputError):
        receipt.issue("tiny", "AB", MIX, MANIFEST, time_s=NOW_S)
    with pytest.raises(InputError):
        receipt.seal(RECEIPT, [one for one in KEYS.documents if one.algorithm is ML_DSA_44])


@given(damaged(receipt.statement(RECEIPT)))
def test_a_statement_encodes_to_itself_and_any_other_bytes_are_refused(data: bytes) -> None:
    try:
        found = receipt.parse_statement(data)
    except FormatError:
        return
    assert isinstance(found, Receipt)
    assert receipt.statement(found) == data


@given(damaged(SEALED))
def test_any_envelope_is_refused_or_true(data: bytes) -> None:
    try:
        assert receipt.open_envelope(data, [KEY]) == RECEIPT
    except (FormatError, SignatureError):
        assert canonical.encode(data.hex())
