"""Write vectors of all kinds of keys and statements: `python -m tests.review.attest.vectors`.

Nothing of headwater is imported: everything follows `docs/spec/judgement-v1.md`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PATH = Path(__file__).resolve().parents[3] / "vectors" / "review" / "statements.json"
SPEC = "https://headwater.readthedocs.io/spec"
TYPE = "application/vnd.in-toto+json"
RP, SITE = "review.example", "https://review.example"
ED = Ed25519PrivateKey.from_private_bytes(bytes(range(50, 82)))
P256 = ec.derive_private_key(0x1234567, ec.SECP256R1())
CREDENTIAL = b"credential"
INTERACTION = {"hidden_ms": 0, "n_pasted": 0, "n_typed": 1, "shown_ms": 17200}


def canonical(value: Any) -> bytes:
    """Encode as RFC 8785 does what is written here: text of ASCII, whole numbers, short fractions."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def line(name: str, data: bytes) -> str:
    """Write a key as a roll has it."""
    number = hashlib.sha256(name.encode() + b"\n" + data).hexdigest()[:8]
    return f"{name}+{number}+{base64.b64encode(data).decode()}"


def url(data: bytes) -> str:
    """Encode as WebAuthn does."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _passkey() -> str:
    point = P256.public_key().public_numbers()
    cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
    told = {"credential": CREDENTIAL, "public": cbor2.dumps(cose)}
    fields = {name: base64.b64encode(data).decode() for name, data in told.items()}
    data = canonical({**fields, "origin": SITE, "rp_id": RP})
    return line("review.example/pat", b"\xffheadwater-passkey-1\n" + data)


KEY = line("review.example/ann", b"\x01" + ED.public_key().public_bytes_raw())
WITNESSED = line("review.example/wim", b"\xffheadwater-witnessed-1\n" + ED.public_key().public_bytes_raw())
PASSKEY = _passkey()


def pae(payload: bytes) -> bytes:
    """Encode what DSSE signs."""
    return b"DSSEv1 %d %s %d %s" % (len(TYPE), TYPE.encode(), len(payload), payload)


def assertion(signed: bytes, *, rp: str = RP, site: str = SITE, flags: int = 1) -> bytes:
    """Assert over the digest of what is signed; flag 1 says that the owner is present."""
    challenge = url(hashlib.sha256(signed).digest())
    client = json.dumps({"type": "webauthn.get", "challenge": challenge, "origin": site}).encode()
    data = hashlib.sha256(rp.encode()).digest() + bytes([flags]) + (7).to_bytes(4, "big")
    how = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    signature = P256.sign(data + hashlib.sha256(client).digest(), how)
    parts = {"authenticatorData": data, "clientDataJSON": client, "signature": signature}
    return canonical({name: url(part) for name, part in parts.items()})


def sealed(payload: bytes, key: str, value: bytes) -> str:
    """Put payload and signature into an envelope."""
    hint = key.rpartition("+")[0]
    signatures = [{"keyid": hint, "sig": base64.b64encode(value).decode()}]
    told = {"payload": base64.b64encode(payload).decode(), "payloadType": TYPE, "signatures": signatures}
    return json.dumps(told)


def statement(kind: str, subject: str, digest: str, predicate: dict[str, Any]) -> bytes:
    """Make an in-toto statement."""
    named = [{"digest": {"sha256": digest}, "name": subject}]
    whole = {"_type": "https://in-toto.io/Statement/v1", "predicate": predicate, "subject": named}
    return canonical({**whole, "predicateType": f"{SPEC}/{kind}/v1"})


def judgement(kind: str = "human-judgement", **changed: Any) -> bytes:
    """Make a vote, or what settles votes."""
    predicate = {
        "assistance": "none",
        "batch": {"sha256": "bb" * 32},
        "confidence": 4,
        "displayed": {"sha256": "dd" * 32},
        "guideline": {"sha256": "99" * 32},
        "interaction": INTERACTION,
        "label": "human",
        "leased_s": 1699999983,
        "nonce": "0" * 31 + "1",
        "pi": 0.0031,
        "spans": [],
        "voted_s": 1700000000,
    }
    return statement(kind, "document", "aa" * 32, predicate | changed)


def authorship(**changed: Any) -> bytes:
    """Make what a writer says of a text."""
    predicate = {
        "assistance": "none",
        "consent": {"sha256": "cc" * 32},
        "interaction": INTERACTION,
        "licence": "CC0-1.0",
        "nonce": "0" * 31 + "2",
        "written_s": 1700000000,
    }
    return statement("human-authorship", "document", "aa" * 32, predicate | changed)


def retraction(**changed: Any) -> bytes:
    """Make what takes something back."""
    predicate = {"nonce": "0" * 31 + "3", "retracted_s": 1700000001}
    return statement("human-judgement-retraction", "judgement", "ee" * 32, predicate | changed)


def cases() -> list[dict[str, Any]]:
    """List all: what is signed well and says what it may, and what does not."""
    found: list[dict[str, Any]] = []

    def case(comment: str, key: str, payload: bytes, value: bytes, *, result: str = "invalid") -> None:
        told = {"comment": comment, "key": key, "envelope": sealed(payload, key, value), "result": result}
        found.append({"id": len(found) + 1, **told})

    def plain(comment: str, payload: bytes, *, key: str = KEY, result: str = "invalid") -> None:
        case(comment, key, payload, ED.sign(pae(payload)), result=result)

    votes = ["11" * 32, "22" * 32]
    vote, settled = judgement(), judgement("human-adjudication", considered=votes)
    for comment, payload in (("a vote", vote), ("an adjudication", settled), ("a text", authorship())):
        plain(f"{comment} by a key", payload, result="valid")
        plain(f"{comment} by a witnessed key", payload, key=WITNESSED, result="valid")
        case(f"{comment} by a passkey", PASSKEY, payload, assertion(pae(payload)), result="valid")
    plain("a retraction", retraction(), result="valid")
    case("of another site", PASSKEY, vote, assertion(pae(vote), site="https://evil.example"))
    case("of another relying party", PASSKEY, vote, assertion(pae(vote), rp="evil.example"))
    case("nobody was present", PASSKEY, vote, assertion(pae(vote), flags=0))
    case("an assertion over the payload without its encoding", PASSKEY, vote, assertion(vote))
    case("an assertion over another statement", PASSKEY, vote, assertion(pae(settled)))
    case("a passkey that signed as a key does", PASSKEY, vote, ED.sign(pae(vote)))
    case("a key that signed as a passkey does", KEY, vote, assertion(pae(vote)))
    case("no assertion", PASSKEY, vote, b"{}")
    plain("an adjudication that considered nothing", judgement("human-adjudication", considered=[]))
    plain("considered out of order", judgement("human-adjudication", considered=votes[::-1]))
    plain("considered twice", judgement("human-adjudication", considered=[votes[0]] * 2))
    plain("65 considered", judgement("human-adjudication", considered=[f"{at:064x}" for at in range(65)]))
    plain("considered is missing", judgement("human-adjudication"))
    plain("a vote that considered others", judgement(considered=votes))
    plain("an unknown licence", authorship(licence="All rights reserved"))
    plain("a consent that is no digest", authorship(consent={"sha256": "cc"}))
    plain("no time", authorship(written_s=None))
    plain("a text with a field too many", authorship(title="mine"))
    plain("a retraction of no digest", statement("human-judgement-retraction", "judgement", "ee", {}))
    plain("a retraction with a reason", retraction(reason="none"))
    return found


def main() -> None:
    """Write the file."""
    told = {
        "generator": "tests/review/attest/vectors.py, from the specification, without headwater's code",
        "verifier": "py_webauthn for assertions; for statements none: they are ours",
        "tests": cases(),
    }
    PATH.write_text(json.dumps(told, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
