"""Signed notes: format, keys, and whose signatures count."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import FormatError, InputError, SignatureError
from headwater.log import checkpoint, note
from headwater.log.algorithm import ALGORITHMS, COSIGNATURE, ED25519, ML_DSA_44, Algorithm
from headwater.log.checkpoint import Checkpoint, Signer
from headwater.log.note import Note, Signature
from tests.log.samples import CLASSIC, COSIGNER, LASTING, LASTING_COSIGNER, NOW_S, ORIGIN, damaged

HEAD = Checkpoint(ORIGIN, 5, bytes(range(32)))
SIGNED = checkpoint.sign(HEAD, [CLASSIC, LASTING, COSIGNER], time_s=NOW_S)
PLAIN = "any text\n\nwith a blank line\n"

# From the documentation of golang.org/x/mod/sumdb/note.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUg"
    "YN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()


def plain(signer: Signer, text: str = PLAIN) -> Note:
    value = signer.algorithm.sign(signer.seed, signer.name, text, time_s=NOW_S)
    return Note(text, (Signature(signer.name, signer.key.id, value),))


def test_a_note_of_another_implementation_verifies() -> None:
    key = note.parse_key(GO_KEY)
    (signed,) = note.verify(note.parse(GO_NOTE), [key])

    assert (signed.key, signed.time_s) == (key, None)
    with pytest.raises(SignatureError):
        note.verify(note.parse(GO_NOTE.replace(b"answer", b"Answer")), [key])


@pytest.mark.parametrize(
    "key",
    [
        GO_KEY,
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",  # C2SP signed-note
        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        *(str(signer.key) for signer in (CLASSIC, LASTING, COSIGNER)),
    ],
)
def test_a_verifier_key_leads_back_and_its_id_is_computed(key: str) -> None:
    parsed = note.parse_key(key)

    assert str(parsed) == key
    wrong = f"{int(key.split('+')[1], 16) ^ 1:08x}"
    with pytest.raises(FormatError, match="length or id"):
        note.parse_key("+".join([parsed.name, wrong, key.split("+", 2)[2]]))


@given(damaged(GO_KEY.encode(), str(LASTING.key).encode()))
def test_any_text_is_refused_as_a_key_or_leads_back(data: bytes) -> None:
    text = data.decode("latin-1")
    try:
        key = note.parse_key(text)
    except FormatError:
        return
    assert str(key) == text


@given(damaged(SIGNED, GO_NOTE, note.encode(plain(CLASSIC))))
def test_any_bytes_are_refused_or_encode_to_themselves(data: bytes) -> None:
    try:
        parsed = note.parse(data)
    except FormatError:
        return
    assert note.encode(parsed) == data


@given(st.text(max_size=20), st.text(max_size=10), st.binary(max_size=8))
def test_what_is_encoded_comes_back(text: str, name: str, value: bytes) -> None:
    made = Note(text, (Signature(name, b"\1\2\3\4", value),))
    try:
        data = note.encode(made)
    except (InputError, UnicodeEncodeError):
        return
    assert note.parse(data) == made


LINE = "— a AAAAAAA=\n"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        f"text\n{LINE}".encode(),
        f"text\n\n{LINE}"[:-1].encode(),
        b"text\n\n",
        f"text\n\n{LINE}\n".encode(),
        f"text\r\n\n{LINE}".encode(),
        f"te\txt\n\n{LINE}".encode(),
        b"te\xffxt\n\n" + LINE.encode(),
        f"text\n\n{LINE}- a AAAAAAA=\n".encode(),
        "text\n\n— a+b AAAAAAA=\n".encode(),
        "text\n\n—  AAAAAAA=\n".encode(),
        "text\n\n— a\N{NO-BREAK SPACE}b AAAAAAA=\n".encode(),
        "text\n\n— a AAAA\n".encode(),  # three bytes
        "text\n\n— a AAAAAA==\n".encode(),  # a key id alone
        "text\n\n— a AAAAAAB=\n".encode(),  # bits behind the last byte
        "text\n\n— a AAAAAAA\n".encode(),
        "text\n\n— a AAAA AAA=\n".encode(),
        "text\n\n— a\n".encode(),
        b"text\n\n" + LINE.encode() * 101,
        b"t" * 2**20 + b"\n\n" + LINE.encode(),
    ],
)
def test_a_malformed_note_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        note.parse(data)


def test_many_signatures_and_blank_lines_in_the_text_are_read() -> None:
    parsed = note.parse(b"a\n\nb\n\n" + LINE.encode() * 100)

    assert (parsed.text, len(parsed.signatures)) == ("a\n\nb\n", 100)


@pytest.mark.parametrize("algorithm", ALGORITHMS.values(), ids=lambda one: one.name)
def test_each_algorithm_signs_and_notices_every_change(algorithm: Algorithm) -> None:
    signer = Signer("key.example", algorithm, bytes(32))
    made = plain(signer, HEAD.text)
    (signed,) = note.verify(made, [signer.key])

    assert signed.time_s == (NOW_S if algorithm.timed else None)
    (signature,) = made.signatures
    other = Signer("key.example", algorithm, bytes([1]) * 32)
    changed = [
        replace(made, text=HEAD.text.replace("5", "6")),
        *(
            replace(made, signatures=(replace(signature, value=value),))
            for value in (
                signature.value[:-1] + bytes([signature.value[-1] ^ 1]),
                bytes([signature.value[0] ^ 1]) + signature.value[1:],
                signature.value[:-1],
                signature.value + b"\0",
                b"\0",
                bytes(len(signature.value)),
            )
        ),
        replace(
            made,
            signatures=(replace(plain(other, HEAD.text).signatures[0], key_id=signer.key.id),),
        ),
    ]
    for one in changed:
        with pytest.raises(SignatureError):
            note.verify(one, [signer.key])


def test_the_time_is_signed() -> None:
    for signer in (COSIGNER, LASTING_COSIGNER):
        made = plain(signer, HEAD.text)
        (signature,) = made.signatures
        later = (NOW_S + 1).to_bytes(8, "big") + signature.value[8:]
        with pytest.raises(SignatureError):
            note.verify(replace(made, signatures=(replace(signature, value=later),)), [signer.key])
        beyond = bytes([0x80]) + signature.value[1:]
        with pytest.raises(SignatureError):
            note.verify(replace(made, signatures=(replace(signature, value=beyond),)), [signer.key])


def test_an_ml_dsa_signature_holds_the_name_of_its_key() -> None:
    made = plain(LASTING, HEAD.text)
    renamed = Signer("other.example", ML_DSA_44, LASTING.seed)
    stolen = replace(made.signatures[0], name="other.example", key_id=renamed.key.id)
    with pytest.raises(SignatureError):
        note.verify(replace(made, signatures=(stolen,)), [renamed.key])


def test_unknown_signatures_are_ignored_and_known_ones_must_be_good() -> None:
    good = plain(CLASSIC).signatures[0]
    stranger = Signature("stranger.example", b"\0\0\0\1", b"anything")
    same_name = Signature(ORIGIN, b"\0\0\0\1", b"anything")
    same_id = Signature("stranger.example", CLASSIC.key.id, b"anything")
    signed = note.verify(Note(PLAIN, (stranger, same_name, same_id, good)), [CLASSIC.key])

    assert [one.key for one in signed] == [CLASSIC.key]
    bad = replace(good, value=bytes(64))
    with pytest.raises(SignatureError, match="does not verify"):
        note.verify(Note(PLAIN, (good, bad)), [CLASSIC.key])
    with pytest.raises(SignatureError, match="none of 1 known"):
        note.verify(Note(PLAIN, (stranger, same_name, same_id)), [CLASSIC.key])


def test_the_kinds_of_one_key_do_not_stand_for_each_other() -> None:
    text = HEAD.text
    as_log, as_witness = (Signer("a", kind, bytes(32)) for kind in (ED25519, COSIGNATURE))
    assert as_log.key.public == as_witness.key.public
    with pytest.raises(SignatureError, match="none"):
        note.verify(plain(as_log, text), [as_witness.key])


@pytest.mark.parametrize("signer", [COSIGNER, LASTING])
def test_a_kind_that_signs_checkpoints_signs_nothing_else(signer: Signer) -> None:
    with pytest.raises(InputError, match="checkpoints only"):
        plain(signer)
    made = Note(PLAIN, plain(signer, HEAD.text).signatures)
    with pytest.raises(SignatureError):
        note.verify(made, [signer.key])


@pytest.mark.parametrize("time_s", [-1, 2**63])
def test_a_time_out_of_range_is_not_signed(time_s: int) -> None:
    with pytest.raises(InputError):
        CLASSIC.algorithm.sign(CLASSIC.seed, ORIGIN, HEAD.text, time_s=time_s)


@given(st.text(max_size=12))
def test_base64_has_one_form(text: str) -> None:
    try:
        data = note.parse_base64(text)
    except FormatError:
        return
    assert base64.b64encode(data).decode() == text
