"""An authenticator in software: a passkey of P-256 that signs what it is asked to."""

from __future__ import annotations

import base64
import hashlib
import json

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from headwater.log import envelope
from headwater.review.attest.passkey import Passkey

RP, SITE = "review.example", "https://review.example"
_PRIVATE = ec.derive_private_key(0x1234567, ec.SECP256R1())


def passkey(name: str = "review.example/ann") -> Passkey:
    """Give the public half."""
    point = _PRIVATE.public_key().public_numbers()
    cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
    return Passkey(name, RP, SITE, b"credential", cbor2.dumps(cose))


def assertion(
    challenge: bytes, *, rp: str = RP, site: str = SITE, flags: int = 1, kind: str = "webauthn.get"
) -> bytes:
    """Sign a challenge; flag 1 says that the owner is present."""
    client = json.dumps(
        {"type": kind, "challenge": url(challenge), "origin": site, "crossOrigin": False}
    ).encode()
    data = hashlib.sha256(rp.encode()).digest() + bytes([flags]) + (7).to_bytes(4, "big")
    signature = _PRIVATE.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
    parts = {"authenticatorData": data, "clientDataJSON": client, "signature": signature}
    return json.dumps({name: url(part) for name, part in parts.items()}).encode()


def seal(payload: bytes, key: Passkey, **how: object) -> bytes:
    """Sign a statement."""
    digest = hashlib.sha256(envelope.signed_text(payload).encode()).digest()
    return envelope.encode(payload, [(envelope.key_id_of(key), assertion(digest, **how))])  # type: ignore[arg-type]


def url(data: bytes) -> str:
    """Encode as WebAuthn does."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
