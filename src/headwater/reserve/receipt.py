"""A recalibration receipt: an in-toto statement, signed, that a model was trained with a provable sample.

It names the model by the digest of its weights and the sample by the digest of its mix manifest. Who signs it
says so; that the sample was not chosen, the manifest shows.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headwater import canonical
from headwater.errors import FormatError, InputError, SignatureError, VerificationError
from headwater.log.algorithm import ED25519
from headwater.log.checkpoint import Signer, parse
from headwater.log.note import VerifierKey
from headwater.reserve.entry import Entry, moment
from headwater.reserve.mix import Mix

KIND = "receipt"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://headwater.readthedocs.io/spec/recalibration/v1"
PAYLOAD = "application/vnd.in-toto+json"
MAX_BYTES = 1 << 20
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_FIELDS = {"checkpoint", "mix_sha256", "n_documents", "reserve", "share", "trained"}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says.

    Attributes:
        model: Name of the model, for people.
        model_sha256: SHA-256 of its weights, 64 hex digits; of several files, of their digests as listed by
            `sha256sum`, sorted.
        mix_sha256: SHA-256 of the mix manifest.
        reserve: Origin of the log of documents.
        size: Documents in the log at the checkpoint that was drawn from.
        root: Its root, hex.
        n_documents: Documents in the sample.
        share: Share of the training set that they were.
        trained: When, RFC 3339 UTC.
    """

    model: str
    model_sha256: str
    mix_sha256: str
    reserve: str
    size: int
    root: str
    n_documents: int
    share: float
    trained: str


def issue(model: str, model_sha256: str, mix: Mix, manifest: bytes, *, time_s: int) -> Receipt:
    """Make a receipt.

    Args:
        model: Its name.
        model_sha256: Digest of its weights, hex.
        mix: What it was trained with, verified.
        manifest: The bytes of the mix manifest.
        time_s: When, in POSIX seconds.

    Raises:
        InputError: If the model has no name, or the digest is none.
    """
    if not model or not _DIGEST.fullmatch(model_sha256):
        raise InputError("a receipt needs a model's name and the SHA-256 of its weights in hex")
    at = parse(mix.checkpoint)[0]
    n = sum(1 for _ in mix.documents())
    digest = hashlib.sha256(manifest).hexdigest()
    when = moment(time_s)
    return Receipt(model, model_sha256, digest, at.origin, at.size, at.root.hex(), n, mix.share, when)


def statement(receipt: Receipt) -> bytes:
    """Encode a receipt as an in-toto statement, in canonical JSON.

    Source:
        in-toto Attestation Framework, Statement v1.
    """
    return canonical.encode(
        {
            "_type": STATEMENT,
            "subject": [{"name": receipt.model, "digest": {"sha256": receipt.model_sha256}}],
            "predicateType": PREDICATE,
            "predicate": {
                "checkpoint": {"root": receipt.root, "size": receipt.size},
                "mix_sha256": receipt.mix_sha256,
                "n_documents": receipt.n_documents,
                "reserve": receipt.reserve,
                "share": receipt.share,
                "trained": receipt.trained,
            },
        }
    )


def parse_statement(data: bytes) -> Receipt:
    """Parse a statement.

    Args:
        data: Canonical JSON.

    Returns:
        The receipt, with `statement(parse_statement(data)) == data`.

    Raises:
        FormatError: If it is another statement, or a field is not of its form.
    """
    value = canonical.parse(data)
    try:
        (subject,), said = value["subject"], value["predicate"]
        at = said["checkpoint"]
        receipt = Receipt(
            subject["name"],
            subject["digest"]["sha256"],
            said["mix_sha256"],
            said["reserve"],
            at["size"],
            at["root"],
            said["n_documents"],
            said["share"],
            said["trained"],
        )
        texts = (receipt.model, receipt.reserve, receipt.trained)
        digests = (receipt.model_sha256, receipt.mix_sha256, receipt.root)
        counts = (receipt.size, receipt.n_documents)
        sound = all(isinstance(one, str) for one in texts) and all(map(_DIGEST.fullmatch, digests))
        sound = sound and all(type(one) is int and one >= 0 for one in counts)
        share = receipt.share
        if not sound or isinstance(share, bool) or not 0 < share <= 1 or statement(receipt) != data:
            raise FormatError("a receipt has a field that is not of its form, or another one")
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError("not the statement of a recalibration receipt") from error
    return receipt


