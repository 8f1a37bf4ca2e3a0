"""Entries of the registry: canonical JSON in a note that the issuer signed, one leaf of the log each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from headwater import canonical
from headwater.errors import FormatError, SignatureError
from headwater.log import note
from headwater.log.checkpoint import Signer
from headwater.log.note import Note, Signature, VerifierKey
from headwater.watermark.registry.epochs import VALUE_BYTES, Epochs

KEY: Final = "headwater-watermark-key-1"
DISCLOSURE: Final = "headwater-watermark-disclosure-1"
_SHAPES: Final[Mapping[str, Mapping[str, type]]] = {
    KEY: {
        "contact": str, "format": str, "from_s": int, "issuer": str, "key": dict, "previous": str,
        "profile": str,
        "profile_id": str, "tokenizer": str, "tokenizer_id": str, "until_s": int,
    },
    DISCLOSURE: {"entry": str, "epoch": int, "format": str, "issuer": str, "previous": str, "value": str},
}  # fmt: skip
_PUBLIC: Final = {"kind": str, "secret": str}
_EPOCHS: Final = {"anchor": str, "epoch_s": int, "first_s": int, "kind": str, "lag_s": int, "n_epochs": int}
_MOST_S: Final = 2**40
_MOST_EPOCHS: Final = 100_000  # a longer chain would take long to check


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one entry as it was read.

    Attributes:
        data: Its bytes, the leaf of the log.
        told: What it says.
        issuer: The key it must be signed by.
        epochs: The chain, for a key with delayed disclosure.
        public: The key, for one that everybody may know.
    """

    data: bytes
    told: Mapping[str, Any]
    issuer: VerifierKey
    epochs: Epochs | None = None
    public: bytes = b""

    @property
    def id(self) -> str:
        """Name it by the SHA-256 of its bytes, 64 hex digits."""
        return hashlib.sha256(self.data).hexdigest()


def sign(told: Mapping[str, Any], signer: Signer, *, time_s: int) -> bytes:
    """Make an entry.

    Args:
        told: All fields but `issuer`, which is the signer's key.
        signer: The issuer.
        time_s: Now, POSIX seconds, for algorithms that sign a time.

    Returns:
        The bytes, which `parse` accepts.

    Raises:
        FormatError: If a field is missing, unknown or out of range.
    """
    text = canonical.encode({**told, "issuer": str(signer.key)}).decode() + "\n"
    made = signer.algorithm.sign(signer.seed, signer.name, text, time_s=time_s)
    signed = note.encode(Note(text, (Signature(signer.name, signer.key.id, made),)))
    parse(signed)
    return signed


def parse(data: bytes) -> Entry:
    """Parse an entry; its signature is not verified.

    Args:
        data: Bytes of a leaf.

    Returns:
        The entry; its bytes are `data`.

    Raises:
        FormatError: If it is none.
    """
    told = canonical.parse(note.parse(data).text.removesuffix("\n").encode())
    shape = _SHAPES.get(told.get("format", "") if isinstance(told, dict) else "")
    if shape is None:
        raise FormatError("an entry of a registry is of no known format")
    _check(told, shape)
    issuer = note.parse_key(told["issuer"])
    if told["previous"]:
        _hex(told["previous"], 32)
    if told["format"] == DISCLOSURE:
        _hex(told["entry"], 32)
        _hex(told["value"], VALUE_BYTES)
        return Entry(data, told, issuer)
    for name in ("profile_id", "tokenizer_id"):
        _hex(told[name], 32)
    if told["until_s"] <= told["from_s"]:
        raise FormatError("an entry of a registry ends before it begins")
    epochs, public = _key(told["key"])
    return Entry(data, told, issuer, epochs, public)


def verify(entry: Entry) -> None:
    """Check that its issuer signed it.

    Raises:
        SignatureError: If not.
    """
    try:
        note.verify(note.parse(entry.data), [entry.issuer])
    except SignatureError as error:
        raise SignatureError(f"{error}: {entry.issuer.name}") from error


def _key(told: Mapping[str, Any]) -> tuple[Epochs | None, bytes]:
    if told.get("kind") == "public":
        _check(told, _PUBLIC)
        return None, _hex(told["secret"])
    if told.get("kind") != "epochs":
        raise FormatError("an entry of a registry has a key of no known kind")
    _check(told, _EPOCHS)
    if told["n_epochs"] not in range(1, _MOST_EPOCHS + 1) or told["epoch_s"] < 1:
        raise FormatError("an entry of a registry has no epochs, or too many")
    anchor = _hex(told["anchor"], VALUE_BYTES)
    return Epochs(anchor, told["n_epochs"], told["first_s"], told["epoch_s"], told["lag_s"]), b""


def _check(told: Mapping[str, Any], shape: Mapping[str, type]) -> None:
    if set(told) != set(shape):
        wrong = sorted(set(told) ^ set(shape))[0]
        raise FormatError(f"an entry of a registry has a missing or unknown field {wrong!a}")
    for name, kind in shape.items():
        if type(told[name]) is not kind or (kind is int and not 0 <= told[name] < _MOST_S):
            raise FormatError(f"the field {name!a} of an entry of a registry is not what it should be")


def _hex(text: str, n_bytes: int = 0) -> bytes:
    try:
        raw = bytes.fromhex(text)
    except ValueError as error:
        raise FormatError("an entry of a registry has digits that are not hex") from error
    if raw.hex() != text or not raw or (n_bytes and len(raw) != n_bytes):
        raise FormatError("an entry of a registry has hex digits of a wrong length or case")
    return raw
