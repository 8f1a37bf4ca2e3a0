"""Replacing the keys of a log: the registry says so, signed by the keys before and shown by those behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from headwater.errors import InputError
from headwater.log import checkpoint
from headwater.log.checkpoint import Checkpoint, Signer
from headwater.log.storage import Storage
from headwater.log.tree import EMPTY_ROOT
from headwater.reserve import manifest, registry
from headwater.reserve.entry import Entry, moment
from headwater.reserve.keyring import LOGS, Keyring
from headwater.reserve.reserve import Reserve, create, open_reserve


def rotate(reserve: Reserve, log: str, keys: Keyring, new: Keyring, *, time_s: int) -> Reserve:
    """Replace the keys of a log.

    Args:
        reserve: The reserve.
        log: `documents` or `registry`.
        keys: The keys before.
        new: A keyring whose keys for that log take their place.
        time_s: Now, in POSIX seconds.

    Returns:
        The reserve behind it. Keys of documents are valid for the next seal, those of the registry at once.

    Raises:
        InputError: If there is no such log, or the new keys are another log's or the old ones.
    """
    if log not in LOGS:
        raise InputError(f"no log of a reserve: {log!a}", hint=f"one of {', '.join(LOGS)}")
    before, behind = _signers(keys, log), _signers(new, log)
    if [one.name for one in before] != [one.name for one in behind] or before == behind:
        raise InputError("the new keys are of another log, or the old ones", hint="draw them for this origin")
    reserve = reserve.settled(keys.registry, time_s=time_s)
    signers = keys.registry if log == "documents" else (*before, *behind)
    for old, fresh in zip(before, behind, strict=True):
        made = change(reserve, log, old, fresh, time_s=time_s)
        reserve = reserve.append([made], signers, time_s=time_s)
    return reserve


def change(reserve: Reserve, log: str, old: Signer, new: Signer, *, time_s: int) -> Entry:
    """Make the entry that replaces one key.

    Args:
        reserve: The reserve, to which nothing is appended before this entry.
        log: `documents` or `registry`.
        old: The key before.
        new: The key behind; it signs a checkpoint here, and so shows that somebody holds it.
        time_s: Now, in POSIX seconds.
    """
    of_documents = log == "documents"
    at = reserve.checkpoint if of_documents else None
    shown = replace(at, origin=new.name) if at else Checkpoint(new.name, 0, EMPTY_ROOT)
    from_size = reserve.size + 1 if of_documents else len(reserve.entries) + 1
    fields = {
        "checkpoint": checkpoint.sign(shown, [new], time_s=time_s).decode(),
        "from_size": from_size,
        "key": str(new.key),
        "log": log,
        "replaces": str(old.key),
    }
    return Entry("key", moment(time_s), fields)


def begin(storage: Storage, keys: Keyring) -> Reserve:
    """Open a reserve with the keys valid now, or create one that begins with them.

    Args:
        storage: Where it lies.
        keys: Who will sign.

    Returns:
        The reserve.

    Raises:
        InputError: If there is another reserve, or other keys took the place of these.
    """
    ours = keys.manifest
    data = storage.read(manifest.PATH)
    if data is None or data == manifest.encode(ours) or manifest.parse(data).origin != ours.origin:
        held = create(storage, ours)
    else:
        held = open_reserve(storage)
    valid = registry.policy(held.manifest, held.entries, held.size + 1).keys
    if (ours.keys, ours.registry_keys) != (valid, registry.registry_keys(held.manifest, held.entries)):
        raise InputError(
            f"the keys are not those that sign for {ours.origin} now",
            hint="after `reserve rotate` the new files take the place of the old ones in the folder of keys",
        )
    return held


def _signers(keys: Keyring, log: str) -> Sequence[Signer]:
    return keys.documents if log == "documents" else keys.registry
