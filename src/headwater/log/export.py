"""A log as plain files, each tile its own, as C2SP tlog-tiles has them: for other people's tools."""

from __future__ import annotations

from headwater.errors import ConsistencyError
from headwater.log import checkpoint
from headwater.log.checkpoint import Checkpoint
from headwater.log.reader import CHECKPOINT, Reader
from headwater.log.storage import Storage
from headwater.log.tile import growth
from headwater.log.tree import EMPTY_ROOT


def explode(source: Storage, target: Storage) -> int:
    """Write every tile and bundle of the published tree, and then its checkpoint.

    Args:
        source: Where the log lies.
        target: Where the files go; from an earlier export of the same log it goes on.

    Returns:
        The number of entries.

    Raises:
        ConsistencyError: If there is the export of another log, or of another history.
    """
    reader = Reader(source)
    at, signed = reader.checkpoint()
    before = target.read(CHECKPOINT)
    held = checkpoint.parse(before)[0] if before else Checkpoint(at.origin, 0, EMPTY_ROOT)
    if held.origin != at.origin:
        raise ConsistencyError(f"there is the export of another log, {held.origin!a}")
    reader.prove_growth(held, at)
    for tile in growth(held.size, at.size):
        target.create(tile.path, reader.tile(tile))
    target.swap(CHECKPOINT, signed, expected=before)
    return at.size