def seal(receipt: Receipt, signers: Sequence[Signer]) -> bytes:
    """Sign a receipt: a DSSE envelope.

    Args:
        receipt: What to sign.
        signers: Ed25519 keys, at least one; others are passed over.

    Raises:
        InputError: If none can sign it.

    Source:
        DSSE v1.0.2, "Signature definition".
    """
    able = [one for one in signers if one.algorithm is ED25519]
    if not able:
        raise InputError("no Ed25519 key to sign the receipt with")
    payload = statement(receipt)
    signed = _signed(payload)
    signatures = [
        {"keyid": _key_id(one.key), "sig": _base64(one.algorithm.sign(one.seed, one.name, signed, time_s=0))}
        for one in able
    ]
    return canonical.encode({"payload": _base64(payload), "payloadType": PAYLOAD, "signatures": signatures})


def open_envelope(data: bytes, keys: Sequence[VerifierKey]) -> Receipt:
    """Verify an envelope.

    Args:
        data: Its bytes; JSON, canonical or not, since other tools write it too.
        keys: Of those who are believed; one of them must have signed.

    Returns:
        The receipt.

    Raises:
        FormatError: If it is no envelope, or its payload no receipt.
        SignatureError: If nobody who is believed signed it.
    """
    payload, signatures = _parse_envelope(data)
    signed = _signed(payload)
    for key in keys:
        for key_id, value in signatures:
            # The id is a hint: whoever writes an envelope may leave it out.
            if key.algorithm is ED25519 and key_id in {"", _key_id(key)}:
                try:
                    key.algorithm.verify(key.public, (key.name, signed), value)
                except SignatureError:
                    continue
                return parse_statement(payload)
    raise SignatureError(f"none of {len(keys)} known keys signed the receipt")


def verify(receipt: Receipt, manifest: bytes, mix: Mix) -> None:
    """Check that a receipt is of a mix manifest.

    Args:
        receipt: Out of `open_envelope`.
        manifest: The manifest's bytes.
        mix: The same, parsed and itself verified.

    Raises:
        VerificationError: If it is of another one.
    """
    at = parse(mix.checkpoint)[0]
    if hashlib.sha256(manifest).hexdigest() != receipt.mix_sha256:
        raise VerificationError("the receipt is of another mix manifest")
    said = (receipt.reserve, receipt.size, receipt.root, receipt.n_documents, receipt.share)
    if said != (at.origin, at.size, at.root.hex(), sum(1 for _ in mix.documents()), mix.share):
        raise VerificationError("the receipt says otherwise of the sample than its manifest")


def entry(receipt: Receipt, *, now_s: int) -> Entry:
    """Make the registry's entry of a receipt.

    Args:
        receipt: The receipt.
        now_s: Now, in POSIX seconds.
    """
    digest = hashlib.sha256(statement(receipt)).hexdigest()
    fields = {
        "mix_sha256": receipt.mix_sha256,
        "model_sha256": receipt.model_sha256,
        "statement_sha256": digest,
    }
    return Entry(KIND, moment(now_s), fields)


def _parse_envelope(data: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Read payload and signatures.

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


def _signed(payload: bytes) -> str:
    """Give what is signed of a payload: DSSE's pre-authentication encoding.

    Raises:
        FormatError: If the payload is no text.
    """
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError("the payload of an envelope is not UTF-8") from error
    return f"DSSEv1 {len(PAYLOAD)} {PAYLOAD} {len(payload)} {text}"


def _key_id(key: VerifierKey) -> str:
    return f"{key.name}+{key.id.hex()}"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
