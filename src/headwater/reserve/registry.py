"""The registry: a second, small log in which everything that happens to a reserve is an entry."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.errors import ConsistencyError, SignatureError, UnavailableError
from headwater.log import checkpoint, note, segment, sequencer
from headwater.log.checkpoint import Checkpoint, Policy, Signer
from headwater.log.note import VerifierKey
from headwater.log.reader import Reader
from headwater.log.segment import SEGMENT_ENTRIES
from headwater.log.storage import Storage
from headwater.log.tree import PLAIN, level_root
from headwater.reserve import entry
from headwater.reserve.entry import Entry
from headwater.reserve.manifest import Manifest


def append(storage: Storage, entries: Sequence[Entry], signers: Sequence[Signer], *, time_s: int) -> range:
    """Append entries to a registry and publish it.

    Args:
        storage: Where the registry lies: `Reserve.registry_storage`.
        entries: What happened, in order.
        signers: The registry's keys.
        time_s: Now, in POSIX seconds.

    Returns:
        The indices the entries got.
    """
    head = sequencer.append(storage, [entry.encode(one) for one in entries])
    sequencer.publish(storage, signers, time_s=time_s)
    return range(head.size - len(entries), head.size)


def settle(storage: Storage, signers: Sequence[Signer], *, time_s: int) -> None:
    """Publish what a writer that died had decided; else do nothing.

    Args:
        storage: Where the registry lies.
        signers: The registry's keys.
        time_s: Now, in POSIX seconds.
    """
    if Reader(storage).head().size:
        sequencer.publish(storage, signers, time_s=time_s)


def read(storage: Storage, *, size: int | None = None) -> list[Entry]:
    """Read the entries of a registry; each must hash to its place in its segment.

    Args:
        storage: Where the registry lies.
        size: How many; None for as many as the published checkpoint says.

    Returns:
        The entries in order; none before the first is published.

    Raises:
        FormatError: If an entry does not parse.
        SealError: If the registry is damaged.
    """
    reader = Reader(storage)
    try:
        n = reader.checkpoint()[0].size if size is None else size
    except UnavailableError:
        return []
    found: list[bytes] = []
    for number in range(-(-n // SEGMENT_ENTRIES)):
        found += segment.verify(storage, reader.segment(number))
    return [entry.parse(one) for one in found[:n]]


def verify(storage: Storage, manifest: Manifest) -> tuple[Checkpoint, list[Entry]]:
    """Check the registry's checkpoint, its history of keys, and every entry.

    Args:
        storage: Where the registry lies.
        manifest: The keys it began with.

    Returns:
        The checkpoint and all entries under it.

    Raises:
        SignatureError: If a checkpoint is not signed by the keys that were valid.
        ConsistencyError: If the entries are not those the checkpoint is of.
    """
    at, signed = Reader(storage).checkpoint()
    entries = read(storage, size=at.size)
    if level_root(PLAIN.leaves([entry.encode(one) for one in entries])) != at.root:
        raise ConsistencyError("the registry does not hold what its checkpoint says")
    keys = manifest.registry_keys
    for index, one in enumerate(entries):
        if one.kind == "key" and one["log"] == "registry":
            _verify_change(storage, Policy(manifest.registry_origin, keys), index, at)
            keys = changed(keys, one)
    checkpoint.verify(signed, Policy(manifest.registry_origin, keys))
    return at, entries


def policy(manifest: Manifest, entries: Sequence[Entry], size: int) -> Policy:
    """Give the policy for a checkpoint of the log of documents.

    Args:
        manifest: The keys it began with.
        entries: The registry's, verified.
        size: Size the checkpoint is of.

    Returns:
        The keys that were valid at that size, all of which must have signed.
    """
    keys = manifest.keys
    for one in entries:
        if one.kind == "key" and one["log"] == "documents" and one["from_size"] <= size:
            keys = changed(keys, one)
    return Policy(manifest.origin, keys)


def registry_keys(manifest: Manifest, entries: Sequence[Entry]) -> tuple[VerifierKey, ...]:
    """Give the keys of the registry that are valid behind its last entry."""
    keys = manifest.registry_keys
    for one in entries:
        if one.kind == "key" and one["log"] == "registry":
            keys = changed(keys, one)
    return keys


def changed(keys: tuple[VerifierKey, ...], change: Entry) -> tuple[VerifierKey, ...]:
    """Apply a change of keys.

    Args:
        keys: Those before.
        change: An entry of kind `key`.

    Raises:
        SignatureError: If it replaces a key that was not valid, by none, or by one that did not sign.
    """
    new = note.parse_key(change["key"])
    if change["replaces"] not in map(str, keys):
        raise SignatureError("a key is replaced that was not valid")
    checkpoint.verify(change["checkpoint"].encode(), Policy(new.name, (new,)))
    return tuple(new if str(key) == change["replaces"] else key for key in keys)


def _verify_change(storage: Storage, before: Policy, index: int, at: Checkpoint) -> None:
    """Check that the registry was published with a change of its keys under the keys before.

    Raises:
        SignatureError: If it was not.
    """
    signed = storage.read(f"checkpoints/{index + 1}")
    if signed is None:
        raise SignatureError(f"checkpoint {index + 1} of the registry, which changes a key, is not there")
    then = checkpoint.verify(signed, before)
    if then.size != index + 1:
        raise SignatureError(f"checkpoint {index + 1} of the registry is of another size")
    Reader(storage).prove_growth(then, at)
