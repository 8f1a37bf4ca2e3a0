"""The sequencer: the one who appends and publishes, and who may die at any moment.

A step is decided when the head is swapped: by then its segments are durable, and nothing of it has been
seen outside. What follows (tiles, signatures, the checkpoint) is computed from the head alone, and redone
by whoever comes next if it was cut off. A root is signed only after the head that holds it is durable, and
heads follow each other by compare-and-swap, so that no two roots of one size ever leave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice

from headwater.errors import ConsistencyError, InputError, SealError
from headwater.log import checkpoint, head, note, segment
from headwater.log.checkpoint import Checkpoint, Signer
from headwater.log.head import Head
from headwater.log.note import Note, Signature
from headwater.log.reader import CHECKPOINT, Reader
from headwater.log.segment import SEGMENT_ENTRIES, SEGMENT_HEIGHT, Segment
from headwater.log.storage import Storage
from headwater.log.tile import HEIGHT, TILE_BYTES, WIDTH, Tile
from headwater.log.tree import HASH_BYTES, PLAIN, Hasher, Range, compact, fold, rise

Cosign = Callable[[bytes], Sequence[Signature]]


def create(storage: Storage, origin: str) -> Head:
    """Create an empty log.

    Args:
        storage: Where.
        origin: Its identity for life, such as `example.com/reserve`; also the name of its keys.

    Raises:
        InputError: If it cannot be the name of a key, or there is a log already.
    """
    if not note.is_name(origin):
        raise InputError(
            f"no log can have the origin {origin!a}",
            hint="use a URL without its scheme, such as example.com/log",
        )
    if storage.read(head.PATH) is not None:
        raise InputError("there is a log already", hint="append to it, or choose another place")
    first = Head(origin)
    storage.swap(head.PATH, head.encode(first), expected=None)
    return first


def recover(storage: Storage) -> Head:
    """Finish what the last step left undone; does nothing where nothing is left.

    Args:
        storage: Where the log lies.

    Returns:
        The head, durable, with its tiles in place.

    Raises:
        SealError: If a segment or a tile that the head needs is gone.
    """
    last = Reader(storage).head()
    # It may have been seen before it was durable. What is about to be built on it must not outlive it.
    data = head.encode(last)
    storage.swap(head.PATH, data, expected=data)
    return _complete(storage, last)


def append(storage: Storage, entries: Iterable[bytes], *, hasher: Hasher = PLAIN) -> Head:
    """Append entries in one step: all of them, or none.

    After an error the head says whether the step was taken: a disk can fail after that was decided.

    Args:
        storage: Where the log lies.
        entries: Any number; one segment of them is held in memory at a time.
        hasher: What hashes.

    Returns:
        The new head, not yet published.
    """
    last = recover(storage)
    pending = chain(segment.verify(storage, last.tail) if last.tail else (), entries)
    built: list[tuple[bytes, int]] = []
    while some := list(islice(pending, SEGMENT_ENTRIES)):
        made = segment.build(some, hasher=hasher)
        segment.store(storage, made)
        built.append((made.root, made.n_entries))
    return _step(storage, last, built)


def append_segments(storage: Storage, segments: Sequence[Segment | bytes]) -> Head:
    """Append segments that workers have built and stored, in one step.

    Args:
        storage: Where the log and the segments lie.
        segments: Segments or their names, in order; all but the last are full. If the log ends inside a
            segment, the first one begins with the entries of that one.

    Returns:
        The new head, not yet published.

    Raises:
        InputError: If the first one does not begin with what the log ends with, or one that is not full
            is followed by another.
        SealError: If one is not stored.
    """
    last = recover(storage)
    roots = [one.root if isinstance(one, Segment) else one for one in segments]
    built = [(root, segment.count(storage, root)) for root in roots]
    if any(n != SEGMENT_ENTRIES for _, n in built[:-1]):
        raise InputError("a segment that is not full is followed by another")
    if last.tail and built and not _continues(storage, last.tail, built[0][0]):
        raise InputError(
            "the first segment does not begin with the entries of the last one of the log",
            hint="append the entries themselves; that fills the last one",
        )
    return _step(storage, last, built)


def _continues(storage: Storage, tail: bytes, root: bytes) -> bool:
    """Tell whether a segment begins with the entries of another."""
    before, behind = segment.verify(storage, tail), segment.verify(storage, root)
    return len(before) <= len(behind) and behind[: len(before)] == before


def publish(
    storage: Storage, signers: Sequence[Signer], *, time_s: int, cosign: Cosign | None = None
) -> bytes:
    """Sign the head and publish it as the checkpoint.

    What was signed already is published again, and not signed anew.

    Args:
        storage: Where the log lies.
        signers: The log's own keys, named like its origin.
        time_s: Now, in POSIX seconds.
        cosign: Asks witnesses for signatures on the signed checkpoint; what it raises is passed on.

    Returns:
        The signed checkpoint.

    Raises:
        InputError: If no signer has the name of the log.
        ConsistencyError: If the log does not begin with what it published: it was rolled back or changed.
    """
    # Read before the head, which is then no older: what others do meanwhile is not taken for a rollback.
    published = storage.read(CHECKPOINT)
    last = recover(storage)
    if not any(signer.name == last.origin for signer in signers):
        raise InputError(f"none of the keys is named {last.origin}, as the log is")
    if published is not None:
        before = checkpoint.parse(published)[0]
        Reader(storage).prove_growth(before, last)
        if before.origin != last.origin:
            raise ConsistencyError(f"the checkpoint is of another log, {before.origin!a}")
        if before.size == last.size:
            return published
    named = f"checkpoints/{last.size}"
    signed = storage.read(named)
    decided = Checkpoint(last.origin, last.size, last.root)
    if signed is None:
        signed = checkpoint.sign(decided, signers, time_s=time_s)
        signed = _with(signed, cosign(signed) if cosign else ())
        storage.swap(named, signed, expected=None)  # Of two who sign at once, one is asked to come again.
    elif checkpoint.parse(signed)[0] != decided:
        raise ConsistencyError(f"another checkpoint of size {last.size} was published")
    else:
        storage.create(named, signed)  # It may have been seen before it was durable.
    storage.swap(CHECKPOINT, signed, expected=published)
    return signed


def endorse(storage: Storage, signatures: Sequence[Signature]) -> bytes:
    """Add signatures, such as those of witnesses, to the published checkpoint.

    Args:
        storage: Where the log lies.
        signatures: Verified ones; a newer one replaces an older one of the same key.

    Returns:
        The signed checkpoint.
    """
    _, published = Reader(storage).checkpoint()
    signed = _with(published, signatures)
    storage.swap(CHECKPOINT, signed, expected=published)
    return signed


def _with(signed: bytes, signatures: Sequence[Signature]) -> bytes:
    before = note.parse(signed)
    replaced = {(one.name, one.key_id) for one in signatures}
    kept = (one for one in before.signatures if (one.name, one.key_id) not in replaced)
    return note.encode(Note(before.text, (*kept, *signatures)))


def _step(storage: Storage, last: Head, built: Sequence[tuple[bytes, int]]) -> Head:
    """Decide the next head: once it is swapped in, the step is part of the log.

    Raises:
        SealError: If the tiles of the log are damaged.
    """
    full = tuple(root for root, n in built if n == SEGMENT_ENTRIES)
    tails = [(root, n) for root, n in built if n < SEGMENT_ENTRIES]
    size = last.full + len(full) * SEGMENT_ENTRIES + sum(n for _, n in tails)
    if not built or size == last.size:
        return last
    tree = compact(last.full, Reader(storage).nodes(last.full))
    if _root(tree, last.tail) != last.root:
        raise SealError("the tiles of the log do not lead to its root", hint="repair them from a mirror")
    for root in full:
        tree = tree.grow(root, height=SEGMENT_HEIGHT)
    tail = tails[0][0] if tails else b""
    new = Head(last.origin, size, _root(tree, tail), last.full, full, tail)
    storage.swap(head.PATH, head.encode(new), expected=head.encode(last))
    # From here on no other writer can make this fail: who is told of a failure may append the same again.
    return _complete(storage, new)


def _complete(storage: Storage, last: Head) -> Head:
    for tile, hashes in _upper_tiles(storage, last):
        storage.create(tile.path, hashes)
    return last


def _root(tree: Range, tail: bytes) -> bytes:
    """Hash a tree of full segments and the root of a last one that is not full."""
    return fold((*tree.hashes, tail)) if tail else tree.root


def _upper_tiles(storage: Storage, last: Head) -> Iterator[tuple[Tile, bytes]]:
    """Compute the tiles of level 2 and above that the last step completed or widened.

    Raises:
        SealError: If a tile that was there before is gone.
    """
    level, first, new = 2, last.start // SEGMENT_ENTRIES, b"".join(last.segments)
    while new:
        number, held = divmod(first, WIDTH)
        run = new
        if held:
            edge = storage.read(Tile(level, number, held).path)
            if edge is None or len(edge) != held * HASH_BYTES:
                raise SealError(f"{Tile(level, number, held).path} is not there, or damaged")
            run = edge + new
        for at in range(0, len(run), TILE_BYTES):
            hashes = run[at : at + TILE_BYTES]
            yield Tile(level, number + at // TILE_BYTES, len(hashes) // HASH_BYTES), hashes
        level, first, new = level + 1, number, rise(run[: len(run) // TILE_BYTES * TILE_BYTES], HEIGHT)
