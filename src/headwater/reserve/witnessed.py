"""Cosignatures collected: witnesses asked to sign a log's checkpoint, and their lines stored under it."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.log import sequencer, witness
from headwater.log.reader import Reader
from headwater.log.storage import Storage
from headwater.log.tree import prove_consistency
from headwater.log.witness import Post, Witness


def witnessed(storage: Storage, witnesses: Sequence[Witness], *, post: Post = witness.post) -> int:
    """Ask witnesses for their signatures on the published checkpoint, and store them.

    Args:
        storage: Where the log lies.
        witnesses: Whom to ask, each verified by its keys.
        post: Sends a body to a URL.

    Returns:
        How many signatures were stored.

    Raises:
        ConsistencyError: If a witness has seen another history.
        UnavailableError: If one does not answer; what others signed before it is not stored.
    """
    reader = Reader(storage)
    at, signed = reader.checkpoint()

    def prove(old_size: int, size: int) -> tuple[bytes, ...]:
        return prove_consistency(old_size, size, reader.nodes(at.size))

    made = [line for one in witnesses for line in witness.cosign(one, signed, prove, post=post)]
    sequencer.endorse(storage, made)
    return len(made)
