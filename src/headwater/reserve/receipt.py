"""A recalibration receipt: an in-toto statement, signed, that a model was trained with a provable sample.

It names the model by the digest of its weights and the sample by the digest of its mix manifest. Who signs it
says so; that the sample was not chosen, the manifest shows.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from headwater import canonical
from headwater.errors import FormatError, InputError, VerificationError
from headwater.log import envelope
from headwater.log.checkpoint import Signer, parse
from headwater.log.note import VerifierKey
from headwater.reserve.entry import Entry, moment
from headwater.reserve.mix import Mix

KIND = "receipt"
PREDICATE = "https://headwater.readthedocs.io/spec/recalibration/v1"
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


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
    """Encode a receipt as an in-toto statement, in canonical JSON."""
    said = {
        "checkpoint": {"root": receipt.root, "size": receipt.size},
        "mix_sha256": receipt.mix_sha256,
        "n_documents": receipt.n_documents,
        "reserve": receipt.reserve,
        "share": receipt.share,
        "trained": receipt.trained,
    }
    return envelope.statement((receipt.model, receipt.model_sha256), PREDICATE, said)


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
    """
    return envelope.seal(statement(receipt), signers)


def open_envelope(data: bytes, keys: Sequence[VerifierKey]) -> Receipt:
    """Verify an envelope and parse its receipt.

    Args:
        data: Its bytes; JSON, canonical or not, since other tools write it too.
        keys: Of those who are believed; one of them must have signed.
    """
    return parse_statement(envelope.open_(data, keys)[0])


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
