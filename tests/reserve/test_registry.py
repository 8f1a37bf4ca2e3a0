"""The registry: entries in order, keys that change hands, and nothing else believed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headwater.errors import ConsistencyError, HeadwaterError, InputError, SignatureError, UnavailableError
from headwater.log import checkpoint
from headwater.log.checkpoint import Checkpoint
from headwater.log.storage import Below, Memory
from headwater.log.tree import EMPTY_ROOT
from headwater.reserve import registry
from headwater.reserve.entry import Entry, moment
from headwater.reserve.keyring import Keyring
from headwater.reserve.reserve import create, open_reserve
from tests.reserve.worlds import KEYS, NOW_S, keyring

NOTE = Entry(
    "redaction",
    moment(NOW_S),
    {"authority": "", "index": 5, "reason": "privacy", "scope": "content"},
)


def test_entries_come_back_in_order() -> None:
    held = create(Memory(), KEYS.manifest)
    assert (held.size, held.entries) == (0, ())
    later = replace(NOTE, fields={**NOTE.fields, "index": 7})
    held = held.append([NOTE], KEYS.registry, time_s=NOW_S)
    held = held.append([later], KEYS.registry, time_s=NOW_S)

    assert list(held.entries) == [NOTE, later]
    assert held.redactions == {5: 0, 7: 1}
    at, entries = registry.verify(held.registry_storage, KEYS.manifest)
    assert (at.size, entries) == (2, [NOTE, later])


def test_a_reserve_is_created_once() -> None:
    storage = Memory()
    create(storage, KEYS.manifest)
    assert create(storage, KEYS.manifest).manifest == KEYS.manifest
    with pytest.raises(InputError):
        create(storage, keyring("other.example/log").manifest)
    with pytest.raises(UnavailableError):
        open_reserve(Memory())


def test_a_registry_signed_by_a_stranger_is_refused() -> None:
    stranger = keyring(first=9)
    held = create(Memory(), KEYS.manifest).append([NOTE], stranger.registry, time_s=NOW_S)
    with pytest.raises(SignatureError):
        registry.verify(held.registry_storage, KEYS.manifest)


def test_a_rewritten_registry_is_refused() -> None:
    storage = Memory()
    create(storage, KEYS.manifest).append([NOTE], KEYS.registry, time_s=NOW_S)
    signed = storage.read("registry/checkpoint")
    other = Memory()
    create(other, KEYS.manifest).append([replace(NOTE, time=moment(0))], KEYS.registry, time_s=NOW_S)
    other.swap("registry/checkpoint", signed or b"", expected=other.read("registry/checkpoint"))
    with pytest.raises(ConsistencyError):
        registry.verify(Below(other, "registry"), KEYS.manifest)


def rotated(before: Keyring, after: Keyring, *, log: str, from_size: int) -> Entry:
    old, new = (getattr(ring, log)[0] for ring in (before, after))
    shown = checkpoint.sign(Checkpoint(new.name, 0, EMPTY_ROOT), [new], time_s=NOW_S).decode()
    fields = {"checkpoint": shown, "from_size": from_size, "key": str(new.key), "log": log}
    return Entry("key", moment(NOW_S), fields | {"replaces": str(old.key)})


def test_a_key_of_the_registry_changes_hands() -> None:
    storage, after = Memory(), keyring(first=9)
    held = create(storage, KEYS.manifest).append([NOTE], KEYS.registry, time_s=NOW_S)
    held.append([rotated(KEYS, after, log="registry", from_size=2)], KEYS.registry, time_s=NOW_S)
    half = (after.registry[0], KEYS.registry[1])
    held = open_reserve(storage).append([NOTE], half, time_s=NOW_S)

    at, entries = registry.verify(held.registry_storage, KEYS.manifest)
    assert at.size == 3
    assert registry.registry_keys(KEYS.manifest, entries) == tuple(one.key for one in half)
    for signers in (KEYS.registry, after.registry):
        bad = open_reserve(storage).append([NOTE], signers, time_s=NOW_S)
        with pytest.raises(SignatureError):
            registry.verify(bad.registry_storage, KEYS.manifest)


def test_a_change_of_keys_that_the_old_ones_did_not_sign_is_refused() -> None:
    after = keyring(first=9)
    half = (after.registry[0], KEYS.registry[1])
    held = create(Memory(), KEYS.manifest)
    held = held.append([rotated(KEYS, after, log="registry", from_size=1)], half, time_s=NOW_S)
    with pytest.raises(SignatureError):
        registry.verify(held.registry_storage, KEYS.manifest)


def test_a_key_of_the_documents_is_valid_from_its_size_on() -> None:
    after = keyring(first=9)
    change = rotated(KEYS, after, log="documents", from_size=10)
    before, behind = (registry.policy(KEYS.manifest, [NOTE, change], size) for size in (9, 10))

    assert before == KEYS.manifest.policy
    assert behind.keys == (after.documents[0].key, KEYS.documents[1].key)


@pytest.mark.parametrize("broken", ["replaces", "checkpoint"])
def test_a_key_is_not_replaced_by_one_that_did_not_sign(broken: str) -> None:
    after = keyring(first=9)
    change = rotated(KEYS, after, log="documents", from_size=0)
    other = rotated(after, KEYS, log="documents", from_size=0)
    change = replace(change, fields={**change.fields, broken: other[broken]})
    with pytest.raises(HeadwaterError):
        registry.policy(KEYS.manifest, [change], 5)
