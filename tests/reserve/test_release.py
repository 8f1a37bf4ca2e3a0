"""Releases: what was given out is named by its digest, and nothing else is."""

from __future__ import annotations

import pytest

from headwater.errors import InputError, SealError
from headwater.log.storage import Memory
from headwater.reserve import entry, release
from headwater.reserve.reserve import create
from tests.reserve.sealed import sealed
from tests.reserve.worlds import KEYS, NOW_S


def test_what_was_given_out_is_found_by_its_manifest() -> None:
    held = sealed(12)
    made = [release.entry(held, what, what.encode(), now_s=NOW_S) for what in entry.RELEASED]
    held = held.append(made, KEYS.registry, time_s=NOW_S)

    number, found = release.verify(b"export", held.entries)

    assert held.checkpoint is not None
    assert (number, found["what"], found["size"]) == (2, "export", 12)
    assert found["root"] == held.checkpoint.root.hex()
    assert entry.parse(entry.encode(found)) == found
    with pytest.raises(SealError):
        release.verify(b"exporT", held.entries)


def test_nothing_is_given_out_of_an_empty_reserve() -> None:
    with pytest.raises(InputError):
        release.entry(create(Memory(), KEYS.manifest), "sample", b"", now_s=NOW_S)
