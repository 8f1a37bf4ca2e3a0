"""Releases: what was given out of a reserve, named in its registry by a digest.

A release is a corpus, an export or a sample; its manifest, or the checkpoint of its log, is what names it.
So whoever is handed one can ask whether the reserve stands by it, and how large the reserve was then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from headwater.errors import InputError, SealError
from headwater.reserve.entry import Entry, moment
from headwater.reserve.reserve import Reserve

KIND = "release"


def entry(reserve: Reserve, what: str, manifest: bytes, *, now_s: int) -> Entry:
    """Make the entry that says what was given out.

    Args:
        reserve: The reserve.
        what: One of `entry.RELEASED`.
        manifest: What names the release: a mix manifest, a `release.json`, a checkpoint, Croissant metadata.
        now_s: Now, in POSIX seconds.

    Returns:
        The entry, to be appended to the registry.

    Raises:
        InputError: If nothing is sealed yet.
    """
    if reserve.checkpoint is None:
        raise InputError("there is nothing to give out of an empty reserve", hint="headwater reserve seal")
    fields = {
        "manifest_sha256": hashlib.sha256(manifest).hexdigest(),
        "root": reserve.checkpoint.root.hex(),
        "size": reserve.checkpoint.size,
        "what": what,
    }
    return Entry(KIND, moment(now_s), fields)


def verify(manifest: bytes, entries: Iterable[Entry]) -> tuple[int, Entry]:
    """Check that the registry names a release.

    Args:
        manifest: What names it.
        entries: All of the registry's, verified.

    Returns:
        The number of the first entry that does, and the entry.

    Raises:
        SealError: If none does.
    """
    sha256 = hashlib.sha256(manifest).hexdigest()
    for number, one in enumerate(entries):
        if one.kind == KIND and one["manifest_sha256"] == sha256:
            return number, one
    raise SealError("the registry names no such release", hint="ask whoever keeps the reserve")
