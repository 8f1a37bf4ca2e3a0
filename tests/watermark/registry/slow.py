"""A registry read word for word from its specification: standard library and Ed25519, none of our code."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class RefusedError(Exception):
    """The document is not what it claims."""


def signed(note: str, name: str, key: bytes) -> str:
    """Give the text of a note that one Ed25519 key signed."""
    text, _, lines = note.rpartition("\n\n")
    text += "\n"
    for line in lines.splitlines():
        _, who, signature = line.split(" ")
        raw = base64.b64decode(signature)
        if who == name and raw[:4] == hashlib.sha256(f"{name}\n".encode() + b"\x01" + key).digest()[:4]:
            try:
                Ed25519PublicKey.from_public_bytes(key).verify(raw[4:], text.encode())
            except InvalidSignature as error:
                raise RefusedError("signature") from error
            return text
    raise RefusedError("signature")


def named(line: str) -> tuple[str, bytes]:
    """Split a verifier key into its name and its public key."""
    name, _, rest = line.partition("+")
    return name, base64.b64decode(rest.partition("+")[2])[1:]


def root(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root(leaves[:half]) + root(leaves[half:])).digest()


def grouped(leaves: list[str]) -> dict[str, list[int]]:
    """Number the entries of keys by the digest of their tokenizer."""
    groups: dict[str, list[int]] = {}
    for number, leaf in enumerate(leaves):
        one = json.loads(leaf.partition("\n")[0])
        if one["format"] == "headwater-watermark-key-1":
            groups.setdefault(one["tokenizer_id"], []).append(number)
    return groups


def read(data: str, keeper: str) -> list[dict[str, Any]]:
    """Verify a document and list what its entries say."""
    told = json.loads(data)
    if json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False) != data:
        raise RefusedError("form")
    origin, size, top = signed(told["checkpoint"], *named(keeper)).splitlines()
    leaves = [text.encode() for text in told["entries"]]
    if (origin, int(size), base64.b64decode(top)) != (named(keeper)[0], len(leaves), root(leaves)):
        raise RefusedError("root")
    if told["tokenizers"] != grouped(told["entries"]):
        raise RefusedError("groups")
    last: dict[str, tuple[str, str]] = {}
    known: dict[str, dict[str, Any]] = {}
    for leaf in told["entries"]:
        one = json.loads(leaf.partition("\n")[0])
        name, key = named(one["issuer"])
        before, line = last.get(name, ("", one["issuer"]))
        if (one["previous"], one["issuer"]) != (before, line):
            raise RefusedError("fork")
        signed(leaf, name, key)
        if one["format"] == "headwater-watermark-disclosure-1":
            of, value = known.get(one["entry"]), bytes.fromhex(one["value"])
            if of is None or of["issuer"] != one["issuer"]:
                raise RefusedError("never announced")
            for _ in range(one["epoch"]):
                value = hashlib.sha256(b"headwater watermark epoch\0" + value).digest()
            if value.hex() != of["key"]["anchor"] or one["epoch"] > of["key"]["n_epochs"]:
                raise RefusedError("chain")
        digest = hashlib.sha256(leaf.encode()).hexdigest()
        known[digest], last[name] = one, (digest, one["issuer"])
    return list(known.values())
