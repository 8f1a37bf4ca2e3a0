"""The Merkle tree of RFC 6962: hashes, compact ranges, proofs and their verification; no I/O.

A *node* is a perfect subtree, named by its height and its index at that height. A *level* is the hashes
of neighbouring nodes of one height, end to end in one byte string, so that a tile is a slice of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from headwater.errors import ConsistencyError, InclusionError, InputError

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

# A copy of a context is set up faster than a new one, which looks its algorithm up.
_leaf = hashlib.sha256(b"\x00").copy
_node = hashlib.sha256(b"\x01").copy


@dataclass(frozen=True, slots=True)
class Node:
    """A perfect subtree: the leaves from `index << height` on, `1 << height` of them."""

    height: int
    index: int


ReadNodes = Callable[[Sequence[Node]], Sequence[bytes]]


class Hasher(NamedTuple):
    """Do what `leaves` and `parents` do, by other means.

    Attributes:
        leaves: From entries to the level of their leaf hashes.
        parents: From a level to the one above.
    """

    leaves: Callable[[Sequence[bytes]], bytes]
    parents: Callable[[bytes], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """Hash one entry.

    Source:
        RFC 6962, section 2.1.
    """
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two neighbouring subtrees into their parent.

    Source:
        RFC 6962, section 2.1.
    """
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaves(entries: Sequence[bytes]) -> bytes:
    """Hash entries into a level.

    Args:
        entries: Any number of byte strings.

    Returns:
        32 bytes an entry.
    """
    found = []
    for entry in entries:
        context = _leaf()
        context.update(entry)
        found.append(context.digest())
    return b"".join(found)


def parents(level: bytes) -> bytes:
    """Hash a level into the one above; an odd last node is left out.

    Args:
        level: 32 bytes a node; the first node has an even index.

    Returns:
        32 bytes for each pair.
    """
    found = []
    cuts = range(0, len(level) + 1, 2 * HASH_BYTES)
    for start, stop in pairwise(cuts):
        context = _node()
        context.update(level[start:stop])
        found.append(context.digest())
    return b"".join(found)


PLAIN = Hasher(leaves, parents)


def rise(level: bytes, by: int, hasher: Hasher = PLAIN) -> bytes:
    """Climb some levels; nodes that do not fill a node up there are left out.

    Args:
        level: 32 bytes a node; the first node's index is a multiple of `1 << by`.
        by: How many levels.
        hasher: What hashes.

    Returns:
        32 bytes for each full run of `1 << by` nodes.
    """
    for _ in range(by):
        level = hasher.parents(level)
    return level


def level_root(level: bytes, hasher: Hasher = PLAIN) -> bytes:
    """Hash a level of any width into one root.

    Args:
        level: 32 bytes a node.
        hasher: What hashes.

    Returns:
        The Merkle tree hash over the nodes as if they were leaves; of an empty level, `EMPTY_ROOT`.

    Source:
        RFC 6962, section 2.1: splitting at powers of two carries an odd last node up as it is.
    """
    if not level:
        return EMPTY_ROOT
    while len(level) > HASH_BYTES:
        odd = level[-HASH_BYTES:] if len(level) % (2 * HASH_BYTES) else b""
        level = hasher.parents(level) + odd
    return level


def cover(start: int, stop: int) -> Iterator[Node]:
    """Yield the fewest nodes that cover a range of leaves, in order.

    Args:
        start: First leaf, at least 0.
        stop: First leaf that does not belong.
    """
    while start < stop:
        room = (stop - start).bit_length() - 1
        height = min(room, (start & -start).bit_length() - 1) if start else room
        yield Node(height, start >> height)
        start += 1 << height


def fold(hashes: Sequence[bytes]) -> bytes:
    """Hash the nodes of a cover into one, from the right.

    Args:
        hashes: At least one hash, in the order of `cover`.
    """
    found = hashes[-1]
    for left in reversed(hashes[:-1]):
        found = node_hash(left, found)
    return found


