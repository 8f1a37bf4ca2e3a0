"""Proof files."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from headwater.errors import FormatError, InclusionError, SignatureError
from headwater.log import proof
from headwater.log.checkpoint import Policy, Signer
from headwater.log.reader import Reader
from tests.log.samples import CLASSIC, LASTING, ORIGIN, POLICY, damaged, entries, log_of

LOG = Reader(log_of(700))
PROOF = LOG.prove(300)
DATA = proof.encode(PROOF)
EXTRA = proof.encode(replace(PROOF, extra=b"more"))


def test_a_proof_shows_an_entry() -> None:
    assert proof.verify(proof.parse(DATA), entries(700)[300], POLICY).size == 700
    assert proof.parse(EXTRA).extra == b"more"


def test_a_proof_shows_no_other_entry_place_or_log() -> None:
    entry = entries(700)[300]
    with pytest.raises(InclusionError):
        proof.verify(PROOF, entry + b"x", POLICY)
    with pytest.raises(InclusionError):
        proof.verify(replace(PROOF, index=301), entry, POLICY)
    with pytest.raises(InclusionError):
        proof.verify(replace(PROOF, hashes=PROOF.hashes[:-1]), entry, POLICY)
    with pytest.raises(SignatureError):
        proof.verify(PROOF, entry, Policy(ORIGIN, (Signer(ORIGIN, CLASSIC.algorithm, bytes(32)).key,)))
    with pytest.raises(SignatureError):
        proof.verify(PROOF, entry, Policy("other.example", (CLASSIC.key, LASTING.key)))


@given(damaged(DATA, EXTRA))
def test_any_bytes_are_refused_or_encode_to_themselves(data: bytes) -> None:
    try:
        parsed = proof.parse(data)
    except FormatError:
        return
    assert proof.encode(parsed) == data


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"@v1", b"@v2"),
        (b"index 300", b"index 0300"),
        (b"index 300", b"index -1"),
        (b"index 300", b"index"),
        (b"index 300", b"index " + b"9" * 19),
        (b"index 300\n", b""),
        (b"index 300\n", b"extra \nindex 300\n"),
        (b"index 300\n", b"extra QQ\nindex 300\n"),
        (b"index 300\n", b"index 300\nAAAA\n"),
        (b"index 300\n", b"index 300\n\n"),
        (b"index 300\n", b"index 300\n" + b"A" * 43 + b"=\n"),
    ],
)
def test_a_malformed_proof_is_refused(old: bytes, new: bytes) -> None:
    changed = DATA.replace(old, new, 1)
    if new.endswith(b"A=\n"):  # One hash too many is well-formed, and proves nothing.
        with pytest.raises(InclusionError):
            proof.verify(proof.parse(changed), entries(700)[300], POLICY)
        return
    with pytest.raises(FormatError):
        proof.parse(changed)


def test_more_hashes_than_any_tree_has_are_refused() -> None:
    with pytest.raises(FormatError):
        proof.parse(proof.encode(replace(PROOF, hashes=(bytes(32),) * 64)))
