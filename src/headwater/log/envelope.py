"""DSSE envelopes of in-toto statements, signed by Ed25519 keys or by what a caller can verify; no I/O."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

from headwater import canonical
from headwater.errors import FormatError, InputError, SignatureError
from headwater.log.algorithm import ED25519
from headwater.log.checkpoint import Signer
from headwater.log.note import VerifierKey

STATEMENT = "https://in-toto.io/Statement/v1"
PAYLOAD = "application/vnd.in-toto+json"
MAX_BYTES = 1 << 20


class Verifier(Protocol):
    """Verify statements by other means than a key of a note."""

    @property
    def name(self) -> str:
        """Give the name of the key."""

    @property
    def id(self) -> bytes:
        """Give the four bytes that, with the name, say which key it is."""

    def check(self, signed: bytes, value: bytes) -> None:
        """Verify a signature over DSSE's pre-authentication encoding.

        Args:
            signed: That encoding.
            value: The signature.

        Raises:
            SignatureError: If it is none of this key.
        """


Believed = TypeVar("Believed", bound=VerifierKey | Verifier)


def statement(subject: tuple[str, str], kind: str, predicate: Mapping[str, Any]) -> bytes:
    """Encode an in-toto statement of one subject, in canonical JSON.

    Args:
        subject: Its name, and its SHA-256, hex.
        kind: URI of the predicate's type.
        predicate: What is said.

    Source:
        in-toto Attestation Framework, Statement v1.
    """
    name, digest = subject
    return canonical.encode(
        {
            "_type": STATEMENT,
            "subject": [{"name": name, "digest": {"sha256": digest}}],
            "predicateType": kind,
            "predicate": predicate,
        }
    )


def encode(payload: bytes, signatures: Sequence[tuple[str, bytes]]) -> bytes:
    """Put a statement and its signatures into an envelope, in canonical JSON.

    Args:
        payload: The statement.
        signatures: The id of the key and the signature of each who signed.
    """
    rows = [{"keyid": key_id, "sig": _base64(value)} for key_id, value in signatures]
    return canonical.encode({"payload": _base64(payload), "payloadType": PAYLOAD, "signatures": rows})


def seal(payload: bytes, signers: Sequence[Signer]) -> bytes:
    """Sign a statement: a DSSE envelope in canonical JSON.

    Args:
        payload: The statement.
        signers: Ed25519 keys, at least one; others are passed over.

    Raises:
        InputError: If none can sign it.

    Source:
        DSSE v1.0.2, "Signature definition".
    """
    able = [one for one in signers if one.algorithm is ED25519]
    if not able:
        raise InputError("no Ed25519 key to sign the statement with")
    signed = signed_text(payload)
    return encode(
        payload,
        [(key_id_of(one.key), one.algorithm.sign(one.seed, one.name, signed, time_s=0)) for one in able],
    )


def open_(data: bytes, keys: Sequence[Believed]) -> tuple[bytes, Believed]:
    """Verify an envelope.

    Args:
        data: Its bytes; JSON, canonical or not, since other tools write it too.
        keys: Of those who are believed; one of them must have signed.

    Returns:
        The payload, and the first key that signed it.

    Raises:
        FormatError: If it is no envelope.
        SignatureError: If nobody who is believed signed it.
    """
    payload, signatures = parse(data)
    signed = signed_text(payload)
    for key in keys:
        for key_id, value in signatures:
            # The id is a hint: whoever writes an envelope may leave it out.
            if key_id in {"", key_id_of(key)} and _signs(key, signed, value):
                return payload, key
    raise SignatureError(f"none of {len(keys)} known keys signed the statement")


def parse(data: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Read an envelope; no signature is verified.

    Returns:
        The payload; the id of the key and the signature of each who signed.

    Raises:
        FormatError: If it is no DSSE envelope of an in-toto statement.
    """
    if len(data) > MAX_BYTES:
        raise FormatError(f"an envelope is longer than {MAX_BYTES} bytes")
    try:
        value: Mapping[str, Any] = json.loads(data.decode("utf-8"))
        if value["payloadType"] != PAYLOAD:
            raise FormatError(f"the envelope does not hold {PAYLOAD}")
        payload = base64.b64decode(value["payload"], validate=True)
        found = [
            (one.get("keyid", ""), base64.b64decode(one["sig"], validate=True)) for one in value["signatures"]
        ]
    except (binascii.Error, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FormatError("not a DSSE envelope") from error
    except ValueError as error:
        raise FormatError(f"not a DSSE envelope: {str(error)[:80]}") from error
    return payload, found


def signed_text(payload: bytes) -> str:
    """Give what is signed of a payload: DSSE's pre-authentication encoding.

    Raises:
        FormatError: If the payload is no text.
    """
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError("the payload of an envelope is not UTF-8") from error
    return f"DSSEv1 {len(PAYLOAD)} {PAYLOAD} {len(payload)} {text}"


def key_id_of(key: VerifierKey | Verifier) -> str:
    """Give the id by which an envelope names a key."""
    return f"{key.name}+{key.id.hex()}"


def _signs(key: VerifierKey | Verifier, signed: str, value: bytes) -> bool:
    try:
        if not isinstance(key, VerifierKey):
            key.check(signed.encode(), value)
        elif key.algorithm is not ED25519:
            return False
        else:
            key.algorithm.verify(key.public, (key.name, signed), value)
    except SignatureError:
        return False
    return True


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
