"""A log as read: checkpoint, tiles wherever they lie, entries, proofs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from headwater.errors import FormatError, InputError, SealError, UnavailableError
from headwater.log import bundle, checkpoint, head, segment
from headwater.log.checkpoint import Checkpoint
from headwater.log.head import Head
from headwater.log.proof import Proof
from headwater.log.segment import SEGMENT_ENTRIES
from headwater.log.storage import Storage
from headwater.log.tile import ENTRIES, HEIGHT, WIDTH, Tile, node_reader, tile_at
from headwater.log.tree import (
    HASH_BYTES,
    ReadNodes,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    verify_consistency,
    verify_inclusion,
)

CHECKPOINT = "checkpoint"


@final
@dataclass(frozen=True, slots=True)
class Reader:
    """Reads a log; writes nothing, and keeps nothing between calls.

    Attributes:
        storage: Where the log lies.
    """

    storage: Storage

    def head(self) -> Head:
        """Read the head, which may be ahead of the checkpoint.

        Raises:
            UnavailableError: If there is no log.
            FormatError: If it is damaged.
        """
        data = self.storage.read(head.PATH)
        if data is None:
            raise UnavailableError("there is no log here", hint="create it first")
        return head.parse(data)

    def checkpoint(self) -> tuple[Checkpoint, bytes]:
        """Read the checkpoint and its signed note; the signatures are not verified.

        Raises:
            UnavailableError: If none was published yet.
            FormatError: If it is damaged.
        """
        data = self.storage.read(CHECKPOINT)
        if data is None:
            raise UnavailableError("the log has no checkpoint yet", hint="publish one")
        return checkpoint.parse(data)[0], data

    def tile(self, tile: Tile) -> bytes:
        """Read a tile or a bundle, from its own object or out of a pack.

        Args:
            tile: As `tile_at` gives it for the size of the log's head or an earlier size.

        Raises:
            SealError: If it is not there.
            FormatError: If what is there is not it.
        """
        if tile.level >= 2:
            wide = Tile(tile.level, tile.index)
            data = self.storage.read(tile.path) or self.storage.read(wide.path)
            if data is None:
                raise SealError(f"{tile.path} is not there")
            return data[: tile.width * HASH_BYTES]
        in_segment = WIDTH if tile.level < 1 else 1
        number, index = divmod(tile.index, in_segment)
        return segment.read_tile(self.storage, self.segment(number), Tile(tile.level, index, tile.width))

    def segment(self, number: int) -> bytes:
        """Read the name of a segment from the tree.

        Args:
            number: Its place in the log, from 0.

        Raises:
            InputError: If the log has no such segment.
        """
        last = self.head()
        if number == last.full // SEGMENT_ENTRIES and last.tail:
            return last.tail
        if not 0 <= number < last.full // SEGMENT_ENTRIES:
            raise InputError(f"the log has no segment {number}")
        index, at = divmod(number, WIDTH)
        added = number - last.start // SEGMENT_ENTRIES
        if added >= 0:  # The step may not have written its tiles yet.
            return last.segments[added]
        names = self.tile(tile_at(2, index, last.start))
        return names[at * HASH_BYTES : (at + 1) * HASH_BYTES]

    def nodes(self, size: int) -> ReadNodes:
        """Give a reader of nodes of the tree at a size."""
        return node_reader(size, self.tile)

    def entry(self, index: int) -> bytes:
        """Read one entry.

        Args:
            index: Its place in the log, from 0.

        Raises:
            InputError: If the log has no such entry.
            SealError: If it does not hash to its place in its tile.
            FormatError: If its bundle is damaged.
        """
        size = self.head().size
        if not 0 <= index < size:
            raise InputError(f"a log of {size} entries has none of index {index}")
        number, at = divmod(index, WIDTH)
        entries = bundle.parse(self.tile(tile_at(ENTRIES, number, size)))
        hashes = self.tile(tile_at(0, number, size))
        if len(entries) * HASH_BYTES != len(hashes):
            raise FormatError(f"bundle {number} has another width than its tile")
        if leaf_hash(entries[at]) != hashes[at * HASH_BYTES : (at + 1) * HASH_BYTES]:
            raise SealError(f"entry {index} does not hash to its place in its tile")
        return entries[at]

    def prove(self, index: int) -> Proof:
        """Prove that an entry is in the tree of the checkpoint.

        Args:
            index: Its place, from 0.

        Returns:
            A proof that was verified against the checkpoint's root.

        Raises:
            InputError: If the checkpoint's tree has no such entry.
            InclusionError: If the tiles do not lead to the checkpoint's root.
        """
        at, signed = self.checkpoint()
        hashes = prove_inclusion(index, at.size, self.nodes(at.size))
        verify_inclusion(leaf_hash(self.entry(index)), (index, at.size), at.root, hashes)
        return Proof(index, hashes, signed)

    def prove_bundle(self, index: int, at: Checkpoint) -> tuple[bytes, ...]:
        """Prove that a whole bundle is in the tree of a checkpoint of this log.

        Args:
            index: Index of the bundle.
            at: The checkpoint.

        Returns:
            Hashes for `bundle.verify_proof`.
        """
        return prove_inclusion(index, at.size, self.nodes(at.size), height=HEIGHT)

    def prove_growth(self, old: Checkpoint | Head, new: Checkpoint | Head) -> tuple[bytes, ...]:
        """Prove that a tree of this log begins with an older one.

        Args:
            old: The older head.
            new: The newer one.

        Returns:
            A proof that was verified.

        Raises:
            ConsistencyError: If the newer tree does not begin with the older one.
        """
        old_head, new_head = (old.size, old.root), (new.size, new.root)
        hashes = prove_consistency(old.size, new.size, self.nodes(new.size)) if old.size <= new.size else ()
        verify_consistency(old_head, new_head, hashes)
        return hashes
