"""Planning: from the inputs that were found to the shards that workers read."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from headwater.errors import FormatError
from headwater.sources import SOURCES
from headwater.sources.discover import Found
from headwater.sources.opening import digest_and_size
from headwater.sources.shard import Shard


def plan(
    found: Iterable[Found],
    *,
    shard_bytes: int,
    on_copy: Callable[[Found, Shard], None] | None = None,
) -> list[Shard]:
    """Hash every input and split it into shards.

    A table that cannot be read, and that the user did not name himself, is one shard in bytes, of which
    its reader gives one skip: a directory is read in spite of it.
    Two inputs with the same bytes would give every record twice under one id, so the second is
    not read.

    Args:
        found: What `discover` gave; ignored files are passed over.
        shard_bytes: Aim at this many input bytes a shard.
        on_copy: Called with each input that repeats the bytes of an earlier one, and that one's first shard.

    Returns:
        Shards, inputs in the order found, each input's shards in the order of their ranges.

    Raises:
        FormatError: If an input that the user named is not of its format.
        UnavailableError: If an input cannot be read.
    """
    shards: list[Shard] = []
    seen: dict[str, Shard] = {}
    for one in found:
        if not one.kind:
            continue
        pieces = _shards(one, shard_bytes)
        digest = pieces[0].digest
        if digest not in seen:
            seen[digest] = pieces[0]
            shards += pieces
        elif on_copy is not None:
            on_copy(one, seen[digest])
    return shards


def _shards(one: Found, shard_bytes: int) -> list[Shard]:
    try:
        return SOURCES[one.kind].shards(one.path, one.source, shard_bytes=shard_bytes)
    except FormatError:
        if one.named:
            raise
        digest, size = digest_and_size(one.path)
        return [Shard(one.path, one.source, one.kind, digest, size, 0, size)]