@dataclass(frozen=True, slots=True)
class Range:
    """A compact range: all that is needed of a tree to append to it.

    Attributes:
        size: Number of leaves.
        hashes: The nodes of `cover(0, size)`, at most 64.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    @property
    def root(self) -> bytes:
        """Give the Merkle tree hash of all leaves."""
        return fold(self.hashes) if self.hashes else EMPTY_ROOT

    def grow(self, node: bytes, *, height: int = 0) -> Range:
        """Append a perfect subtree.

        Args:
            node: Its hash.
            height: Its height; 0 for one leaf.

        Returns:
            The range with the subtree's leaves behind its own.

        Raises:
            InputError: If the size is no multiple of the subtree's.
        """
        if self.size % (1 << height):
            raise InputError(f"{self.size} leaves end inside a subtree of {1 << height}")
        held, above = list(self.hashes), self.size >> height
        while above & 1:
            node, above = node_hash(held.pop(), node), above >> 1
        return Range(self.size + (1 << height), (*held, node))


def compact(size: int, read: ReadNodes) -> Range:
    """Read the compact range of a tree.

    Args:
        size: Number of leaves.
        read: Gives the hashes of nodes.
    """
    return Range(size, tuple(read(list(cover(0, size)))))


def prove_inclusion(index: int, size: int, read: ReadNodes, *, height: int = 0) -> tuple[bytes, ...]:
    """Prove that a subtree stands where it does.

    Args:
        index: The subtree's index at its height; with height 0, the leaf's.
        size: Number of leaves of the tree.
        read: Gives the hashes of nodes.
        height: The subtree's height. The last one of a height may be ragged.

    Returns:
        Sibling hashes from the bottom up.

    Raises:
        InputError: If the tree has no such subtree.

    Source:
        RFC 6962, section 2.1.1.
    """
    if not 0 <= index < _count(size, height):
        raise InputError(f"a tree of {size} has no subtree {index} of height {height}")
    path = _path(index, _count(size, height))
    return _read_ranges([(lo << height, min(hi << height, size)) for lo, hi in path], read)


def verify_inclusion(
    found: bytes, place: tuple[int, int], root: bytes, proof: Sequence[bytes], *, height: int = 0
) -> None:
    """Check that a subtree stands where a proof says.

    Args:
        found: Hash of the subtree; with height 0, of the leaf.
        place: Index of the subtree at its height, and number of leaves of the tree.
        root: Root of the tree.
        proof: Sibling hashes from the bottom up.
        height: The subtree's height.

    Raises:
        InclusionError: If it does not.

    Source:
        RFC 6962, section 2.1.1.
    """
    index, size = place
    if not 0 <= index < _count(size, height):
        raise InclusionError(f"a tree of {size} has no subtree {index} of height {height}")
    path = _path(index, _count(size, height))
    if len(proof) != len(path) or any(len(sibling) != HASH_BYTES for sibling in proof):
        raise InclusionError(f"the proof is not {len(path)} hashes long")
    for (start, _), sibling in zip(path, proof, strict=True):
        found = node_hash(sibling, found) if start < index else node_hash(found, sibling)
    if found != root:
        raise InclusionError(f"entry {index} is not in the tree of {size} with this root")


def prove_consistency(old_size: int, size: int, read: ReadNodes) -> tuple[bytes, ...]:
    """Prove that a tree begins with an older one.

    Args:
        old_size: Number of leaves of the older tree.
        size: Number of leaves of the tree.
        read: Gives the hashes of nodes.

    Returns:
        Hashes from the bottom up; none if one tree is empty or both are the same.

    Raises:
        InputError: If the older tree is larger.

    Source:
        RFC 6962, section 2.1.2.
    """
    if not 0 <= old_size <= size:
        raise InputError(f"a tree of {size} has no older one of {old_size}")
    if old_size in {0, size}:
        return ()
    return _read_ranges([lo_hi for lo_hi in _shared(old_size, size) if lo_hi != (0, old_size)], read)


def verify_consistency(old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]) -> None:
    """Check that a tree begins with an older one.

    Args:
        old: Size and root of the older tree.
        new: Size and root of the tree.
        proof: Hashes from the bottom up.

    Raises:
        ConsistencyError: If it does not, or the proof does not show it.

    Source:
        RFC 6962, section 2.1.2. Any tree begins with the empty one, whose proof is empty.
    """
    (old_size, old_root), (size, root) = old, new
    if not 0 <= old_size <= size:
        raise ConsistencyError(f"the older tree has {old_size} leaves, the newer {size}")
    if old_size in {0, size}:
        if proof or old_root != (root if old_size else EMPTY_ROOT):
            raise ConsistencyError(f"two roots for one tree of {old_size}")
        return
    ranges = _shared(old_size, size)
    hashes = [old_root, *proof] if ranges[0] == (0, old_size) else list(proof)
    if len(hashes) != len(ranges) or any(len(one) != HASH_BYTES for one in hashes):
        raise ConsistencyError("the proof is not of the length the sizes need")
    was = now = hashes[0]
    for (start, _), one in zip(ranges[1:], hashes[1:], strict=True):
        if start < old_size:
            was, now = node_hash(one, was), node_hash(one, now)
        else:
            now = node_hash(now, one)
    if (was, now) != (old_root, root):
        raise ConsistencyError(f"the tree of {size} does not begin with that of {old_size}")


def _count(size: int, height: int) -> int:
    return -(-size >> height)


def _split(start: int, stop: int) -> int:
    """Give where RFC 6962 splits a range: the largest power of two smaller than its width."""
    return start + (1 << ((stop - start - 1).bit_length() - 1))


def _path(index: int, size: int) -> list[tuple[int, int]]:
    """List the ranges of the siblings on the way from a leaf to the root."""
    start, stop, path = 0, size, []
    while stop - start > 1:
        middle = _split(start, stop)
        if index < middle:
            path.append((middle, stop))
            stop = middle
        else:
            path.append((start, middle))
            start = middle
    return path[::-1]


def _shared(old_size: int, size: int) -> list[tuple[int, int]]:
    """List the ranges of a consistency proof; the first is the last node the trees share."""
    start, stop, path = 0, size, []
    while stop != old_size:
        middle = _split(start, stop)
        if old_size <= middle:
            path.append((middle, stop))
            stop = middle
        else:
            path.append((start, middle))
            start = middle
    return [(start, stop), *path[::-1]]


def _read_ranges(ranges: Sequence[tuple[int, int]], read: ReadNodes) -> tuple[bytes, ...]:
    covers = [list(cover(start, stop)) for start, stop in ranges]
    hashes = iter(read([node for nodes in covers for node in nodes]))
    return tuple(fold([next(hashes) for _ in nodes]) for nodes in covers)
