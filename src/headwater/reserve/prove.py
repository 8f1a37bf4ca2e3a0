"""Proof files: one document's place in the log, with its record and salt, checked without the reserve."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from headwater.errors import FormatError, SealError
from headwater.log import checkpoint, proof
from headwater.log.checkpoint import Checkpoint, Policy
from headwater.reserve import leaf
from headwater.reserve.leaf import SALT_BYTES, Leaf
from headwater.reserve.reserve import Reserve


def prove(reserve: Reserve, number: int) -> bytes:
    """Prove that a document is in a reserve.

    Args:
        reserve: The reserve.
        number: Index of the document.

    Returns:
        A C2SP tlog-proof file, verified; its extra data is the salt and the record.

    Raises:
        InputError: If there is no such document.
        SealError: If it was redacted, or is damaged.
        InclusionError: If the log is damaged.
    """
    reserve.leaf(number)  # Verifies the record, or says that it is gone.
    row = reserve.row(number)
    return proof.encode(replace(reserve.log.prove(number), extra=row.salt + row.record))


def verify(data: bytes, policy: Policy, *, payload: bytes | None = None) -> tuple[Leaf, Checkpoint]:
    """Check a proof file.

    Args:
        data: Its bytes.
        policy: Who must have signed the checkpoint.
        payload: The document's payload, if it is at hand.

    Returns:
        What was sealed, and the checkpoint it is proved under.

    Raises:
        FormatError: If it is no proof of a document.
        SignatureError: If the checkpoint is not signed as the policy wants.
        InclusionError: If the entry is not in the log.
        SealError: If the payload is not what was sealed.
    """
    parsed = proof.parse(data)
    salt, record = parsed.extra[:SALT_BYTES], parsed.extra[SALT_BYTES:]
    if len(salt) != SALT_BYTES:
        raise FormatError("a proof holds no salt and no record of a document")
    found = leaf.parse(record)
    at = proof.verify(parsed, leaf.commit(record, salt), policy)
    if payload is not None and hashlib.sha256(payload).hexdigest() != found.payload_sha256:
        raise SealError("the payload is not the one that was sealed")
    return found, at


def size(data: bytes) -> int:
    """Give the size of the tree a proof file is for.

    Args:
        data: Its bytes.

    Raises:
        FormatError: If it is no proof.
    """
    return checkpoint.parse(proof.parse(data).checkpoint)[0].size
